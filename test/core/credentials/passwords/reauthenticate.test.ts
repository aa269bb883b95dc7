// The password given once more, and the calls that want it to be not long ago.
import { describe, expect, it } from 'vitest'
import { ask } from '../../../support/account-fixtures.ts'
import { claimsOf } from '../../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp } from '../../../support/harness.ts'
import { createPinAccount, pinSignIn } from '../../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED } from '../../../support/http/v1-shapes.ts'

async function startSignedIn() {
  const app = await startApp()
  const { access_token: token, refresh_token: refreshToken } = await app.signIn(await app.createAccount())
  return { app, token, refreshToken }
}

describe('POST /reauthenticate', () => {
  it('raises auth_time in a new access token and in those of every later refresh', async () => {
    const { app, token, refreshToken } = await startSignedIn()
    const before = claimsOf(token).auth_time
    app.clock.advance(300)
    const reply = await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, token)
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        message: 'Reauthenticated',
        access_token: expect.any(String),
        accessToken: reply.body.access_token,
        token_type: 'Bearer',
        expires_in: 900,
      },
    ])
    expect(claimsOf(reply.body.access_token)).toMatchObject({ auth_time: before + 300, sid: claimsOf(token).sid })
    const refreshed = await ask(app, 'POST', '/refresh', { refresh_token: refreshToken })
    expect(claimsOf(refreshed.body.access_token).auth_time).toBe(before + 300)
  })

  it('opens the way to sensitive calls for ten minutes, also to the access token of before', async () => {
    const { app, token } = await startSignedIn()
    app.clock.advance(601)
    expectRefusal(await ask(app, 'DELETE', '/pin', undefined, token), REFUSED.reauthenticationRequired)
    await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, token)
    const open = await ask(app, 'DELETE', '/pin', undefined, token)
    expect(open.status).toBe(200)
    app.clock.advance(299)
    const { body } = await ask(app, 'POST', '/refresh', undefined, token)
    app.clock.advance(301)
    expect((await ask(app, 'DELETE', '/pin', undefined, body.access_token)).status).toBe(200)
    app.clock.advance(1)
    expectRefusal(await ask(app, 'DELETE', '/pin', undefined, body.access_token), REFUSED.reauthenticationRequired)
  })

  it('is not done by a refresh', async () => {
    const { app, token, refreshToken } = await startSignedIn()
    app.clock.advance(601)
    const { body } = await ask(app, 'POST', '/refresh', { refresh_token: refreshToken })
    expect(claimsOf(body.access_token).auth_time).toBe(claimsOf(token).auth_time)
    expectRefusal(await ask(app, 'DELETE', '/pin', undefined, body.access_token), REFUSED.reauthenticationRequired)
  })

  it('refuses the wrong password, limited like a sign-in, no password, no token and a session that began with a PIN', async () => {
    const { app, token } = await startSignedIn()
    const ip = anyAddress()
    const guess = (password: string) => app.v1('POST', '/reauthenticate', { body: { password }, token, ip })
    for (let count = 0; count < 5; count += 1) expectRefusal(await guess('not this one'), REFUSED.invalidCredentials)
    expect((await guess(PASSWORD)).status).toBe(429)
    expectRefusal(await ask(app, 'POST', '/reauthenticate', {}, token), REFUSED.invalidRequest(['password', 'is required']))
    expectRefusal(await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }), REFUSED.unauthorized)
    const { username } = await createPinAccount(app)
    const { accessToken } = await pinSignIn(app, username)
    expectRefusal(await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, accessToken), REFUSED.forbidden)
  })
})

describe('sensitive calls', () => {
  it.each([
    ['POST', '/change-email', { email: 'new@example.com', password: PASSWORD }],
    ['DELETE', '/me', { password: PASSWORD }],
    ['PUT', '/pin', { pin: '2580', current_password: PASSWORD }],
    ['DELETE', '/pin', undefined],
  ])('%s %s wants a sign-in within ten minutes, before it judges anything else', async (method, path, body) => {
    const { app, token } = await startSignedIn()
    app.clock.advance(601)
    expectRefusal(await ask(app, method, path, body, token), REFUSED.reauthenticationRequired)
    if (body) expectRefusal(await ask(app, method, path, {}, token), REFUSED.reauthenticationRequired)
    await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, token)
    expect((await ask(app, method, path, body, token)).status).toBe(200)
  })

  it('are never reached by a session that began with a PIN', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const { accessToken } = await pinSignIn(app, username)
    for (const [method, path] of [
      ['POST', '/change-password'],
      ['POST', '/change-email'],
      ['POST', '/reauthenticate'],
      ['DELETE', '/me'],
      ['PATCH', '/me'],
      ['PUT', '/pin'],
      ['DELETE', '/pin'],
    ] as const) {
      expectRefusal(await ask(app, method, path, {}, accessToken), REFUSED.forbidden)
    }
  })
})
