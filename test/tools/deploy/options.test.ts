// What `npm run deploy` takes for its options, as a process: npm keeps what stands before `--`.
import { execFile } from 'node:child_process'
import { expect, it } from 'vitest'
import { PROJECT_ROOT } from '../../../tools/project.ts'

const run = (env: Readonly<Record<string, string>>) =>
  new Promise<{ readonly code: unknown; readonly told: string }>((resolve) => {
    execFile(
      process.execPath,
      ['tools/bootstrap.mjs', 'tools/deploy/deploy.ts'],
      { cwd: PROJECT_ROOT, env: { ...process.env, ...env } },
      (error, _, told) => resolve({ code: error?.code ?? 0, told }),
    )
  })

it.each([
  ['npm_config_dry_run', 'true', 'dry-run'],
  ['npm_config_env', 'staging', 'env'],
  ['npm_config_public_url', 'https://auth.example.com', 'public-url'],
])('is no deploy where npm has kept an option for itself: %s', async (name, value, option) => {
  const { code, told } = await run({ [name]: value })
  expect(code).toBe(2)
  expect(told).toContain(`npm has kept --${option} for itself: it must stand behind --\nUsage: npm run deploy -- `)
})
