// Options that stand before `--`, as npm itself deals with them.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireNothingKept } from '../../tools/npm-options.ts'
import { PROJECT_ROOT } from '../../tools/project.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const run = (args: readonly string[]) =>
  new Promise<{ readonly code: unknown; readonly told: string }>((resolve) => {
    execFile('npm', ['run', '--silent', ...args], { cwd: PROJECT_ROOT }, (error, _, told) =>
      resolve({ code: error?.code ?? 0, told }),
    )
  })

describe('a command', () => {
  it.each([
    [['user', 'list', '--remote'], '--remote', 2],
    [['user', 'import', 'no-such-file', '--dry-run'], '--dry-run', 2],
    [['user', 'show', '--email=ada@example.com'], '--email', 2],
    [['audit', '--user=ada'], '--user', 2],
    [['mail', 'list', '--persist-to=no-such-state'], '--persist-to', 2],
    [['dev', '--port=1'], '--port', 1],
    [['dev', '-c', 'wrangler.toml'], '-c', 1],
    [['example', '--port=1'], '--port', 1],
    [['hash-cost', '--target-ms=1'], '--target-ms', 1],
  ])('does nothing where npm has kept an option of %j', async (args, option, code) => {
    const { code: ended, told } = await run(args)
    expect([ended, told]).toEqual([code, expect.stringContaining(`npm has kept ${option} for itself: it must stand behind --\n`)])
  })
})

describe('requireNothingKept()', () => {
  it('takes what is behind -- as well for what is meant', () => {
    const env = { npm_config_json: 'true', npm_config_env: 'staging' }
    expect(() => requireNothingKept(['json', 'env'], ['list', '--json', '--env=staging'], env)).not.toThrow()
    expect(() => requireNothingKept(['json', 'env'], ['list', '--json'], env)).toThrow('npm has kept --env')
    expect(() => requireNothingKept(['json'], [], { npm_config_json: '', npm_config_other: 'x' })).not.toThrow()
  })

  it('leaves npm its own settings', async () => {
    const project = await temporaryDirectory()
    await writeFile(join(project, '.npmrc'), 'audit=false\njson = true\n')
    const env = { npm_config_json: 'true', npm_config_dry_run: 'true', npm_config_local_prefix: project }
    expect(() => requireNothingKept(['json'], [], env)).not.toThrow()
    expect(() => requireNothingKept(['json', 'dry-run'], [], env)).toThrow('npm has kept --dry-run')
  })
})
