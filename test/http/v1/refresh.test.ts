// Both kinds of `POST /refresh` of the `v1` table, word for word.
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, PUBLIC_URL, type Reply, startApp } from '../../support/harness.ts'
import {
  expectRefusal,
  expectSuccess,
  grantShape,
  isoTime,
  JWT,
  REFUSED,
  sessionShape,
  userShape,
} from '../../support/http/v1-shapes.ts'

const DAY = 86_400

async function startSignedIn() {
  const app = await startApp()
  const email = await app.createAccount()
  const grant = await app.signIn(email, PASSWORD, { ip: '192.0.2.1' })
  const refresh = (refreshToken: unknown, token?: string): Promise<Reply> =>
    app.v1('POST', '/refresh', { body: { refresh_token: refreshToken }, ...(token !== undefined && { token }) })
  return { app, email, grant, refresh }
}

describe('v1: POST /refresh with a refresh token', () => {
  it('answers 200 with a grant of which both tokens are new', async () => {
    const { app, email, grant, refresh } = await startSignedIn()
    const reply = await refresh(grant.refresh_token)
    expectSuccess(reply, 200, grantShape(userShape(email, { id: grant.user.id })))
    expect(reply.body.access_token).not.toBe(grant.access_token)
    expect(reply.body.refresh_token).not.toBe(grant.refresh_token)
    expect(reply.body.accessToken).toBe(reply.body.access_token)
    expect((await app.v1('GET', '/me', { token: reply.body.access_token })).status).toBe(200)
    expect(claimsOf(reply.body.access_token).sid).toBe(claimsOf(grant.access_token).sid)
  })

  it('gives the same successor again while the answer may have been lost', async () => {
    const { app, grant, refresh } = await startSignedIn()
    const first = await refresh(grant.refresh_token)
    app.clock.advance(60)
    const again = await refresh(grant.refresh_token)
    expect(again.status).toBe(200)
    expect(again.body.refresh_token).toBe(first.body.refresh_token)
  })

  it('refuses a token that comes back later from another network, and ends its session', async () => {
    const { app, grant, refresh } = await startSignedIn()
    const successor = await refresh(grant.refresh_token)
    app.clock.advance(61)
    const reused = await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token }, ip: '203.0.113.200' })
    expectRefusal(reused, REFUSED.tokenReused)
    expect(reused.headers.has('WWW-Authenticate')).toBe(false)
    expectRefusal(await refresh(successor.body.refresh_token), REFUSED.invalidRefreshToken)
    expectRefusal(await app.v1('GET', '/me', { token: successor.body.access_token }), REFUSED.invalidAccessToken)
  })

  it('refuses what is no refresh token of ours, an access token for one', async () => {
    const { grant, refresh } = await startSignedIn()
    const [header, payload, signature] = grant.refresh_token.split('.')
    for (const token of ['x', 'a.b.c', grant.access_token, `${header}.${payload}.`, `${header}.${signature}.${payload}`]) {
      expectRefusal(await refresh(token), REFUSED.invalidRefreshToken)
    }
  })

  it('refuses the token of a session that was signed out, and of an account that is disabled', async () => {
    const { app, email, grant, refresh } = await startSignedIn()
    const other = await app.signIn(email)
    await app.v1('POST', '/logout', { token: other.access_token })
    expectRefusal(await refresh(other.refresh_token), REFUSED.invalidRefreshToken)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    expectRefusal(await refresh(grant.refresh_token), REFUSED.invalidRefreshToken)
  })

  it('goes by the body where a bearer token is given too', async () => {
    const { app, email, grant, refresh } = await startSignedIn()
    const other = await app.signIn(email)
    const reply = await refresh(grant.refresh_token, other.access_token)
    expectSuccess(reply, 200, grantShape(userShape(email)))
    expect(claimsOf(reply.body.access_token).sid).toBe(claimsOf(grant.access_token).sid)
    expectRefusal(await refresh('garbage', other.access_token), REFUSED.invalidRefreshToken)
    expect((await refresh(grant.refresh_token, 'garbage')).status).toBe(200)
  })

  it('names a refresh token that is not text', async () => {
    const { grant, refresh } = await startSignedIn()
    const refusal = REFUSED.invalidRequest(['refresh_token', 'must be a string'])
    expectRefusal(await refresh(42, grant.access_token), refusal)
    expectRefusal(await refresh([grant.refresh_token]), refusal)
  })

  it('refuses a session left alone for longer than it lasts', async () => {
    const { app, grant, refresh } = await startSignedIn()
    app.clock.advance(30 * DAY - 1)
    const reply = await refresh(grant.refresh_token)
    expect(reply.status).toBe(200)
    app.clock.advance(30 * DAY)
    expectRefusal(await refresh(reply.body.refresh_token), REFUSED.invalidRefreshToken)
  })
})

describe('v1: POST /refresh with a bearer token and no body', () => {
  it('extends the session by the configured duration and gives a new access token', async () => {
    const { app, grant } = await startSignedIn()
    const createdAt = app.clock.now
    app.clock.advance(600)
    const reply = await app.v1('POST', '/refresh', { token: grant.access_token })
    expectSuccess(reply, 200, {
      message: 'Session refreshed',
      access_token: expect.stringMatching(JWT),
      accessToken: expect.stringMatching(JWT),
      expires_in: 900,
      session: sessionShape({
        id: claimsOf(grant.access_token).sid,
        created_at: isoTime(createdAt),
        last_used_at: isoTime(createdAt + 600),
        expires_at: isoTime(createdAt + 600 + 30 * DAY),
      }),
    })
    expect(reply.body.accessToken).toBe(reply.body.access_token)
    expect(claimsOf(reply.body.access_token)).toMatchObject({ iss: PUBLIC_URL, iat: createdAt + 600, auth_time: createdAt })
  })

  it.each([
    ['an empty object', {}],
    ['a refresh token of null', { refresh_token: null }],
    ['an empty body', ''],
  ])('takes %s for no body', async (_, body) => {
    const { app, grant } = await startSignedIn()
    const reply = await app.v1('POST', '/refresh', { token: grant.access_token, body })
    expect(Object.keys(reply.body)).toEqual(['message', 'access_token', 'accessToken', 'expires_in', 'session'])
  })

  it('never extends past the absolute end, where the access token ends too', async () => {
    const app = await startApp({ vars: { SESSION_ABSOLUTE_TTL_SECONDS: '1000', SESSION_TTL_SECONDS: '600' } })
    const grant = await app.signIn(await app.createAccount())
    const end = app.clock.now + 1000
    app.clock.advance(599)
    const reply = await app.v1('POST', '/refresh', { token: grant.access_token })
    expect(reply.body.session.expires_at).toBe(isoTime(end))
    expect(reply.body.expires_in).toBe(401)
    app.clock.advance(401)
    expectRefusal(await app.v1('POST', '/refresh', { token: reply.body.access_token }), REFUSED.invalidAccessToken)
  })

  it('asks for a token where there is neither, and says so where the token does not count', async () => {
    const { app } = await startSignedIn()
    const none = await app.v1('POST', '/refresh')
    expectRefusal(none, REFUSED.unauthorized)
    expect(none.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern"')
    const wrong = await app.v1('POST', '/refresh', { token: 'a.b.c' })
    expectRefusal(wrong, REFUSED.invalidAccessToken)
    expect(wrong.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern", error="invalid_token"')
  })
})
