// The `cookie` face on the wire: exact bodies, cookies and refusals.
import { beforeAll, describe, expect, it } from 'vitest'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'
import { cookieHeader, createPinAccount, PIN, pinLogin, pinSignIn, post, tokensIn } from '../../support/http/cookie-browser.ts'

const MONTH = 30 * 86_400
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

let app: TestApp
let username: string
let email: string

beforeAll(async () => {
  app = await startApp()
  ;({ username, email } = await createPinAccount(app))
})

/** The attributes of each cookie, sorted; the value, which is a token, apart. */
function attributesOf(headers: Headers): [string, string, string[]][] {
  return headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=')
    return [name, value, attributes.sort()]
  })
}

const cookies = (accessSeconds: number, refreshSeconds: number, value: unknown, more: string[] = []) => [
  ['accessToken', value, ['HttpOnly', `Max-Age=${accessSeconds}`, 'Path=/', 'SameSite=Lax', ...more].sort()],
  ['refreshToken', value, ['HttpOnly', `Max-Age=${refreshSeconds}`, 'Path=/', 'SameSite=Lax', ...more].sort()],
]

describe('POST /auth/login', () => {
  it('sets both cookies', async () => {
    const reply = await pinLogin(app, username)
    expect([reply.status, reply.body]).toEqual([200, { message: 'Login successful' }])
    expect(attributesOf(reply.headers)).toEqual(cookies(900, MONTH, expect.stringMatching(JWT)))
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
  })

  it.each([
    ['http://localhost:8787', false],
    ['http://127.0.0.1:9154', false],
    ['http://[::1]:8787', false],
    ['https://localhost:8787', true],
    ['http://auth.example.com', true],
    ['http://localhost.example.com', true],
    ['https://auth.example.com', true],
  ])('marks them Secure but for plain http on this machine: %s', async (origin, isSecure) => {
    const body = JSON.stringify({ name: username, pin: PIN })
    const headers = { 'Content-Type': 'application/json' }
    const reply = await app.fetch(new Request(`${origin}/auth/login`, { method: 'POST', headers, body }))
    expect(reply.status).toBe(200)
    const more = isSecure ? ['Secure'] : []
    expect(attributesOf(reply.headers)).toEqual(cookies(900, MONTH, expect.any(String), more))
  })

  it('knows a name that is not ASCII, whatever its case', async () => {
    await createPinAccount(app, { username: 'Beyhan Oğur' })
    expect((await pinLogin(app, 'beyhan oĞur')).status).toBe(200)
  })

  it.each([
    ['the wrong PIN', { pin: '2581' }],
    ['a PIN that is too short', { pin: '1' }],
    ['a PIN that is no number', { pin: 'correct horse battery' }],
    ['an unknown name', { name: 'nobody-has-this' }],
    ['a name that nobody can have', { name: 'a@b.example' }],
  ])('says the same for %s', async (_, change) => {
    const reply = await app.request('POST', '/auth/login', { body: { name: username, pin: PIN, ...change } })
    expect([reply.status, reply.body]).toEqual([401, { message: 'Invalid credentials' }])
    expect(reply.headers.getSetCookie()).toEqual([])
    expect(reply.headers.get('WWW-Authenticate')).toBeNull()
  })

  it.each([
    [{ name: 'a' }, 'Name and PIN are required'],
    [{ pin: PIN }, 'Name and PIN are required'],
    [{}, 'Name and PIN are required'],
    [{ name: 'a', pin: 1234 }, 'pin must be a string'],
    [{ name: ['a'], pin: {} }, 'name must be a string, pin must be a string'],
    ['[]', 'The body is not a JSON object'],
    ['{"name"', 'The body is not a JSON object'],
  ])('answers 400 to %j', async (body, message) => {
    const reply = await app.request('POST', '/auth/login', { body })
    expect([reply.status, reply.body]).toEqual([400, { message }])
  })

  it('says 403 for a disabled account, and only to whoever has its PIN', async () => {
    const disabled = await createPinAccount(app)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(disabled.email).run()
    const right = await pinLogin(app, disabled.username)
    expect([right.status, right.body]).toEqual([403, { message: 'This account is disabled' }])
    expect((await pinLogin(app, disabled.username, '1111')).status).toBe(401)
  })
})

describe('POST /auth/refresh', () => {
  it('sets a new access token, by the refresh token alone, which stays', async () => {
    const { refreshToken } = await pinSignIn(app, username)
    const reply = await post(app, '/refresh', cookieHeader({ refreshToken }))
    expect([reply.status, reply.body]).toEqual([200, { message: 'Access token refreshed successfully' }])
    expect(attributesOf(reply.headers)).toEqual(cookies(900, MONTH, expect.stringMatching(JWT)).slice(0, 1))
    expect((await app.v1('GET', '/me', { token: tokensIn(reply).accessToken })).body.user.email).toBe(email)
  })

  it('works when the access token has expired', async () => {
    const tokens = await pinSignIn(app, username)
    app.clock.advance(1000)
    expect((await post(app, '/refresh', cookieHeader(tokens))).status).toBe(200)
  })

  it.each([
    ['no cookies', null],
    ['an access token only', 'accessToken=a'],
    ['nonsense', 'refreshToken=your_refresh_token_here'],
    ['an empty one', 'refreshToken='],
  ])('refuses %s', async (_, cookie) => {
    const reply = await post(app, '/refresh', cookie)
    expect([reply.status, reply.body]).toEqual([401, { message: 'Invalid refresh token' }])
    expect(reply.headers.get('WWW-Authenticate')).toBeNull()
  })

  it('refuses two different values for one name', async () => {
    const { refreshToken } = await pinSignIn(app, username)
    expect((await post(app, '/refresh', `refreshToken=${refreshToken}; refreshToken=x`)).status).toBe(401)
    expect((await post(app, '/refresh', `refreshToken=${refreshToken}, refreshToken=${refreshToken}`)).status).toBe(200)
  })

  it('takes no refresh token from the body or from Authorization', async () => {
    const { refreshToken, accessToken } = await pinSignIn(app, username)
    const body = { refresh_token: refreshToken, refreshToken }
    expect((await app.request('POST', '/auth/refresh', { body, token: accessToken })).status).toBe(401)
  })
})

describe('POST /auth/logout', () => {
  it.each([
    ['both', (tokens: { accessToken: string; refreshToken: string }) => cookieHeader(tokens)],
    ['the access token', ({ accessToken }: { accessToken: string }) => cookieHeader({ accessToken })],
    ['the refresh token', ({ refreshToken }: { refreshToken: string }) => cookieHeader({ refreshToken })],
    ['two lines', (t: { accessToken: string; refreshToken: string }) => cookieHeader(t).replace('; ', ', ')],
  ])('clears both cookies and ends the session, named by %s', async (_, cookieOf) => {
    const tokens = await pinSignIn(app, username)
    const reply = await post(app, '/logout', cookieOf(tokens))
    expect([reply.status, reply.body]).toEqual([200, { message: 'Logout successful' }])
    expect(attributesOf(reply.headers)).toEqual(cookies(0, 0, ''))
    expect((await post(app, '/refresh', cookieHeader(tokens))).status).toBe(401)
    expect((await app.v1('GET', '/me', { token: tokens.accessToken })).status).toBe(401)
  })

  it('works when the access token has expired', async () => {
    const tokens = await pinSignIn(app, username)
    app.clock.advance(1000)
    expect((await post(app, '/logout', cookieHeader({ accessToken: tokens.accessToken }))).status).toBe(200)
    expect((await post(app, '/refresh', cookieHeader(tokens))).status).toBe(401)
  })

  it('ends both sessions where the cookies are of two', async () => {
    const [one, other] = [await pinSignIn(app, username), await pinSignIn(app, username)]
    const mixed = { accessToken: one.accessToken, refreshToken: other.refreshToken }
    expect((await post(app, '/logout', cookieHeader(mixed))).status).toBe(200)
    expect((await post(app, '/refresh', cookieHeader(one))).status).toBe(401)
    expect((await post(app, '/refresh', cookieHeader(other))).status).toBe(401)
  })

  it.each([null, 'accessToken=your_access_token_here; refreshToken=your_refresh_token_here', 'a=b'])(
    'refuses %j',
    async (cookie) => {
      const reply = await post(app, '/logout', cookie)
      expect([reply.status, reply.body, reply.headers.getSetCookie()]).toEqual([401, { message: 'Unauthorized' }, []])
      expect(reply.headers.get('WWW-Authenticate')).toBeNull()
    },
  )

  it('clears the cookies again the second time, so that a lost answer leaves none behind', async () => {
    const tokens = await pinSignIn(app, username)
    await post(app, '/logout', cookieHeader(tokens))
    const again = await post(app, '/logout', cookieHeader(tokens))
    expect([again.status, again.body]).toEqual([200, { message: 'Logout successful' }])
    expect(attributesOf(again.headers)).toEqual(cookies(0, 0, ''))
  })

  it('refuses two different values for one name', async () => {
    const tokens = await pinSignIn(app, username)
    expect((await post(app, '/logout', `${cookieHeader(tokens)}; accessToken=x`)).status).toBe(401)
    expect((await post(app, '/logout', cookieHeader(tokens))).status).toBe(200)
  })
})

describe('every other answer under /auth', () => {
  it.each([
    ['GET', '/auth/login', 405, 'Method not allowed'],
    ['DELETE', '/auth/logout', 405, 'Method not allowed'],
    ['GET', '/auth/nothing', 404, 'Not found'],
    ['POST', '/auth', 404, 'Not found'],
  ])('is in the same shape: %s %s', async (method, path, status, message) => {
    const reply = await app.request(method, path)
    expect([reply.status, reply.body]).toEqual([status, { message }])
    if (status === 405) expect(reply.headers.get('Allow')).toBe('POST, OPTIONS')
  })

  it('is 415, 413 and 503 in the same shape', async () => {
    const text = await app.request('POST', '/auth/login', { body: '{}', headers: { 'Content-Type': 'text/plain' } })
    expect([text.status, text.body]).toEqual([415, { message: 'The body must be application/json in UTF-8' }])
    const large = await app.request('POST', '/auth/login', { body: { name: 'a'.repeat(17_000) } })
    expect([large.status, large.body]).toEqual([413, { message: 'The body is too large' }])
    const broken = await startApp({ vars: { AUTH_SECRET: undefined }, keepStorage: true })
    const reply = await broken.request('POST', '/auth/login', { body: {} })
    expect([reply.status, reply.body]).toEqual([503, { message: 'The service is temporarily unavailable' }])
    expect(reply.headers.get('Retry-After')).toBe('60')
  })
})

describe('the v1 face', () => {
  it('takes no cookies', async () => {
    const tokens = await pinSignIn(app, username)
    const reply = await app.v1('GET', '/me', { headers: { Cookie: cookieHeader(tokens) } })
    expect(reply.status).toBe(401)
    expect((await app.v1('POST', '/logout', { headers: { Cookie: cookieHeader(tokens) } })).status).toBe(401)
  })
})
