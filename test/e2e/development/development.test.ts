// Development as people do it: in a workspace, with the routes of a deployment in wrangler.toml, beside a worker of one's own, from its folder
// or from here.
import { appendFile, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../../../tools/project.ts'
import { cloneCheckout } from '../../support/e2e/checkout.ts'
import { mailedLink } from '../../support/e2e/mailed-link.ts'
import { findFreePort, runScript, type Serving, serve } from '../../support/e2e/server.ts'

const WRANGLER = join(PROJECT_ROOT, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')
const FORM = { email: 'ada@example.com', username: 'ada', password: 'correct horse battery' }

/** npm's layout: the packages at the top, Postern in `packages/postern`, a worker of one's own that is bound to it in `packages/caller`. */
let workspace = ''
let postern = ''
let caller = ''

beforeAll(async () => {
  // Of this test alone: other servers on this machine are called "postern" too.
  process.env.WRANGLER_REGISTRY_PATH = await realpath(await mkdtemp(join(tmpdir(), 'postern-registry-')))
  workspace = await realpath(await mkdtemp(join(tmpdir(), 'postern-workspace-')))
  postern = join(workspace, 'packages', 'postern')
  caller = join(workspace, 'packages', 'caller')
  await mkdir(dirname(postern))
  const checkout = await cloneCheckout()
  await rm(join(checkout.root, 'node_modules'))
  await rename(checkout.root, postern)
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(workspace, 'node_modules'), 'dir')
  await writeFile(join(workspace, 'package.json'), '{"name":"workspace","private":true,"workspaces":["packages/*"]}')
  await mkdir(caller)
  await writeFile(join(caller, 'package.json'), '{"name":"caller","version":"1.0.0","private":true}')
  await writeFile(join(caller, 'index.js'), 'export default { fetch: (request, env) => env.POSTERN.fetch(request) }')
  await writeFile(
    join(caller, 'wrangler.toml'),
    'name = "caller"\nmain = "index.js"\ncompatibility_date = "2026-10-01"\nservices = [{ binding = "POSTERN", service = "postern" }]\n',
  )
})
afterAll(async () => {
  for (const folder of [workspace, process.env.WRANGLER_REGISTRY_PATH ?? ''])
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

async function withServer(
  command: string,
  args: readonly string[],
  root: string,
  work: (url: string, serving: Serving) => Promise<void>,
  status = 200,
): Promise<void> {
  const port = await findFreePort()
  const serving = await serve(command, [...args, '--port', String(port)], { root, port, status })
  try {
    await work(`http://localhost:${port}`, serving)
  } finally {
    await serving.stop()
  }
}

function post(url: string, path: string, body: unknown): Promise<Response> {
  return fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}

/** Registers, confirms by the mailed link, and signs in. @returns the link and the claims of the token */
async function walk(url: string) {
  expect((await post(url, '/api/v1/auth/register', FORM)).status).toBe(201)
  const link = await mailedLink(url, FORM.email)
  expect((await fetch(`${url}/api/v1/auth/verify-email${link.search}`)).status).toBe(200)
  const grant = (await (await post(url, '/api/v1/auth/login', FORM)).json()) as { access_token: string }
  return { link, claims: decodeJwt(grant.access_token) }
}

describe('a package of an npm workspace', () => {
  it('is served without the routes of its deployment, so that everything is at the origin that the browser asks', async () => {
    const settings = await readFile(join(postern, 'wrangler.toml'), 'utf8')
    const routes = 'routes = [{ pattern = "auth.example.com", custom_domain = true }]\n'
    await writeFile(join(postern, 'wrangler.toml'), settings.replace(/^name = .*\n/m, `$&${routes}`))
    await withServer('npm', ['run', 'dev', '-w', 'postern', '--'], workspace, async (url) => {
      const { link, claims } = await walk(url)
      expect([link.origin, claims.iss]).toEqual([url, url])
      const kiosk = ['create', '--email', 'kiosk@example.com', '--username', 'kiosk', '--verified', '--pin-stdin']
      const made = await runScript(postern, 'user', kiosk, '2580\n')
      expect(made).toContain('Created kiosk@example.com')
      const signedIn = await post(url, '/auth/login', { name: 'kiosk', pin: '2580' })
      expect([signedIn.status, signedIn.headers.getSetCookie().filter((cookie) => /secure/i.test(cookie))]).toEqual([200, []])
      expect((await fetch(`${url}/docs/swagger-ui-bundle.js`)).status).toBe(200)
    })
    await writeFile(join(postern, 'wrangler.toml'), settings)
  })

  it('is served at the port that its settings say, and links follow', async () => {
    const port = await findFreePort()
    const url = `http://localhost:${port}`
    await writeFile(join(postern, 'deployment.toml'), `[dev]\nport = ${port}\n`)
    const args = ['run', 'dev', '--', '--persist-to', 'settings']
    const serving = await serve('npm', args, { root: postern, port })
    try {
      await expect.poll(() => serving.output()).toContain(`Mailbox        ${url}/dev/mailbox\n`)
      expect((await walk(url)).claims.iss).toBe(url)
    } finally {
      await serving.stop()
      await rm(join(postern, 'deployment.toml'))
    }
  })
})

describe('a worker of one’s own and Postern, served together', () => {
  it('from Postern’s folder: links and issuer follow the port', async () => {
    const args = ['run', 'dev', '--', '-c', '../caller/wrangler.toml', '-c', 'wrangler.toml', '--persist-to', 'together']
    await withServer('npm', args, postern, async (url, serving) => {
      const { link, claims } = await walk(url)
      expect([link.origin, claims.iss]).toEqual([url, url])
      await expect.poll(() => serving.output()).toContain(`Mailbox        ${url}/dev/mailbox\n`)
      expect(await runScript(postern, 'user', ['list', '--persist-to', 'together'])).toContain(FORM.email)
    })
  })

  it('by a command each, in any order: they find each other', async () => {
    await withServer(
      process.execPath,
      [WRANGLER, 'dev', '--inspector-port', '0'],
      caller,
      async (url) => {
        await withServer('npm', ['run', 'dev', '--', '--persist-to', 'apart'], postern, async () => {
          await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 20_000 }).toBe(200)
        })
      },
      503,
    )
  })

  it('beside another Postern of another name, by the name of its binding', async () => {
    const page = await readFile(join(PROJECT_ROOT, 'docs/deploying.md'), 'utf8')
    const [, name = ''] = /^```toml\n(name = "postern-two"\n)```$/m.exec(page) ?? []
    const dev = ['run', 'dev', '--', '--persist-to']
    const keysAt = async (origin: string) => (await fetch(`${origin}/.well-known/jwks.json`)).text()
    const config = await readFile(join(caller, 'wrangler.toml'), 'utf8')
    await withServer('npm', [...dev, 'one'], postern, async (one) => {
      await writeFile(join(postern, 'deployment.toml'), name)
      await withServer('npm', [...dev, 'two'], postern, async (two) => {
        await writeFile(join(caller, 'wrangler.toml'), config.replace('service = "postern"', 'service = "postern-two"'))
        await withServer(process.execPath, [WRANGLER, 'dev', '--inspector-port', '0'], caller, async (url) => {
          expect(await keysAt(url)).toBe(await keysAt(two))
          expect(await keysAt(url)).not.toBe(await keysAt(one))
        })
      })
    })
    await writeFile(join(caller, 'wrangler.toml'), config)
    await rm(join(postern, 'deployment.toml'))
  })

  it('from the folder of that worker: by wrangler alone, with the state kept there', async () => {
    const config = ['-c', 'wrangler.toml', '-c', '../postern/wrangler.toml', '--inspector-port', '0']
    await withServer(process.execPath, [WRANGLER, 'dev', ...config], caller, async (url, serving) => {
      expect(serving.output()).toContain(`this is served at ${url}. Use "npm run dev" in Postern's folder`)
      expect((await post(url, '/api/v1/auth/register', FORM)).status).toBe(201)
      const state = join(caller, '.wrangler', 'state')
      expect(JSON.parse(await readFile(join(state, '.postern-server.json'), 'utf8'))).toMatchObject({ url })
      expect(await runScript(postern, 'user', ['show', '--email', FORM.email, '--persist-to', state])).toContain(
        'is not confirmed yet',
      )
    })
    // The file that is named knows nothing of deployment.toml, and says so; the one that has both in it does.
    await writeFile(join(postern, 'deployment.toml'), '[vars]\nPUBLIC_URL = "http://localhost:1"\n')
    await withServer(process.execPath, [WRANGLER, 'dev', ...config], caller, async (url, serving) => {
      expect(serving.output()).toContain('deployment.toml is left out: this wrangler was told to read ../postern/wrangler.toml')
      expect(serving.output()).toContain(`begin with http://localhost:8787, but this is served at ${url}.`)
    })
    const whole = config.map((argument) => argument.replace('postern/wrangler.toml', 'postern/wrangler.jsonc'))
    await withServer(process.execPath, [WRANGLER, 'dev', ...whole], caller, async (url, serving) => {
      expect(serving.output()).not.toContain('is left out')
      expect(serving.output()).toContain(`begin with http://localhost:1, but this is served at ${url}.`)
    })
    await rm(join(postern, 'deployment.toml'))
    // With the word that it asks for.
    const port = await findFreePort()
    const url = `http://localhost:${port}`
    await appendFile(join(postern, '.dev.vars'), `PUBLIC_URL=${url}\n`)
    const serving = await serve(process.execPath, [WRANGLER, 'dev', ...config, '--port', String(port)], { root: caller, port })
    try {
      expect((await walk(url)).claims.iss).toBe(url)
      expect(serving.output()).not.toContain('this is served at')
    } finally {
      await serving.stop()
    }
  })
})
