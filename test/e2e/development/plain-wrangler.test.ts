// Plain `npx wrangler dev` in a clone that has nothing but its packages: wrangler.toml's [build] command makes the rest.
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { findFreePort, type Serving, serve } from '../../support/e2e/server.ts'

let checkout: Checkout
let serving: Serving
let url = ''

beforeAll(async () => {
  checkout = await cloneCheckout()
  for (const made of ['.dev.vars', '.wrangler', '.postern']) expect(existsSync(join(checkout.root, made))).toBe(false)
  const port = await findFreePort()
  url = `http://localhost:${port}`
  // Its inspector is on a fixed port otherwise, which another server on this machine may have.
  const args = ['--no-install', 'wrangler', 'dev', '--port', String(port), '--inspector-port', '0']
  serving = await serve('npx', args, { root: checkout.root, port })
})
afterAll(async () => {
  await serving?.stop()
  await checkout?.[Symbol.asyncDispose]()
})

describe('plain npx wrangler dev', () => {
  it('is ready, every dependency of it', async () => {
    const reply = await fetch(`${url}/readyz`)

    expect(reply.status).toBe(200)
    expect(await reply.json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', session_copies: 'ok', session_ledger: 'ok', login_limiter: 'ok', signing_keys: 'ok' },
    })
  })

  it('says that mailed links lead elsewhere, since wrangler knows nothing of PUBLIC_URL, and what to do', () => {
    expect(serving.output()).toContain(`begin with http://localhost:8787, but this is served at ${url}. Use "npm run dev"`)
  })

  it('is a development environment, with a secret of its own that others on this machine cannot read', async () => {
    const devVars = join(checkout.root, '.dev.vars')

    expect((await fetch(`${url}/dev/mailbox`)).status).toBe(200)
    expect(await readFile(devVars, 'utf8')).toMatch(/^AUTH_SECRET=[\w-]{43}$/m)
    expect((await stat(devVars)).mode & 0o077).toBe(0)
  })

  it('serves the reference with its own files', async () => {
    const script = await fetch(`${url}/docs/swagger-ui-bundle.js`)

    expect((await fetch(`${url}/docs`)).status).toBe(200)
    expect(script.status).toBe(200)
    expect(script.headers.get('content-type')).toMatch(/javascript/)
  })

  it('goes on hashing for others when clients leave in the middle of theirs', async () => {
    const register = (name: string, signal?: AbortSignal) =>
      fetch(`${url}/api/v1/auth/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: `${name}@example.com`, password: 'correct horse battery' }),
        ...(signal && { signal }),
      })
    const leaving = Array.from({ length: 6 }, (_, index) => register(`gone-${index}`, AbortSignal.timeout(40 + 20 * index)))
    const left = await Promise.allSettled(leaving)
    expect(left.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)

    expect((await register('stays')).status).toBe(201)
  })

  it('takes a registration', async () => {
    const reply = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
    })

    expect(reply.status).toBe(201)
  })
})
