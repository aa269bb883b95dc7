// Clients of document 001 as they are, over a socket, against a server that shares SHARED_TOKEN_SECRET with them: pages and an API that
// verify `accessToken` by themselves, and a worker that has the document's service methods behind a binding.
import { randomBytes } from 'node:crypto'
import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import bcrypt from 'bcryptjs'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { installClients } from '../../support/callers/install.ts'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { mailedToken } from '../../support/e2e/mailed-link.ts'
import { findFreePort, type Serving, serve } from '../../support/e2e/server.ts'
import { type Running, startApi, startPages } from '../../support/programs/document-001.ts'

const SECRET = randomBytes(32).toString('base64url')
const USER = { email: 'user@example.com', password: 'correct horse battery' }
const DAY = 86_400

let checkout: Checkout
let serving: Serving
let pages: Running
let api: Running
let url = ''

beforeAll(async () => {
  const packages = await installClients()
  checkout = await cloneCheckout()
  const port = await findFreePort()
  url = `http://localhost:${port}`
  const secrets = [
    ...['ENVIRONMENT=development', `PUBLIC_URL=${url}`, `SHARED_TOKEN_SECRET=${SECRET}`],
    `AUTH_SECRET=${randomBytes(32).toString('base64url')}`,
  ]
  await writeFile(join(checkout.root, '.dev.vars'), `${secrets.join('\n')}\n`)
  // In the place of the example, whose command starts a worker together with Postern.
  const example = join(checkout.root, 'examples/notes-api')
  await rm(example, { recursive: true })
  await cp(inProject('test/support/programs/archiver'), example, { recursive: true })
  const args = ['run', 'example', '--', '--port', String(port), '--persist-to', join(checkout.root, 'state')]
  ;[serving, pages, api] = await Promise.all([
    serve('npm', args, { root: checkout.root, port }),
    startPages(SECRET),
    startApi(SECRET, packages('express')),
  ])
  await post('/register', USER)
  await fetch(`${url}/api/v1/auth/verify-email?token=${await mailedToken(url, USER.email)}`)
})
afterAll(async () => {
  await Promise.all([serving?.stop(), pages?.[Symbol.asyncDispose](), api?.[Symbol.asyncDispose]()])
  await checkout?.[Symbol.asyncDispose]()
})

interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a reply says
  readonly body: any
}

async function post(path: string, body: unknown, token?: string): Promise<Reply> {
  const headers = { 'Content-Type': 'application/json', ...(token !== undefined && { Authorization: `Bearer ${token}` }) }
  const reply = await fetch(`${url}/api/v1/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: reply.status, body: await reply.json() }
}

/** The sign-in form of the pages keeps this. */
const signIn = async (): Promise<string> => (await post('/login', USER)).body.accessToken

const meStatus = async (token: string) =>
  (await fetch(`${url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } })).status

async function openPage(accessToken?: string): Promise<{ status: number; text: string }> {
  const headers = { Cookie: accessToken === undefined ? 'theme=dark' : `theme=dark; accessToken=${accessToken}` }
  const reply = await fetch(pages.url, { headers, redirect: 'manual' })
  return { status: reply.status, text: await reply.text() }
}

async function listArchives(accessToken?: string): Promise<Reply> {
  const headers = accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }
  const reply = await fetch(`${api.url}/archives`, { headers })
  return { status: reply.status, body: await reply.json() }
}

/** A service method over the binding. */
async function call(method: string, ...args: readonly string[]): Promise<Reply['body']> {
  return (await fetch(`${url}/rpc/${method}`, { method: 'POST', body: JSON.stringify(args) })).json()
}

describe('a client of document 001', () => {
  it('knows in its pages and in its API who signed in, by the shared secret alone', async () => {
    const { status, body } = await post('/login', USER)
    expect([status, body.user]).toMatchObject([200, { email: USER.email, role: 'user' }])
    const { status: shown, text } = await openPage(body.accessToken)
    expect([shown, JSON.parse(text)]).toMatchObject([200, { sub: body.user.id, email: USER.email, roles: ['user'] }])
    expect(await listArchives(body.accessToken)).toEqual({ status: 200, body: { owner: body.user.id, roles: ['user'] } })
  })

  it('turns away who has no token, one of another secret, or the access token that is not for it', async () => {
    const { accessToken, access_token: other } = (await post('/login', USER)).body
    const claims = new SignJWT(decodeJwt(accessToken)).setProtectedHeader({ alg: 'HS256' })
    const forged = await claims.sign(randomBytes(32))
    for (const token of [undefined, forged, other, 'your.jwt.token']) {
      expect([(await openPage(token)).status, (await listArchives(token)).status]).toEqual([302, 401])
    }
    expect(await meStatus(forged)).toBe(401)
  })

  it('keeps its token for seven days, and never refreshes', async () => {
    const { iat = 0, exp = 0, ...claims } = decodeJwt(await signIn())
    expect(exp - iat).toBe(7 * DAY)
    expect(Object.keys(claims).sort()).toEqual(['email', 'jti', 'roles', 'sid', 'sub'])
  })

  it('is signed in at Postern by its token until the session ends, and from then on not, while its own check goes on to the end', async () => {
    const [token, another] = [await signIn(), await signIn()]
    expect(await meStatus(token)).toBe(200)
    expect((await post('/logout', {}, token)).body).toEqual({ message: 'Logged out' })
    expect([await meStatus(token), await meStatus(another)]).toEqual([401, 200])
    expect(await call('verifyToken', token)).toEqual({ resolved: null })
    // Nobody tells a client that does not ask: to it the token is good for its seven days.
    expect([(await openPage(token)).status, (await listArchives(token)).status]).toEqual([200, 200])
  })

  it('is told 401 of text that is no address, and 400 of a form that is not filled in', async () => {
    const answers = [
      { email: 'no address at all', password: USER.password },
      { ...USER, password: 'x' },
      { email: USER.email },
      { password: USER.password },
    ]
    const told = await Promise.all(answers.map((form) => post('/login', form)))
    expect(told.map(({ status, body }) => [status, body.message])).toEqual([
      [401, 'Invalid credentials'],
      [401, 'Invalid credentials'],
      [400, 'Email and password are required'],
      [400, 'Email and password are required'],
    ])
  })
})

describe('a worker with the service methods of document 001', () => {
  it('signs in with login(), gets a token that pages and API take, and null for what is wrong and for text that is no address', async () => {
    const { resolved } = await call('login', USER.email, USER.password)
    expect(resolved).toMatchObject({ accessToken: expect.stringMatching(/^eyJ/), user: { email: USER.email, role: 'user' } })
    expect([(await openPage(resolved.accessToken)).status, (await listArchives(resolved.accessToken)).status]).toEqual([200, 200])
    expect(await call('login', USER.email, 'not this one')).toEqual({ resolved: null })
    expect(await call('login', 'no address at all', USER.password)).toEqual({ resolved: null })
  })

  it('asks verifyToken() of whom a token is, and gets null for one that is none', async () => {
    const { resolved } = await call('verifyToken', await signIn())
    expect(resolved).toMatchObject({ email: USER.email, roles: ['user'], sub: expect.any(String) })
    expect(await call('verifyToken', 'your.jwt.token')).toEqual({ resolved: null })
  })

  it('compares a password with a bcrypt hash of its own by verifyPassword()', async () => {
    const hash = bcrypt.hashSync(USER.password, 4)
    expect(await call('verifyPassword', USER.password, hash)).toEqual({ resolved: true })
    expect(await call('verifyPassword', 'not this one', hash)).toEqual({ resolved: false })
  })
})
