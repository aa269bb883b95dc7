import { describe, expect, it } from 'vitest'
import { claimsOf, encodePart, rows } from '../../support/fixtures.ts'
import { headerOf, makeRefreshToken, resign, respell, signHs256, stealSigningKey, tamper } from '../../support/forgery.ts'
import { BINDINGS, PUBLIC_URL, startApp, type TestApp } from '../../support/harness.ts'

const SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'

async function isAccepted(app: TestApp, token: string): Promise<boolean> {
  const { status } = await app.v1('GET', '/me', { token })
  if (status !== 200 && status !== 401) throw new Error(`answered ${status}`)
  return status === 200
}

async function signedIn(app: TestApp) {
  return app.signIn(await app.createAccount())
}

describe('an access token', () => {
  it('says what RFC 9068 asks for, about the session it belongs to', async () => {
    const app = await startApp()
    const { access_token: token, user } = await signedIn(app)
    const [key] = await rows<{ kid: string }>('SELECT kid FROM signing_keys')
    expect(headerOf(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key?.kid })
    expect(claimsOf(token)).toEqual({
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      sub: user.id,
      sid: expect.stringMatching(new RegExp(`^${user.id.replaceAll('-', '')}[0-9a-f]{32}$`)),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: app.clock.now,
      exp: app.clock.now + 900,
      auth_time: app.clock.now,
      amr: ['pwd'],
      roles: ['user'],
      permissions: [],
      email_verified: true,
      email: user.email,
      ...{ acr: 'urn:postern:aal1', token_type: 'access', user_id: user.id, is_admin: false, first_name: null, last_name: null },
    })
  })

  it('is refused from its expiry on, give or take the tolerance between two clocks', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    app.clock.advance(899)
    expect(await isAccepted(app, token)).toBe(true)
    app.clock.advance(1 + 5)
    expect(await isAccepted(app, token)).toBe(false)
  })

  it('is still denied after sign-out when its signature is spelled with other spare bits', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const twin = respell(token)
    expect(twin).not.toBe(token)
    expect(await isAccepted(app, twin)).toBe(true)
    expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
    expect(await isAccepted(app, twin)).toBe(false)
    expect(await isAccepted(app, token)).toBe(false)
  })
})

describe('a forged access token is refused:', () => {
  it('without a signature, or with alg none', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const forgeries = [
      tamper(token, { header: { alg: 'none' }, signature: '' }),
      tamper(token, { header: { alg: 'NONE' } }),
      tamper(token, { signature: '' }),
      token.split('.').slice(0, 2).join('.'),
      `${token}.`,
      `${token}.${token.split('.')[2]}`,
    ]
    for (const forgery of forgeries) expect([forgery, await isAccepted(app, forgery)]).toEqual([forgery, false])
  })

  it('with claims changed under the old signature', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    expect(await isAccepted(app, tamper(token, {}))).toBe(true)
    for (const claims of [{ permissions: ['systemAdmin'] }, { exp: app.clock.now + 1e6 }, { sub: crypto.randomUUID() }]) {
      expect(await isAccepted(app, tamper(token, { claims }))).toBe(false)
    }
  })

  it('with HS256 over the public key, or over AUTH_SECRET', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const [key] = await rows<{ public_jwk: string }>('SELECT public_jwk FROM signing_keys')
    const header = { ...headerOf(token), alg: 'HS256' }
    for (const secret of [key?.public_jwk ?? '', SECRET]) {
      const forgery = await signHs256(header, claimsOf(token), secret)
      expect(await isAccepted(app, forgery)).toBe(false)
    }
  })

  it('with a key of the attacker, named like ours or sent along', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const { privateKey, publicKey } = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const own = { kid: String(headerOf(token).kid), privateKey }
    const forgery = await resign(app, claimsOf(token), 'at+jwt', own)
    const jwk = await crypto.subtle.exportKey('jwk', publicKey)
    expect(await isAccepted(app, forgery)).toBe(false)
    expect(await isAccepted(app, tamper(forgery, { header: { jwk } }))).toBe(false)
    expect(await isAccepted(app, await resign(app, claimsOf(token), 'at+jwt', { ...own, kid: 'attacker' }))).toBe(false)
  })

  it('with a header that names no algorithm, type or key, or the wrong one, or an extension nobody knows', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const headers = [
      { alg: undefined },
      { alg: 'ES384' },
      { typ: undefined },
      { typ: 'JWT' },
      { kid: undefined },
      { kid: 1 },
      { crit: ['x'], x: 1 },
    ]
    for (const header of headers) expect([header, await isAccepted(app, tamper(token, { header }))]).toEqual([header, false])
  })

  it('as anything that is no token at all', async () => {
    const app = await startApp()
    await signedIn(app)
    for (const token of [
      'x',
      '.',
      '..',
      'a.b.c',
      `${encodePart('null')}.${encodePart('null')}.`,
      `${encodePart('[]')}..`,
      'e30.e30.e30',
    ]) {
      expect([token, await isAccepted(app, token)]).toEqual([token, false])
    }
  })
})

describe('a token that is genuinely signed is refused', () => {
  it('with another type, issuer or audience, or without any one of its claims', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const claims = claimsOf(token)
    expect(await isAccepted(app, await resign(app, claims))).toBe(true)
    for (const type of ['JWT', 'st+jwt', 'rt+jwt', 'at+jwt2']) {
      expect([type, await isAccepted(app, await resign(app, claims, type))]).toEqual([type, false])
    }
    const others = [{ iss: 'https://other.example' }, { aud: 'https://other.example' }, { iss: `${PUBLIC_URL}/` }]
    const missing = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr', 'permissions', 'email']
    for (const change of [...others, ...missing.map((name) => ({ [name]: undefined }))]) {
      expect([change, await isAccepted(app, await resign(app, { ...claims, ...change }))]).toEqual([change, false])
    }
  })

  it('with claims of the wrong type', async () => {
    const app = await startApp()
    const claims = claimsOf((await signedIn(app)).access_token)
    const wrong = [
      { sub: 1 },
      { sid: [claims.sid] },
      { email: {} },
      { permissions: 'x' },
      { permissions: [1] },
      { amr: 'pwd' },
      { auth_time: '1' },
    ]
    for (const change of [...wrong, { iat: '1' }, { exp: '99999999999' }]) {
      expect([change, await isAccepted(app, await resign(app, { ...claims, ...change }))]).toEqual([change, false])
    }
  })

  it('with an issue time in the future, or an expiry further off than any token lives', async () => {
    const app = await startApp()
    const claims = claimsOf((await signedIn(app)).access_token)
    const { now } = app.clock
    expect(await isAccepted(app, await resign(app, { ...claims, iat: now + 4 }))).toBe(true)
    expect(await isAccepted(app, await resign(app, { ...claims, iat: now + 60, exp: now + 900 }))).toBe(false)
    expect(await isAccepted(app, await resign(app, { ...claims, iat: now - 906, exp: now + 900 }))).toBe(false)
    expect(await isAccepted(app, await resign(app, { ...claims, nbf: now + 60 }))).toBe(false)
  })

  it('for the session of another user', async () => {
    const app = await startApp()
    const own = claimsOf((await signedIn(app)).access_token)
    const others = claimsOf((await signedIn(app)).access_token)
    expect(await isAccepted(app, await resign(app, { ...own, sid: others.sid }))).toBe(false)
    expect(await isAccepted(app, await resign(app, { ...own, sub: others.sub }))).toBe(false)
    expect(await isAccepted(app, await resign(app, { ...own, sid: 'x' }))).toBe(false)
    expect(await isAccepted(app, await resign(app, { ...own, sid: `${own.sid.slice(0, 32)}${'0'.repeat(32)}` }))).toBe(false)
  })

  it('once its key is taken out of D1', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const key = await stealSigningKey(app)
    await BINDINGS.DB.prepare('DELETE FROM signing_keys').run()
    const restarted = await startApp({ keepStorage: true })
    expect(await isAccepted(restarted, token)).toBe(false)
    expect(await isAccepted(restarted, await resign(app, claimsOf(token), 'at+jwt', key))).toBe(false)
  })
})

describe('tokens of one kind in the place of another are refused:', () => {
  it('a refresh token as an access token, and an access token as a refresh token', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    expect(await isAccepted(app, grant.refresh_token)).toBe(false)
    for (const path of ['/refresh', '/logout', '/revoke-all']) {
      expect([path, (await app.v1('POST', path, { token: grant.refresh_token })).status]).toEqual([path, 401])
    }
    const reply = await app.v1('POST', '/refresh', { body: { refresh_token: grant.access_token } })
    expect(reply).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
  })

  it('a symmetric token that calls itself an access token', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    expect(await isAccepted(app, await makeRefreshToken(claimsOf(token), SECRET, { type: 'at+jwt' }))).toBe(false)
  })
})
