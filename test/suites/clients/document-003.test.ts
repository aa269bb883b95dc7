// Clients of document 003 as they are: pages that read `accessToken`, and shell scripts that keep the first refresh token.
import { describe, expect, it } from 'vitest'
import { claimsOf, DAY } from '../../support/fixtures.ts'
import { startApp, type TestApp } from '../../support/harness.ts'
import { cookieHeader, createPinAccount, PIN, pinLogin, pinSignIn, post, tokensIn } from '../../support/http/cookie-browser.ts'

const meStatus = async (app: TestApp, token: string) => (await app.v1('GET', '/me', { token })).status

describe('a client of document 003', () => {
  it('keeps its first refresh token, and renews the access token by it after hours and weeks, any number of times', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const { refreshToken } = await pinSignIn(app, username)
    for (const pause of [3600, 3600, 7 * DAY, 20 * DAY]) {
      app.clock.advance(pause)
      const reply = await post(app, '/refresh', cookieHeader({ accessToken: 'old', refreshToken }))
      expect([reply.status, reply.body]).toEqual([200, { message: 'Access token refreshed successfully' }])
      expect(reply.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['accessToken'])
      expect(await meStatus(app, tokensIn(reply).accessToken)).toBe(200)
    }
    app.clock.advance(3 * DAY)
    expect((await post(app, '/refresh', cookieHeader({ refreshToken }))).status).toBe(401)
  })

  it('has the refresh token end with sign-out, revocation, the PIN and the account', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const renew = async (refreshToken: string) => (await post(app, '/refresh', cookieHeader({ refreshToken }))).status
    const out = await pinSignIn(app, username)
    await post(app, '/logout', cookieHeader(out))
    expect(await renew(out.refreshToken)).toBe(401)
    const revoked = await pinSignIn(app, username)
    const { access_token: token } = await app.signIn(email)
    await app.v1('POST', '/revoke-all', { token })
    expect(await renew(revoked.refreshToken)).toBe(401)
    const ended = await pinSignIn(app, username)
    const { access_token: fresh } = await app.signIn(email)
    await app.v1('DELETE', '/pin', { token: fresh })
    expect(await renew(ended.refreshToken)).toBe(401)
  })

  it('renews nothing by the refresh token of a sign-in by password, which is replaced each time', async () => {
    const app = await startApp()
    const { email } = await createPinAccount(app)
    const { refresh_token: refreshToken } = await app.signIn(email)
    expect((await post(app, '/refresh', cookieHeader({ refreshToken }))).status).toBe(401)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })).status).toBe(200)
  })

  it('finds userId, role and isAdmin in its access token, which its page may read where that is asked for', async () => {
    const app = await startApp({ vars: { COOKIE_ACCESS_TOKEN: 'readable' } })
    const { username } = await createPinAccount(app)
    const reply = await pinLogin(app, username)
    const { accessToken, refreshToken } = tokensIn(reply)
    expect(claimsOf(accessToken)).toMatchObject({ userId: claimsOf(accessToken).sub, role: 'user', isAdmin: false })
    const attributesOf = (name: string) => reply.headers.getSetCookie().find((line) => line.startsWith(`${name}=`)) ?? ''
    expect(attributesOf('accessToken')).not.toContain('HttpOnly')
    expect(attributesOf('refreshToken')).toContain('HttpOnly')
    const renewed = await post(app, '/refresh', cookieHeader({ refreshToken }))
    expect(renewed.headers.getSetCookie().join()).not.toContain('HttpOnly')
    const hidden = await pinLogin(await startApp({ keepStorage: true }), username)
    expect(hidden.headers.getSetCookie().every((line) => line.includes('HttpOnly'))).toBe(true)
  })

  it('reads in a 429 how long to wait', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const ip = '203.0.113.5'
    for (let count = 0; count < 6; count += 1) await pinLogin(app, username, '0000', { ip })
    const refused = await pinLogin(app, username, PIN, { ip })
    expect(refused.status).toBe(429)
    expect(refused.body).toEqual({ message: 'Too many attempts', retryAfter: Number(refused.headers.get('Retry-After')) })
  })
})
