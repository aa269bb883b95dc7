// Clients of documents 000 and 002 as they are, over a socket, against a server with nothing set for them. Only hashing is made cheap.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { argon2id } from '@noble/hashes/argon2.js'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { ageSession } from '../../support/e2e/local-database.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'
import { runProgram } from '../../support/programs/run.ts'

const PASSWORD = 'correct horse battery'
const DAY = 86_400
const VARS = { SCRYPT_LN: '4', SCRYPT_R: '1', SCRYPT_P: '1' }

let checkout: Checkout
let server: Server

beforeAll(async () => {
  checkout = await cloneCheckout()
  server = await startServer(checkout, { vars: VARS })
  const account = (name: string) => ['--username', name, '--email', `${name}@example.com`, '--password-stdin', '--verified']
  await server.userWith(PASSWORD, 'create', ...account('admin'), '--permission', 'systemAdmin')
  await server.userWith(PASSWORD, 'create', ...account('some-user'))
})
afterAll(async () => {
  await server?.stop()
  await checkout?.[Symbol.asyncDispose]()
})

interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a reply says
  readonly body: any
}

async function send(route: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<Reply> {
  const [method = '', path = ''] = route.split(' ')
  const headers = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  const reply = await fetch(server.url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return { status: reply.status, body: await reply.json() }
}

describe('a client of document 000', () => {
  /** Holds one token, as the document has no other. */
  class Client {
    #token = ''

    async login(): Promise<number> {
      const { status, body } = await send('POST /api/v1/auth/login', {
        body: { email: 'some-user@example.com', password: PASSWORD },
      })
      this.#token = body.access_token ?? ''
      return status
    }

    async refresh(): Promise<number> {
      const { status, body } = await this.call('POST /refresh')
      if (status === 200) this.#token = body.access_token
      return status
    }

    call(route: string): Promise<Reply> {
      return send(route.replace(' ', ' /api/v1/auth'), { token: this.#token })
    }
  }

  it('walks through its document on two devices: signs in, refreshes by its token, lists sessions, signs out, revokes all', async () => {
    const [desk, phone] = [new Client(), new Client()]
    expect([await desk.login(), await phone.login()]).toEqual([200, 200])
    expect((await phone.call('GET /me')).body.user.email).toBe('some-user@example.com')

    const before = (await phone.call('GET /sessions')).body.sessions
    expect(before.map(({ current }: { current: boolean }) => current)).toEqual([true, false])
    expect([await phone.refresh(), await phone.refresh()]).toEqual([200, 200])
    const after = (await phone.call('GET /sessions')).body.sessions
    expect(after.map(({ id }: { id: string }) => id)).toEqual(before.map(({ id }: { id: string }) => id))
    expect(Date.parse(after[0].expires_at)).toBeGreaterThanOrEqual(Date.parse(before[0].expires_at))

    expect((await phone.call('POST /logout')).body).toEqual({ message: 'Logged out' })
    expect([(await phone.call('GET /me')).status, await phone.refresh(), (await desk.call('GET /me')).status]).toEqual([
      401, 401, 200,
    ])

    expect(await phone.login()).toBe(200)
    expect((await phone.call('POST /revoke-all')).body).toEqual({ message: 'All sessions revoked', revoked: 2 })
    expect([(await phone.call('GET /me')).status, (await desk.call('GET /me')).status]).toEqual([401, 401])
    expect([await desk.login(), (await desk.call('GET /me')).status]).toEqual([200, 200])
  })
})

describe('a client of document 002', () => {
  const signIn = (more: object = {}, username = 'admin') =>
    send('POST /api/stable/auth/login', { body: { username, password: PASSWORD, ...more } })
  const whoAmI = async (token?: string) => (await send('GET /api/stable/auth/whoami', { ...(token && { token }) })).status
  const publicKeys = async () => (await send('GET /.well-known/jwks.json')).body.keys as readonly { kid: string }[]

  /** A run of the job: what it printed last. */
  async function runJob(): Promise<{ status: string; told: Reply['body'] }> {
    const tokenFile = join(checkout.root, 'backup-token')
    const [told = '', status = ''] = await runProgram('document-002.sh', server.url, 'admin', PASSWORD, tokenFile)
    return { status, told: JSON.parse(told) }
  }

  it('holds a token for ten years that says who, since when and how long, under a key that is not public', async () => {
    const { data } = (await signIn()).body
    const { exp = 0, login, orig_iat: since } = decodeJwt<{ orig_iat: number }>(data.token)
    expect([login, exp - since]).toEqual(['admin', 3650 * DAY])
    expect(Date.parse(data.expire) / 1000).toBe(exp)
    expect(Math.abs(since - Date.now() / 1000)).toBeLessThan(60)
    expect((await publicKeys()).map(({ kid }) => kid)).not.toContain(decodeProtectedHeader(data.token).kid)
  })

  it('is told 403 of a session that has ended, and 401 of no token and of a forged one', async () => {
    const { token, sessionId } = (await signIn()).body.data
    expect((await send('DELETE /api/stable/auth/logout', { token })).body.data.sessionId).toBe(sessionId)
    const [header, , signature] = token.split('.')
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), login: 'some-user' })).toString('base64url')
    expect([await whoAmI(token), await whoAmI(), await whoAmI(`${header}.${claims}.${signature}`)]).toEqual([403, 401, 401])
  })

  it('gets no token with less power than it asks for, and is told so', async () => {
    const refused = await signIn({
      operationsScope: { elements: [{ type: 'collection', name: 'iwa-ait', roles: ['uploadsAnyFile'] }] },
    })
    expect([refused.status, refused.body]).toEqual([
      400,
      { status: false, code: 400, message: expect.stringContaining('operationsScope is not supported'), data: {} },
    ])
  })

  it('signs in with the password that the system before knew, by its argon2id hash, padded or base64 of the whole', async () => {
    const salt = randomBytes(16)
    const key = Buffer.from(argon2id(PASSWORD, salt, { m: 256, t: 2, p: 1, dkLen: 32 }))
    const padded = `$argon2id$v=19$m=256,t=2,p=1$${salt.toString('base64')}$${key.toString('base64')}`
    const hashes = { 'padded-hash': padded, 'whole-hash': Buffer.from(padded).toString('base64') }
    const users = Object.entries(hashes).map(([username, hash]) => ({
      username,
      email: `${username}@example.com`,
      hash,
      verified: true,
    }))
    const file = join(checkout.root, 'users.ndjson')
    await writeFile(file, users.map((user) => `${JSON.stringify(user)}\n`).join(''))
    await server.user('import', file)
    for (const { username } of users) {
      expect([username, (await signIn({}, username)).status]).toEqual([username, 200])
      expect([username, (await signIn({ password: 'not this one' }, username)).status]).toEqual([username, 401])
    }
  })

  it('goes on by its token when AUTH_SECRET was rotated, as docs/operations.md says, and public keys are no more than before', async () => {
    const first = await runJob()
    expect([first.status, first.told.data.grantedAccess.user]).toEqual(['200', 'admin'])
    const keys = await publicKeys()

    const devVars = join(checkout.root, '.dev.vars')
    const secrets = await readFile(devVars, 'utf8')
    const rotated = secrets.replace(/^AUTH_SECRET=(.*)$/m, 'AUTH_SECRET=z8Kq2Lw7Vn4Xb9Rt1Ms6Pd3Gc5Hf0Jy8Qe4UiOaTrWc')
    expect(rotated).not.toBe(secrets)
    const old = /^AUTH_SECRET=(.*)$/m.exec(secrets)?.[1]
    await restart(() => writeFile(devVars, `${rotated}AUTH_SECRET_PREVIOUS=${old}\n`))
    expect((await runJob()).status).toBe('200')
    // What a cron run does within five minutes.
    expect((await fetch(`${server.url}/cdn-cgi/local/scheduled`)).status).toBe(200)

    await restart(() => writeFile(devVars, rotated))
    const last = await runJob()
    expect([last.status, last.told.data.sessionId]).toEqual(['200', first.told.data.sessionId])
    expect(await publicKeys()).toEqual(keys)
    expect((await signIn()).status).toBe(200)
  })

  it('is not pushed out by a hundred newer sign-ins while it uses its token', async () => {
    const { sessionId } = (await runJob()).told.data
    const { token: forgotten } = (await signIn()).body.data
    // Two days pass: that its token is in use shows from then on.
    await restart(() => ageSession(server.persistDirectory, sessionId, 2 * DAY), { LIMIT_ADDRESS_HASHES_PER_MINUTE: '10000' })
    expect((await runJob()).status).toBe('200')
    for (let count = 0; count < 100; count += 1) expect((await signIn()).status).toBe(200)

    expect([await whoAmI(forgotten), (await runJob()).status]).toEqual([403, '200'])
  })
})

/** Ends the server, changes something, and starts it again on the same state and port. */
async function restart(change: () => Promise<void>, more: Readonly<Record<string, string>> = {}): Promise<void> {
  await server.stop()
  await change()
  server = await startServer(checkout, { port: server.port, vars: { ...VARS, ...more } })
}
