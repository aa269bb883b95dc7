// Clients of documents 003 and 004 as they are, over a socket, against a server for each with what its row of README's table sets, and the
// shortest life that access tokens may have: what a client does when one has expired is tried with one that has.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import bcrypt from 'bcryptjs'
import { decodeJwt } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installClients } from '../../support/callers/install.ts'
import { launchBrowser, requireContractOf } from '../../support/e2e/browser.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'
import { CLIENT_NAMES, type Client, type ClientName, type Grant, loadClients } from '../../support/programs/document-004.ts'
import { type Program, startProgram } from '../../support/programs/run.ts'

const PASSWORD = 'correct horse battery'
const PIN = '2580'
const DAY = 86_400
const BEYHAN = 'beyhan@beyhan.dev'
const TTL = { ACCESS_TOKEN_TTL_SECONDS: '60' }
/** Past the life of an access token, with what clocks may differ by, and the grace of a refresh token. */
const MINUTE_AND_MORE = 67_000

let till: Server
let numbered: Server
let browser: Browser
let script: Program
let clients: Readonly<Record<ClientName, Readonly<Record<'replacing' | 'keeping' | 'unserved', Client>>>>
let lastTokenAt = 0
let guessedAt = 0

beforeAll(async () => {
  const packages = await installClients()
  ;[till, numbered, browser] = await Promise.all([
    startServer(undefined, { vars: { COOKIE_ACCESS_TOKEN: 'readable', ...TTL } }),
    startServer(undefined, { vars: { USER_IDS: 'number', REFRESH_ROTATION: 'keep', ...TTL } }),
    launchBrowser(),
  ])
  const account = (name: string) => ['--username', name, '--email', `${name}@example.com`, '--password-stdin', '--verified']
  await till.userWith(`${PASSWORD}\n${PIN}\n`, 'create', ...account('cashier'), '--pin-stdin')
  await till.userWith(`${PASSWORD}\n${PIN}\n`, 'create', ...account('guessed'), '--pin-stdin')
  await numbered.user('import', await writeImport())

  script = startProgram('document-003.sh', till.url, 'cashier', PIN)
  const make = await loadClients(packages)
  const grants = CLIENT_NAMES.map(async (name) => {
    const client = async (server: Server, email: string, keepsFirst: boolean) =>
      make[name]({ url: server.url, grant: await grantReplaced(server, email, keepsFirst), keepsFirst })
    const replacing = await client(till, 'cashier@example.com', false)
    const [keeping, unserved] = [await client(numbered, BEYHAN, true), await client(till, 'cashier@example.com', true)]
    return [name, { replacing, keeping, unserved }] as const
  })
  clients = Object.fromEntries(await Promise.all(grants)) as typeof clients
  lastTokenAt = Date.now()
})
afterAll(async () => {
  await Promise.all([script?.end(), browser?.close(), till?.stop(), numbered?.stop()])
})

/** Users as the system before had them: numbers, and hashes of bcrypt. */
async function writeImport(): Promise<string> {
  const file = join(numbered.checkout.root, 'users.ndjson')
  const beyhan = { email: BEYHAN, username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur', permissions: ['systemAdmin'] }
  const users = [
    { external_id: 6, hash: bcrypt.hashSync(PASSWORD, 4), verified: true, ...beyhan },
    { external_id: 46, hash: bcrypt.hashSync(PASSWORD, 4), verified: true, email: 'user@example.com' },
  ]
  await writeFile(file, users.map((user) => `${JSON.stringify(user)}\n`).join(''))
  return file
}

interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a reply says
  readonly body: any
}

async function send(
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Reply> {
  const reply = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    // An empty body with a content type, as `fetch` with `{ method: 'POST' }` and that header sends it.
    ...(body !== undefined && body !== '' && { body: JSON.stringify(body) }),
  })
  return { status: reply.status, headers: reply.headers, body: await reply.json() }
}

const signIn = ({ url }: Server, email: string) => send(`${url}/api/v1/auth/login`, { body: { email, password: PASSWORD } })
/** A grant; where its client keeps the refresh token, one that it has refreshed by from another device before. */
async function grantReplaced(server: Server, email: string, isReplaced: boolean): Promise<Grant> {
  const grant: Grant = (await signIn(server, email)).body
  const headers = { 'User-Agent': 'Phone/1.0' }
  const refresh = (token: string) => send(`${server.url}/api/v1/auth/refresh`, { headers, body: { refresh_token: token } })
  if (isReplaced) expect((await refresh(grant.refresh_token)).status).toBe(200)
  return grant
}

const signInByPin = (name: string, pin: string) => send(`${till.url}/auth/login`, { body: { name, pin } })

/** What a server in front of pages does for them: has the refresh token only, and hands the new cookie on. */
async function renewInFront(refreshToken: string): Promise<{ reply: Reply; accessToken: string }> {
  const reply = await send(`${till.url}/auth/refresh`, { headers: { Cookie: `refreshToken=${refreshToken}` }, body: '' })
  return { reply, accessToken: cookieOf(reply, 'accessToken') }
}

function cookieOf({ headers }: Reply, name: string): string {
  return (
    headers
      .getSetCookie()
      .find((line) => line.startsWith(`${name}=`))
      ?.match(/=([^;]*)/)?.[1] ?? ''
  )
}

describe('a client of document 003', () => {
  it('renews its access token by the refresh token that it keeps, again and again, and is set no other cookie', async () => {
    expect([await script.wake(), await script.wake()]).toEqual(['200 200 accessToken 200', '200 200 accessToken 200'])
    lastTokenAt = Date.now()
  })

  it('sees in the refresh token until when it is good, and renews from a server in front by that cookie alone', async () => {
    const signedIn = await signInByPin('cashier', PIN)
    const refreshToken = cookieOf(signedIn, 'refreshToken')
    const { exp = 0, iat = 0 } = decodeJwt(refreshToken)
    expect(exp - iat).toBe(30 * DAY)
    const { reply, accessToken } = await renewInFront(refreshToken)
    expect([reply.status, reply.body.message]).toEqual([200, 'Access token refreshed successfully'])
    expect(decodeJwt(accessToken)).toMatchObject({ userId: expect.any(String), role: 'user', isAdmin: false })
    expect((await send(`${till.url}/auth/logout`, { headers: { Cookie: `accessToken=${accessToken}` }, body: '' })).status).toBe(
      200,
    )
    expect((await renewInFront(refreshToken)).reply).toMatchObject({ status: 401, body: { message: 'Invalid refresh token' } })
  })

  it('reads userId, role and isAdmin in its page with COOKIE_ACCESS_TOKEN=readable, and never the refresh token', async () => {
    const page = await browser.newPage()
    const answers: Promise<void>[] = []
    page.on('response', (answer) => answers.push(requireContractOf(answer)))
    await page.goto(`${till.url}/docs`)
    const cookies = await page.evaluate<readonly string[]>(`(async () => {
      const headers = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ name: 'cashier', pin: '${PIN}' })
      await (await fetch('/auth/login', { method: 'POST', headers, body })).json()
      const signedIn = document.cookie
      await (await fetch('/auth/refresh', { method: 'POST' })).json()
      return [signedIn, document.cookie]
    })()`)
    await Promise.all(answers)
    await page.close()
    for (const text of cookies) {
      expect(text).toMatch(/^accessToken=eyJ[\w.-]+$/)
      expect(decodeJwt(text.slice('accessToken='.length))).toMatchObject({
        userId: expect.any(String),
        role: 'user',
        isAdmin: false,
      })
    }
    expect(cookies[0]).not.toBe(cookies[1])
  })

  it('reads in the body of a 429 how long to wait', async () => {
    for (let count = 0; count < 5; count += 1) expect((await signInByPin('guessed', '0000')).status).toBe(401)
    guessedAt = Date.now()
    const refused = await signInByPin('guessed', PIN)
    expect([refused.status, refused.body]).toEqual([
      429,
      { message: 'Too many attempts', retryAfter: Number(refused.headers.get('Retry-After')) },
    ])
    expect(refused.body.retryAfter).toBeGreaterThan(0)
    expect(refused.body.retryAfter).toBeLessThanOrEqual(60)
  })
})

describe('a client of document 004 with USER_IDS=number', () => {
  it('finds the number that the system before gave the user, as a number, wherever there is one', async () => {
    const { status, body } = await signIn(numbered, BEYHAN)
    const profile = { user_id: 6, first_name: 'Beyhan', last_name: 'Oğur', is_admin: true, email: BEYHAN, token_type: 'access' }
    expect([status, body.user.id, decodeJwt(body.access_token)]).toMatchObject([200, 6, profile])
    const headers = { Authorization: `Bearer ${body.access_token}` }
    expect((await send(`${numbered.url}/api/v1/auth/me`, { headers })).body.user).toMatchObject({ id: 6, username: 'Beyhan Oğur' })
    expect((await send(`${numbered.url}/api/v1/auth/sessions?user_id=46`, { headers })).status).toBe(200)
  })

  it('sees in the refresh token until when it is good', async () => {
    const { body } = await signIn(numbered, 'user@example.com')
    const { exp = 0, iat = 0, ...claims } = decodeJwt(body.refresh_token)
    expect([exp - iat, claims.token_type, claims.sub]).toEqual([30 * DAY, 'refresh', expect.any(String)])
  })

  it('gets the number after those of the import for a new user', async () => {
    await numbered.userWith(PASSWORD, 'create', '--email', 'new@example.com', '--password-stdin', '--verified')
    expect((await signIn(numbered, 'new@example.com')).body.user.id).toBe(47)
  })
})

describe('a minute later', () => {
  beforeAll(() => sleep(Math.max(0, lastTokenAt + MINUTE_AND_MORE - Date.now())))

  /** As a page does that shows three things. */
  const askThree = (client: Client) => Promise.all([client.get('/me'), client.get('/sessions'), client.get('/me')])

  it('a client of document 003 goes on by the first refresh token, though its access token has expired', async () => {
    expect(await script.wake()).toBe('401 200 accessToken 200')
  })

  it('a client of document 003 that waited as long as the 429 said signs in', async () => {
    await sleep(Math.max(0, guessedAt + 61_000 - Date.now()))
    expect((await signInByPin('guessed', PIN)).status).toBe(200)
  })

  describe.each(CLIENT_NAMES)('a client of document 004 made with axios, %s', (name) => {
    it('refreshes on 401, three requests at once, and goes on', async () => {
      const { replacing } = clients[name]
      expect(replacing.refreshes).toBe(0)
      expect(await askThree(replacing)).toEqual([200, 200, 200])
      // Of those that share a refresh, one may have been late for it.
      expect(replacing.refreshes).toBeGreaterThanOrEqual(name === 'each request for itself' ? 3 : 1)
      expect(await askThree(replacing)).toEqual([200, 200, 200])
    })

    it('does so by the first refresh token of all with REFRESH_ROTATION=keep, and is signed out without', async () => {
      const { keeping, unserved } = clients[name]
      expect(await askThree(keeping)).toEqual([200, 200, 200])
      expect(await askThree(unserved)).toEqual([401, 401, 401])
    })
  })
})
