// The pages of docs/operations.md about the admin key, pasted into a shell: the first deploy, rotation, a lost key. The worker on this machine
// stands for the deployed one, and a stand-in for `npx wrangler secret` sets its secrets where that worker reads them.
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { performDeploy } from '../../../tools/deploy/perform.ts'
import { deployment } from '../../support/deployments.ts'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { cleanEnvironment, findFreePort, type Serving, serve } from '../../support/e2e/server.ts'

let checkout: Checkout
let serving: Serving
let url = ''

/** Puts NAME=value of standard input into .dev.vars, or takes it away. */
const STAND_IN = `#!/usr/bin/env node
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
const [wrangler, secret, verb, name] = process.argv.slice(2)
if (wrangler !== 'wrangler' || secret !== 'secret') process.exit(2)
const others = readFileSync('.dev.vars', 'utf8').split('\\n').filter((line) => line && !line.startsWith(name + '='))
const value = verb === 'put' ? [name + '=' + readFileSync(0, 'utf8').trimEnd()] : []
writeFileSync('.dev.vars', [...others, ...value, ''].join('\\n'))
// What wrangler dev watches.
appendFileSync('wrangler.toml', '\\n')
`

beforeAll(async () => {
  checkout = await cloneCheckout()
  const port = await findFreePort()
  url = `http://localhost:${port}`
  // Where --remote looks for the address.
  const configuration = await readFile(join(checkout.root, 'wrangler.toml'), 'utf8')
  await writeFile(join(checkout.root, 'wrangler.toml'), configuration.replace('# [vars]', `[vars]\nPUBLIC_URL = "${url}"`))
  await mkdir(join(checkout.root, 'stand-in'))
  await writeFile(join(checkout.root, 'stand-in', 'npx'), STAND_IN)
  await chmod(join(checkout.root, 'stand-in', 'npx'), 0o755)
  serving = await serve('npm', ['run', 'dev', '--', '--port', String(port), '--persist-to', 'deployed'], {
    root: checkout.root,
    port,
  })
})
afterAll(async () => {
  await serving?.stop()
  await checkout?.[Symbol.asyncDispose]()
})

/** The commands of a section of the page, block by block. */
async function blocksOf(title: string): Promise<readonly string[]> {
  const page = await readFile(join(checkout.root, 'docs', 'operations.md'), 'utf8')
  const [, section = ''] = page.split(`#### ${title}\n`)
  const blocks = [...(section.split('\n#')[0] ?? '').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')
  expect(blocks.length).toBeGreaterThan(0)
  return blocks
}

async function paste(block: string): Promise<string> {
  const environment = cleanEnvironment()
  const env = { ...environment, PATH: `${join(checkout.root, 'stand-in')}:${environment.PATH}` }
  const { stdout } = await promisify(execFile)('sh', ['-ec', block], { cwd: checkout.root, env })
  return stdout
}

/** The worker reads its secrets anew when they change, which takes a moment. */
async function pasteUntilItCounts(block: string): Promise<string> {
  const lines = block.trimEnd().split('\n')
  const look = lines.pop() ?? ''
  expect(look).toContain('npm run user')
  await paste(lines.join('\n'))
  let out = ''
  await expect
    .poll(async () => (out = await paste(look).catch(() => '')), { timeout: 30_000, interval: 500 })
    .toContain('you@example.com')
  return out
}

const statusWith = async (key: string) =>
  (await fetch(`${url}/api/admin/v1/users?limit=1`, { headers: { Authorization: `Bearer ${key.trim()}` } })).status
const keptKey = () => readFile(join(checkout.root, '.postern', 'admin-key'), 'utf8')

describe('the admin key, by the commands of docs/operations.md', () => {
  it('is set by the first deploy, and the first user is made with it', async () => {
    const [block = ''] = await blocksOf('The first deploy')
    const [deploy, ...commands] = block.trimEnd().split('\n')
    expect(deploy).toBe('npm run deploy')
    // Of Cloudflare there is only what sets secrets: the others are the subject of test/tools/deploy/perform.test.ts.
    const wrangler = async (args: readonly string[], input: string) => {
      if (args[0] === 'secret' && args[1] === 'put' && args[2] === 'ADMIN_KEY') {
        await paste(`printf %s '${input}' | npx wrangler secret put ADMIN_KEY`)
      }
      const lists: Readonly<Record<string, string>> = { d1: '[{"uuid":"d","name":"postern"}]', kv: '[{"id":"k"}]', secret: '[]' }
      return { code: 0, stdout: args.includes('list') ? (lists[args[0] ?? ''] ?? '') : '', stderr: '' }
    }
    const deployments = { target: deployment({ databaseId: 'd', namespaceId: 'k', publicUrl: url }), others: [] }
    await performDeploy({ root: checkout.root, deployments, givenUrl: null }, { wrangler, say: () => {}, echo: () => {} })
    await expect.poll(async () => statusWith(await keptKey()), { timeout: 30_000, interval: 500 }).toBe(200)
    const made = await paste(commands[0] ?? '')
    expect(made).toMatch(/Created you@example\.com[\s\S]*Password \(shown this once\): \S+/)
    expect(await paste(commands.slice(1).join('\n'))).toContain('Nothing keeps this user from signing in.')
  })

  it('is rotated without a gap, and the old one ends when it is taken away', async () => {
    const before = await keptKey()
    const [rotate = '', end = ''] = await blocksOf('Rotating the admin key')
    await pasteUntilItCounts(rotate)
    const after = await keptKey()
    expect(after).not.toBe(before)
    expect([await statusWith(after), await statusWith(before)]).toEqual([200, 200])
    await paste(end)
    await expect.poll(() => statusWith(before), { timeout: 30_000, interval: 500 }).toBe(401)
    expect(await statusWith(after)).toBe(200)
  })

  it('is set anew where it is lost, for its owner alone, and the lost one ends', async () => {
    const lost = await keptKey()
    await paste('rm -r .postern/admin-key')
    await expect(paste('npm run --silent user -- list --remote 2>&1')).rejects.toThrow()
    const [block = ''] = await blocksOf('A lost admin key')
    await pasteUntilItCounts(block)
    if (process.platform !== 'win32') expect((await stat(join(checkout.root, '.postern', 'admin-key'))).mode & 0o077).toBe(0)
    expect(await statusWith(lost)).toBe(401)
  })
})
