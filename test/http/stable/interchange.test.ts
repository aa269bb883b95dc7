// Tokens of `stable` and of `v1` are never taken for one another; sessions are the user's, whichever face they began at.
import { describe, expect, it } from 'vitest'
import { importHmacKey } from '../../../src/platform/crypto/jwt.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { resign, resignStable, tamper } from '../../support/forgery.ts'
import { startApp, type TestApp } from '../../support/harness.ts'
import { createSignedIn, expectRefused, stable } from '../../support/http/stable-shapes.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

async function signedInTwice() {
  const app = await startApp()
  const session = await createSignedIn(app, 'admin', ['systemAdmin'])
  return { app, session, grant: await app.signIn('admin@example.com') }
}

const V1_ROUTES = [
  ['GET', '/me'],
  ['POST', '/refresh'],
  ['POST', '/logout'],
  ['POST', '/revoke-all'],
  ['GET', '/sessions'],
  ['DELETE', `/sessions/${'0'.repeat(64)}`],
] as const

const STABLE_ROUTES = [
  ['GET', '/user/admin'],
  ['GET', '/whoami'],
  ['GET', '/logout'],
  ['DELETE', '/logout'],
  ['GET', '/token'],
] as const

const whoAmI = async (app: TestApp, token: string) => (await stable(app, 'GET', '/whoami', { token })).status

describe('a stable token', () => {
  it('is refused by every route of v1, at any SESSION_FRESHNESS, and loses nothing by it', async () => {
    for (const SESSION_FRESHNESS of ['strict', 'edge', 'token']) {
      const app = await startApp({ vars: { SESSION_FRESHNESS } })
      const { token } = await createSignedIn(app, 'admin', ['systemAdmin'])
      for (const [method, path] of V1_ROUTES) expectRefusal(await app.v1(method, path, { token }), REFUSED.invalidAccessToken)
      expectRefusal(await app.v1('POST', '/refresh', { body: { refresh_token: token } }), REFUSED.invalidRefreshToken)
      expect(await whoAmI(app, token)).toBe(200)
    }
  })

  it('is known to the core at strict, and refused at token and edge', async () => {
    const { app, session } = await signedInTwice()
    const { sessionId } = session
    await expect(app.auth.authenticate(session.token, 'strict')).resolves.toMatchObject({ sessionId, permissions: ['systemAdmin'] })
    for (const freshness of ['token', 'edge'] as const) {
      await expect(app.auth.authenticate(session.token, freshness)).rejects.toMatchObject({ code: 'invalid_access_token' })
    }
  })

  it('cannot be made of an access token, nor the other way, by another header', async () => {
    const { app, session, grant } = await signedInTwice()
    const asStable = tamper(grant.access_token, { header: { typ: 'st+jwt' } })
    const asAccess = tamper(session.token, { header: { typ: 'at+jwt' } })
    expect(await whoAmI(app, asStable)).toBe(401)
    expectRefusal(await app.v1('GET', '/me', { token: asAccess }), REFUSED.invalidAccessToken)
  })

  it('counts with every claim it has, of its right type, under our key only', async () => {
    const { app, session } = await signedInTwice()
    const claims = claimsOf(session.token)
    expect(await whoAmI(app, await resignStable(app, claims))).toBe(200)
    const wrong = [
      ...['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr'].map((name) => ({ [name]: undefined })),
      { iss: 'https://other.example' },
      { aud: 'https://other.example' },
      { sub: crypto.randomUUID() },
      { sid: '0'.repeat(64) },
      { amr: 'pwd' },
      { auth_time: '1' },
      { iat: claims.iat + 60 },
      { exp: claims.iat - 60 },
    ]
    for (const change of wrong) {
      const token = await resignStable(app, { ...claims, ...change })
      expectRefused(await stable(app, 'GET', '/whoami', { token }), 401, 'Unauthorized')
    }
    const other = await importHmacKey(crypto.getRandomValues(new Uint8Array(32)))
    expect(await whoAmI(app, await resignStable(app, claims, other))).toBe(401)
    // Nor under the key that is published.
    expect(await whoAmI(app, await resign(app, claims, 'st+jwt'))).toBe(401)
  })
})

describe('an access token', () => {
  it('is refused by every route of stable, and loses nothing by it; a refresh token as well', async () => {
    const { app, grant } = await signedInTwice()
    for (const token of [grant.access_token, grant.refresh_token]) {
      for (const [method, path] of STABLE_ROUTES) expectRefused(await stable(app, method, path, { token }), 401, 'Unauthorized')
    }
    expect((await app.v1('GET', '/me', { token: grant.access_token })).status).toBe(200)
  })
})

describe('a session', () => {
  it('of stable is among those of v1, which can end it, and the other way', async () => {
    const { app, session, grant } = await signedInTwice()
    const { body } = await app.v1('GET', '/sessions', { token: grant.access_token })
    const own = claimsOf(grant.access_token).sid
    expect(body.sessions.map(({ id }: { id: string }) => id)).toEqual([own, session.sessionId])
    const tokens = await stable(app, 'GET', '/token', { token: session.token })
    expect(tokens.body.data.grantedAccesses.map(({ id }: { id: string }) => id)).toEqual([own, session.sessionId])

    expect((await stable(app, 'DELETE', `/logout?sessionId=${own}`, { token: session.token })).status).toBe(200)
    expect((await app.v1('GET', '/me', { token: grant.access_token })).status).toBe(401)
    const again = await app.signIn('admin@example.com')
    const path = `/sessions/${session.sessionId}`
    expect((await app.v1('DELETE', path, { token: again.access_token })).status).toBe(200)
    expect(await whoAmI(app, session.token)).toBe(403)
  })

  it('of stable ends with revoke-all of v1', async () => {
    const { app, session, grant } = await signedInTwice()
    const { body } = await app.v1('POST', '/revoke-all', { token: grant.access_token })
    expect(body.revoked).toBe(2)
    expect(await whoAmI(app, session.token)).toBe(403)
  })
})
