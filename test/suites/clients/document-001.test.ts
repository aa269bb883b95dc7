// Clients of document 001 as they are: they verify `accessToken` themselves, by the secret they share with the service, keep it for days and
// never refresh. What verifies here is written from the document's words and jose alone.
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createCalls } from '../../../src/rpc/calls.ts'
import { claimsOf, DAY } from '../../support/fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const SECRET = 'mQ4vT9xZ1kR7wB2nY8sL5dG0hJ3cF6aPqE4uIoXyTzU'
const vars = { SHARED_TOKEN_SECRET: SECRET }

interface Visitor {
  readonly sub: string
  readonly email: string
  readonly roles: readonly string[]
}

/** As a SvelteKit hook does: the cookie's token becomes `locals.user`, or nobody. */
async function hook(cookie: string | undefined, secret = SECRET): Promise<Visitor | null> {
  if (cookie === undefined) return null
  try {
    const { payload } = await jwtVerify<Visitor>(cookie, new TextEncoder().encode(secret))
    return payload
  } catch {
    return null
  }
}

/** As an Express middleware does: 401, or on with the user. */
async function middleware(authorization: string | undefined): Promise<number> {
  const token = authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined
  return (await hook(token)) === null ? 401 : 200
}

async function signIn(app: TestApp, email: string) {
  return (await app.v1('POST', '/login', { body: { email, password: PASSWORD } })).body
}

const meStatus = async (app: TestApp, token: string) => (await app.v1('GET', '/me', { token })).status

describe('a client of document 001 with SHARED_TOKEN_SECRET', () => {
  it('verifies accessToken by itself, and knows who it is', async () => {
    const app = await startApp({ vars })
    const email = await app.createAccount()
    const { accessToken, access_token, user } = await signIn(app, email)
    expect(await hook(accessToken)).toMatchObject({ sub: user.id, email, roles: ['user'] })
    expect(await hook(accessToken, `${SECRET.slice(1)}A`)).toBeNull()
    expect([await middleware(`Bearer ${accessToken}`), await middleware('Bearer x'), await middleware(undefined)]).toEqual([
      ...[200, 401, 401],
    ])
    expect(access_token).not.toBe(accessToken)
    expect(Object.keys(claimsOf(accessToken)).sort()).toEqual(['email', 'exp', 'iat', 'jti', 'roles', 'sid', 'sub'])
  })

  it('keeps it for seven days, and is signed in here by it until its session ends', async () => {
    const app = await startApp({ vars })
    const email = await app.createAccount()
    const { accessToken } = await signIn(app, email)
    app.clock.advance(7 * DAY - 1)
    expect(await meStatus(app, accessToken)).toBe(200)
    const { accessToken: other } = await signIn(app, email)
    expect((await app.v1('POST', '/logout', { token: accessToken })).status).toBe(200)
    expect([await meStatus(app, accessToken), await meStatus(app, other)]).toEqual([401, 200])
    app.clock.advance(7 * DAY + 6)
    expect(await meStatus(app, other)).toBe(401)
    // An expired one still ends its session.
    expect((await app.v1('POST', '/logout', { token: other })).status).toBe(200)
  })

  it.each(['strict', 'edge', 'token'])('is asked about strictly, whatever SESSION_FRESHNESS says: %s', async (freshness) => {
    const app = await startApp({ vars: { ...vars, SESSION_FRESHNESS: freshness } })
    const email = await app.createAccount()
    const { accessToken, access_token } = await signIn(app, email)
    expect(await meStatus(app, accessToken)).toBe(200)
    await app.v1('POST', '/revoke-all', { token: access_token })
    expect(await meStatus(app, accessToken)).toBe(401)
  })

  it('takes no token that only shares the secret: of another algorithm, another session or another user', async () => {
    const app = await startApp({ vars })
    const [ada, bob] = [await app.createAccount(), await app.createAccount()]
    const [mine, theirs] = [claimsOf((await signIn(app, ada)).accessToken), claimsOf((await signIn(app, bob)).accessToken)]
    const { SignJWT } = await import('jose')
    const forge = (claims: object, header: object = {}) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header }).sign(new TextEncoder().encode(SECRET))
    expect(await meStatus(app, await forge(mine))).toBe(200)
    expect(await meStatus(app, await forge({ ...mine, sub: theirs.sub }))).toBe(401)
    expect(await meStatus(app, await forge({ ...mine, sid: `${mine.sid.slice(0, 32)}${'0'.repeat(32)}` }))).toBe(401)
    expect(await meStatus(app, await forge({ ...mine, iat: mine.iat - 8 * DAY }))).toBe(401)
    expect(await meStatus(app, await forge(mine, { kid: 'x' }))).toBe(401)
    expect(await meStatus(app, await forge(mine, { typ: 'at+jwt' }))).toBe(401)
    const rights = await app.v1('GET', '/me', { token: await forge({ ...mine, roles: ['admin'], permissions: ['systemAdmin'] }) })
    expect(rights.body.user.is_admin).toBe(false)
  })

  it('refreshes and extends to another such token', async () => {
    const app = await startApp({ vars })
    const { accessToken, refresh_token } = await signIn(app, await app.createAccount())
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token } })
    expect(await hook(refreshed.body.accessToken)).not.toBeNull()
    const extended = await app.v1('POST', '/refresh', { token: accessToken })
    expect([extended.status, await hook(extended.body.accessToken)]).toMatchObject([200, { roles: ['user'] }])
  })

  it('has the same over its binding, where text that is no address is a wrong sign-in', async () => {
    const app = await startApp({ vars })
    const email = await app.createAccount()
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'app', rights: ['verify', 'login'] })
    const login = await calls.login(email, PASSWORD)
    expect(await hook(login?.accessToken)).toMatchObject({ email })
    expect(login?.expiresIn).toBe(7 * DAY)
    expect(await calls.verifyToken(login?.accessToken)).toMatchObject({ email, sid: expect.any(String), amr: ['pwd'] })
    expect(await calls.login('no address at all', PASSWORD)).toBeNull()
    expect((await app.v1('POST', '/login', { body: { email: 'no address at all', password: PASSWORD } })).status).toBe(401)
  })

  it('finds accessToken to be access_token again where no secret is shared', async () => {
    const app = await startApp()
    const { accessToken, access_token } = await signIn(app, await app.createAccount())
    expect(accessToken).toBe(access_token)
    expect(await hook(accessToken)).toBeNull()
  })

  it('does not start on a weak secret, nor on one that is AUTH_SECRET', async () => {
    for (const weak of ['short', 'password'.repeat(8)]) {
      const app = await startApp({ vars: { SHARED_TOKEN_SECRET: weak } })
      expect((await app.v1('POST', '/login', { body: { email: 'a@example.com', password: PASSWORD } })).status).toBe(503)
    }
    const same = await startApp({ vars: { AUTH_SECRET: SECRET, SHARED_TOKEN_SECRET: SECRET } })
    expect((await same.v1('POST', '/login', { body: { email: 'a@example.com', password: PASSWORD } })).status).toBe(503)
  })
})
