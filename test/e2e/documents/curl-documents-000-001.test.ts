// Documents 000 and 001 print no curl lines but list endpoints, each with its statuses: every one of them by curl against a
// real server, but for the 500 that nothing from outside may bring about.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CurlReply, curl } from '../../support/e2e/curl.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const USER = { email: 'user@example.com', password: 'a long password' }
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

let server: Server

beforeAll(async () => {
  server = await startServer()
  await server.userWith(USER.password, 'create', '--email', USER.email, '--password-stdin', '--verified')
})
afterAll(() => server?.stop())

function send(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<CurlReply> {
  const credential = token === undefined ? [] : ['-H', `Authorization: Bearer ${token}`]
  const data = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)]
  return curl('-X', method, `${server.url}/api/v1/auth${path}`, ...credential, ...data)
}

async function signIn(): Promise<{ readonly token: string; readonly user: { readonly id: string } }> {
  const { body } = await send('POST', '/login', { body: USER })
  return { token: body.accessToken, user: body.user }
}

describe('document 000', () => {
  it('POST /login: 200 Login successful', async () => {
    const reply = await send('POST', '/login', { body: USER })

    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ token_type: 'Bearer', expires_in: 900, user: { email: USER.email } })
  })

  it('POST /login: 400 Bad request for a body that is not JSON', async () => {
    const reply = await curl(
      '-X',
      'POST',
      `${server.url}/api/v1/auth/login`,
      '-H',
      'Content-Type: application/json',
      '-d',
      '{"email"',
    )

    expect(reply.status).toBe(400)
  })

  it('POST /logout: 200 Logged out, and the token is dead', async () => {
    const { token } = await signIn()

    const reply = await send('POST', '/logout', { token })

    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({ message: 'Logged out' })
    expect((await send('GET', '/me', { token })).status).toBe(401)
  })

  it('GET /me: 200 Current user info', async () => {
    const { token, user } = await signIn()

    const reply = await send('GET', '/me', { token })

    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({ user })
  })

  it('POST /refresh: 200 Session refreshed, with a bearer token and no body', async () => {
    const { token } = await signIn()

    const reply = await send('POST', '/refresh', { token })

    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ message: 'Session refreshed', session: { current: true } })
    expect((await send('GET', '/me', { token: reply.body.access_token })).status).toBe(200)
  })

  it('GET /sessions: 200 Active sessions, newest first', async () => {
    const first = await signIn()
    const second = await signIn()

    const reply = await send('GET', '/sessions', { token: second.token })

    expect(reply.status).toBe(200)
    expect(reply.body.sessions.length).toBeGreaterThanOrEqual(2)
    expect(reply.body.sessions[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      created_at: expect.stringMatching(RFC_3339),
      last_used_at: expect.stringMatching(RFC_3339),
      expires_at: expect.stringMatching(RFC_3339),
      ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      user_agent: expect.stringMatching(/^curl\//),
      current: true,
    })
    const seenByTheFirst = await send('GET', '/sessions', { token: first.token })
    expect(seenByTheFirst.body.sessions[0]).toEqual({ ...reply.body.sessions[0], current: false })
  })

  it("GET /sessions: 403 Forbidden for somebody else's", async () => {
    const { token } = await signIn()

    const reply = await send('GET', '/sessions?user_id=00000000-0000-4000-8000-000000000000', { token })

    expect(reply.status).toBe(403)
    expect(reply.body).toMatchObject({ message: 'Forbidden', code: 'forbidden' })
  })

  it('POST /revoke-all: 200 All sessions revoked, those of other devices too', async () => {
    const elsewhere = await signIn()
    const { token } = await signIn()

    const reply = await send('POST', '/revoke-all', { token })

    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({ message: 'All sessions revoked', revoked: expect.any(Number) })
    expect(reply.body.revoked).toBeGreaterThanOrEqual(2)
    expect((await send('GET', '/me', elsewhere)).status).toBe(401)
    expect((await send('GET', '/me', { token })).status).toBe(401)
  })

  it.each([
    ['POST', '/logout'],
    ['GET', '/me'],
    ['POST', '/refresh'],
    ['POST', '/revoke-all'],
    ['GET', '/sessions'],
  ])('%s %s: 401 Unauthorized without a token, and with one that is none', async (method, path) => {
    const without = await send(method, path)
    const withNonsense = await send(method, path, { token: 'your.jwt.token' })

    for (const reply of [without, withNonsense]) {
      expect(reply.status).toBe(401)
      expect(reply.body).toMatchObject({ message: 'Unauthorized' })
      expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })
})

describe('document 001', () => {
  it('POST /login: 200 OK with accessToken and the user', async () => {
    const reply = await send('POST', '/login', { body: USER })

    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({
      accessToken: expect.stringMatching(/^eyJ/),
      user: { id: expect.any(String), email: USER.email, role: 'user' },
    })
  })

  it.each([
    ['the e-mail address', { password: 'a long password' }],
    ['the password', { email: 'user@example.com' }],
    ['both', {}],
  ])('POST /login: 400 Bad Request without %s', async (_, body) => {
    const reply = await send('POST', '/login', { body })

    expect(reply.status).toBe(400)
    expect(reply.body).toMatchObject({ message: 'Email and password are required' })
  })

  it('POST /login: 401 Unauthorized for the wrong password as for an unknown address', async () => {
    const wrong = await send('POST', '/login', { body: { ...USER, password: 'not this one' } })
    const unknown = await send('POST', '/login', { body: { ...USER, email: 'nobody@example.com' } })

    expect(wrong.status).toBe(401)
    expect(wrong.body).toMatchObject({ message: 'Invalid credentials' })
    expect([unknown.status, { ...unknown.body, request_id: '' }]).toEqual([401, { ...wrong.body, request_id: '' }])
  })

  it('POST /login: is rate-limited, and says for how long', async () => {
    const guess = { email: 'guessed@example.com', password: 'not this one' }
    const replies: CurlReply[] = []
    while (replies.length < 6) replies.push(await send('POST', '/login', { body: guess }))

    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429])
    expect(replies.at(-1)?.body).toMatchObject({ message: 'Too many attempts', code: 'rate_limited' })
    expect(replies.at(-1)?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  })
})
