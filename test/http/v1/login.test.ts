// `POST /login` and `GET /me` of the `v1` table, word for word, and what the access token says.
import { describe, expect, it } from 'vitest'
import { claimsOf, decodePart } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, PUBLIC_URL, startApp } from '../../support/harness.ts'
import { expectRefusal, expectSuccess, grantShape, REFUSED, SESSION_ID, UUID, userShape } from '../../support/http/v1-shapes.ts'

const NAMES = { username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur' }

describe('v1: POST /login', () => {
  it('answers 200 with a grant, by e-mail address or by username', async () => {
    const app = await startApp()
    const email = await app.createAccount(NAMES)
    for (const identifier of [
      { email },
      { email: email.toUpperCase() },
      { username: NAMES.username },
      { username: 'BEYHAN OĞUR' },
    ]) {
      const reply = await app.v1('POST', '/login', { body: { ...identifier, password: PASSWORD }, ip: anyAddress() })
      expectSuccess(reply, 200, grantShape(userShape(email, NAMES)))
      expect(reply.body.accessToken).toBe(reply.body.access_token)
    }
  })

  it('goes by the e-mail address where a username is given too', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await app.createAccount({ username: 'somebody', password: 'quite another one' })
    const body = { email, username: 'somebody', password: PASSWORD }
    expectSuccess(await app.v1('POST', '/login', { body }), 200, grantShape(userShape(email)))
    expectRefusal(await app.v1('POST', '/login', { body: { ...body, password: 'quite another one' } }), REFUSED.invalidCredentials)
  })

  it.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['no password', { email: 'a@example.com' }],
    ['no identifier', { password: PASSWORD }],
    ['an empty password', { email: 'a@example.com', password: '' }],
    ['empty identifiers', { email: '', username: '', password: PASSWORD }],
    ['null', { email: null, username: null, password: null }],
  ])('says in the words of document 001 what is missing, given %s', async (_, body) => {
    const app = await startApp()
    expectRefusal(await app.v1('POST', '/login', { ...(body && { body }) }), REFUSED.missingCredentials)
  })

  it('refuses a wrong password, an unknown address, an unknown username and a pending registration alike', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await app.v1('POST', '/register', { body: { email: 'pending@example.com', username: 'pending', password: PASSWORD } })
    for (const credentials of [
      { email, password: 'wrong' },
      { email: 'nobody@example.com', password: PASSWORD },
      { username: 'nobody', password: PASSWORD },
      { email: 'pending@example.com', password: PASSWORD },
      { username: 'pending', password: PASSWORD },
      { email, password: '\ud800 lone surrogate' },
      { email, password: 'x'.repeat(10_000) },
    ]) {
      const reply = await app.v1('POST', '/login', { body: credentials, ip: anyAddress() })
      expectRefusal(reply, REFUSED.invalidCredentials)
      expect(reply.headers.has('WWW-Authenticate')).toBe(false)
    }
  })

  it('tells that an account is disabled only to who knows its password', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(email).run()
    const login = (password: string) => app.v1('POST', '/login', { body: { email, password } })
    expectRefusal(await login('wrong'), REFUSED.invalidCredentials)
    expectRefusal(await login(PASSWORD), REFUSED.accountDisabled)
  })

  it('says at the sixth failure when to try again, and waiting exactly that long is enough', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const login = (password: string) => app.v1('POST', '/login', { body: { email, password } })
    for (let n = 0; n < 5; n += 1) expectRefusal(await login('wrong'), REFUSED.invalidCredentials)
    const refused = await login(PASSWORD)
    expectRefusal(refused, REFUSED.rateLimited)
    expect(refused.headers.get('Retry-After')).toBe('60')
    expect(refused.headers.get('RateLimit-Policy')).toBe('"account-address";q=5;w=86400')
    expect(refused.headers.get('RateLimit')).toBe('"account-address";r=0;t=60')
    app.clock.advance(60)
    expect((await login(PASSWORD)).status).toBe(200)
  })

  it('names the members of the wrong type', async () => {
    const app = await startApp()
    expectRefusal(
      await app.v1('POST', '/login', { body: { email: 1, username: ['a'], password: { $ne: '' } } }),
      REFUSED.invalidRequest(['email', 'must be a string'], ['username', 'must be a string'], ['password', 'must be a string']),
    )
  })
})

describe('v1: the access token', () => {
  it('is an ES256 JWT with the claims of the design and no others', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token, user } = await app.signIn(email)
    const [{ keys }, header] = [
      (await app.request('GET', '/.well-known/jwks.json')).body,
      JSON.parse(decodePart(token.split('.')[0] ?? '')),
    ]
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: keys[0].kid })
    const { now } = app.clock
    expect(claimsOf(token)).toEqual({
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      sub: user.id,
      sid: expect.stringMatching(SESSION_ID),
      jti: expect.stringMatching(UUID),
      iat: now,
      exp: now + 900,
      auth_time: now,
      amr: ['pwd'],
      roles: ['user'],
      permissions: [],
      email_verified: true,
      email,
      ...{ acr: 'urn:postern:aal1', token_type: 'access', user_id: user.id, is_admin: false, first_name: null, last_name: null },
    })
    expect(claimsOf(token).sid.startsWith(user.id.replaceAll('-', ''))).toBe(true)
  })

  it('names the role and the permissions of an administrator', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const update = BINDINGS.DB.prepare('UPDATE users SET permissions = ? WHERE email = ?')
    await update.bind('["systemAdmin","reports"]', email).run()
    const { access_token: token, user } = await app.signIn(email)
    expect(claimsOf(token)).toMatchObject({ roles: ['admin'], permissions: ['systemAdmin', 'reports'] })
    expect(user).toEqual(userShape(email, { is_admin: true, role: 'admin', permissions: ['systemAdmin', 'reports'] }))
  })
})

describe('v1: GET /me', () => {
  it('answers 200 with the whole user', async () => {
    const app = await startApp()
    const email = await app.createAccount(NAMES)
    const { access_token: token, user } = await app.signIn(email)
    expectSuccess(await app.v1('GET', '/me', { token }), 200, { user: userShape(email, { ...NAMES, id: user.id }) })
  })

  it('shows the permissions as they are at this very request', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["usersManager"]' WHERE email = ?`).bind(email).run()
    expectSuccess(await app.v1('GET', '/me', { token }), 200, { user: userShape(email, { permissions: ['usersManager'] }) })
  })

  it('asks for a bearer token where there is none, and says so where the token does not count', async () => {
    const app = await startApp()
    const none = await app.v1('GET', '/me')
    expectRefusal(none, REFUSED.unauthorized)
    expect(none.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern"')
    const wrong = await app.v1('GET', '/me', { token: 'e30.e30.e30' })
    expectRefusal(wrong, REFUSED.invalidAccessToken)
    expect(wrong.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern", error="invalid_token"')
  })

  it('refuses a token from the second it expires, give or take the tolerance', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    app.clock.advance(899)
    expect((await app.v1('GET', '/me', { token })).status).toBe(200)
    app.clock.advance(1 + 5)
    expectRefusal(await app.v1('GET', '/me', { token }), REFUSED.invalidAccessToken)
  })

  it('refuses the token of an account that was disabled a moment ago', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(email).run()
    expectRefusal(await app.v1('GET', '/me', { token }), REFUSED.invalidAccessToken)
  })
})
