// Clients of document 001 as they are: they verify `accessToken` themselves, by the secret they share with the service, keep it for days and
// never refresh. What verifies here is written from the document's words and jose alone.
import { Hono } from 'hono'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createFetchVerifier } from '../../../src/client/fetch-verifier.ts'
import { requireAuth } from '../../../src/client/require-auth.ts'
import { createVerifier } from '../../../src/client/verifier.ts'
import { createCalls } from '../../../src/rpc/calls.ts'
import { claimsOf, DAY } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, PUBLIC_URL, startApp, type TestApp } from '../../support/harness.ts'

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

  it('opens nothing of the operator’s, nor what could take the account over: whoever has the secret can make one', async () => {
    const app = await startApp({ vars })
    const [admin, other] = [await app.createAccount(), await app.createAccount()]
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE email = ?`).bind(admin).run()
    const { accessToken, access_token } = await signIn(app, admin)
    const theirs = await signIn(app, other)
    const [{ id: sid }] = (await app.v1('GET', '/sessions', { token: theirs.access_token })).body.sessions
    const { SignJWT } = await import('jose')
    const forged = await new SignJWT({ ...claimsOf(accessToken) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(SECRET))
    const body = { current_password: PASSWORD, new_password: 'four unusual words here' }
    const statusesOf = async (token: string) => ({
      look: (await app.request('GET', '/api/admin/v1/users', { token })).status,
      act: (await app.request('POST', `/api/admin/v1/users/${theirs.user.id}/sign-out`, { token })).status,
      theirSessions: (await app.v1('GET', `/sessions?user_id=${theirs.user.id}`, { token })).status,
      endTheirs: (await app.v1('DELETE', `/sessions/${sid}`, { token })).status,
      reauthenticate: (await app.v1('POST', '/reauthenticate', { token, body: { password: PASSWORD } })).status,
      username: (await app.v1('PATCH', '/me', { token, body: { username: 'somebody' } })).status,
      password: (await app.v1('POST', '/change-password', { token, body })).status,
      delete: (await app.v1('DELETE', '/me', { token, body: { password: PASSWORD } })).status,
    })
    const refused = { look: 403, act: 403, theirSessions: 403, endTheirs: 404, reauthenticate: 403 }
    for (const token of [accessToken, forged])
      expect(await statusesOf(token)).toEqual({ ...refused, username: 403, password: 403, delete: 403 })
    // Nor does it buy a token that does.
    const extended = (await app.v1('POST', '/refresh', { token: forged })).body
    expect(extended.access_token).toBe(extended.accessToken)
    expect(await statusesOf(extended.access_token)).toMatchObject(refused)
    expect(await statusesOf(access_token)).toEqual({
      ...{
        look: 200,
        act: 200,
        theirSessions: 200,
        endTheirs: 404,
        reauthenticate: 200,
        username: 200,
        password: 200,
        delete: 401,
      },
    })
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

  it.each(['token', 'edge', 'strict'] as const)(
    'gets one answer at %s, over the binding as in requireAuth: its token counts until its session ends',
    async (freshness) => {
      const app = await startApp({ vars })
      const { accessToken } = await signIn(app, await app.createAccount())
      const binding = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'app', rights: ['verify'] })
      const verifier = createVerifier(binding, { clock: () => app.clock.now })
      const api = new Hono().get('/', requireAuth({ freshness, verifier }), (c) => c.text(c.var.principal.userId))
      const ask = async (token: string) => {
        const overBinding = await binding.authenticate(token, { freshness })
        const { status } = await api.request('/', { headers: { Authorization: `Bearer ${token}` } })
        return [overBinding.ok, status]
      }
      expect(await ask(accessToken)).toEqual([true, 200])
      expect(await ask(`${accessToken.slice(0, -4)}AAAA`)).toEqual([false, 401])
      await app.v1('POST', '/logout', { token: accessToken })
      expect(await ask(accessToken)).toEqual([false, 401])
    },
  )

  it('is told 503 by requireAuth at token while nobody can say whether its session lives', async () => {
    const app = await startApp({ vars })
    const { accessToken } = await signIn(app, await app.createAccount())
    const fails = () => Promise.reject(new Error('the other worker has crashed'))
    const verifier = createVerifier({ authenticate: fails, jwks: fails }, { log: () => {} })
    const api = new Hono().get('/', requireAuth({ freshness: 'token', verifier }), (c) => c.text('in'))
    expect((await api.request('/', { headers: { Authorization: `Bearer ${accessToken}` } })).status).toBe(503)
  })

  it('gets by login() the token that the published keys verify as well, which is accessToken where no secret is shared', async () => {
    const rights = { caller: 'app', rights: ['verify', 'login'] }
    for (const isShared of [true, false]) {
      const app = await startApp(isShared ? { vars } : {})
      const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), rights)
      const login = await calls.login(await app.createAccount(), PASSWORD)
      const byKeys = createFetchVerifier({
        publicUrl: PUBLIC_URL,
        clock: () => app.clock.now,
        fetch: async (url) => app.fetch(new Request(url)),
      })
      expect(await byKeys.authenticate(login?.access_token ?? '')).toMatchObject({ ok: true, value: { userId: login?.user.id } })
      expect(login?.expires_in).toBe(900)
      expect(login?.access_token === login?.accessToken).toBe(!isShared)
      expect(await byKeys.authenticate(login?.accessToken ?? '')).toMatchObject({ ok: !isShared })
    }
  })

  it('signs in again when the secret is another: sessions, access tokens and refresh tokens go on', async () => {
    const before = await startApp({ vars })
    const email = await before.createAccount()
    const old = await signIn(before, email)
    const NEXT = 'hJ3cF6aPqE4uIoXyTzUmQ4vT9xZ1kR7wB2nY8sL5dG0'
    const app = await startApp({ vars: { SHARED_TOKEN_SECRET: NEXT }, keepStorage: true, now: before.clock.now })
    expect([await meStatus(app, old.accessToken), await meStatus(app, old.access_token)]).toEqual([401, 200])
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: old.refresh_token } })
    expect([refreshed.status, await meStatus(app, refreshed.body.accessToken)]).toEqual([200, 200])
    expect([await hook(refreshed.body.accessToken, NEXT), await hook(refreshed.body.accessToken)]).toEqual([
      expect.objectContaining({ email }),
      null,
    ])
    expect(await meStatus(app, (await signIn(app, email)).accessToken)).toBe(200)
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
