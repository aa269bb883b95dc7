// The example, as `npm run example` starts it: a worker that protects its routes with the client package, bound to Postern.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { mailedLink, mailedToken } from '../../support/e2e/mailed-link.ts'
import { findFreePort, type Serving, serve } from '../../support/e2e/server.ts'

const PASSWORD = 'correct horse battery'

let checkout: Checkout
let serving: Serving
let url = ''

beforeAll(async () => {
  checkout = await cloneCheckout()
  const port = await findFreePort()
  url = `http://localhost:${port}`
  const args = ['run', 'example', '--', '--port', String(port), '--persist-to', join(checkout.root, 'state')]
  serving = await serve('npm', args, { root: checkout.root, port })
})
afterAll(async () => {
  await serving?.stop()
  await checkout?.[Symbol.asyncDispose]()
})

function send(method: string, path: string, token?: string, body?: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...(token !== undefined && { Authorization: `Bearer ${token}` }) }
  return fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
}

/** Registers, confirms and signs in at Postern. */
async function signIn(name: string): Promise<string> {
  const form = { email: `${name}@example.com`, password: PASSWORD }
  await send('POST', '/api/v1/auth/register', undefined, form)
  await send('GET', `/api/v1/auth/verify-email?token=${await mailedToken(url, form.email)}`)
  const grant = (await (await send('POST', '/api/v1/auth/login', undefined, form)).json()) as { access_token: string }
  return grant.access_token
}

describe('the notes API', () => {
  it('has Postern at its own origin, whatever the port: links in mail and the issuer of tokens say so', async () => {
    expect(decodeJwt(await signIn('barbara')).iss).toBe(url)
    await send('POST', '/api/v1/auth/register', undefined, { email: 'alan@example.com', password: PASSWORD })
    expect((await mailedLink(url, 'alan@example.com')).origin).toBe(url)
  })

  it('refuses strangers in its own words', async () => {
    const reply = await send('GET', '/notes')
    expect(reply.status).toBe(401)
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="postern"')
    expect((await send('POST', '/notes', 'a.b.c', { text: 'hello' })).status).toBe(401)
  })

  it('keeps the notes of whoever is signed in, each for themselves', async () => {
    const [ada, grace] = [await signIn('ada'), await signIn('grace')]
    expect((await send('POST', '/notes', ada, { text: 'hello' })).status).toBe(201)
    expect((await send('POST', '/notes', ada, { text: 17 })).status).toBe(400)
    expect(await (await send('GET', '/notes', ada)).json()).toMatchObject({ notes: [{ text: 'hello' }] })
    expect(await (await send('GET', '/notes', grace)).json()).toEqual({ notes: [] })
    expect((await send('GET', '/admin/count', ada)).status).toBe(403)
  })

  it('knows of a sign-out at once at strict, soon at edge, and at token when the token expires', async () => {
    const token = await signIn('edsger')
    for (const path of ['/notes', '/whoami']) expect((await send('GET', path, token)).status).toBe(200)
    expect((await send('POST', '/api/v1/auth/logout', token)).status).toBe(200)

    expect((await send('POST', '/notes', token, { text: 'too late' })).status).toBe(401)
    // KV on one machine knows as soon as the ledger has written it, which the sign-out does not wait for.
    await expect.poll(async () => (await send('GET', '/notes', token)).status, { timeout: 10_000 }).toBe(401)
    expect((await send('GET', '/whoami', token)).status).toBe(200)
  })

  it('does what README shows when that is pasted', async () => {
    const readme = await readFile(inProject('README.md'), 'utf8')
    const section = readme.split('\n## Calling from another worker\n')[1]?.split('\n## ')[0] ?? ''
    const script = /^```sh\n(.*?)^```$/ms.exec(section)?.[1] ?? ''
    expect(script).toContain('http://localhost:8787')
    const here = script.replaceAll('http://localhost:8787', url)
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euc', here], {
      env: { ...process.env, NO_PROXY: 'localhost' },
    })
    expect(stderr).toBe('')
    const [created, listed, signedOut, refused] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(created).toMatchObject({ text: 'hello' })
    expect(listed).toEqual({ notes: [created] })
    expect(signedOut).toEqual({ message: 'Logged out' })
    expect(refused).toEqual({ message: 'Unauthorized', code: 'invalid_token' })
  })
})
