// The user's own way to a PIN, and what a session that began with one may not do.
import { describe, expect, it } from 'vitest'
import { breakableBindings, interceptBindings } from '../../../suites/faults/intercepted-bindings.ts'
import { ask, isLive } from '../../../support/account-fixtures.ts'
import { claimsOf } from '../../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../../support/harness.ts'
import { cookieHeader, createPinAccount, PIN, pinLogin, pinSignIn, post } from '../../../support/http/cookie-browser.ts'

async function startSignedIn(vars: Record<string, string> = {}) {
  const app = await startApp({ vars })
  const username = 'ada'
  const email = await app.createAccount({ username })
  const { access_token: token } = await app.signIn(email)
  return { app, username, email, token }
}

function setPin(app: TestApp, token: string | undefined, body: unknown) {
  return app.v1('PUT', '/pin', { body, ip: anyAddress(), ...(token !== undefined && { token }) })
}

describe('PUT /api/v1/auth/pin', () => {
  it('sets a PIN that signs in at the cookie face, and takes the place of the one before', async () => {
    const { app, token, username } = await startSignedIn()
    expect((await pinLogin(app, username)).status).toBe(401)
    const reply = await setPin(app, token, { pin: PIN, current_password: PASSWORD })
    expect([reply.status, reply.body]).toEqual([200, { message: 'PIN set' }])
    expect((await pinLogin(app, username)).status).toBe(200)
    await setPin(app, token, { pin: '864209', current_password: PASSWORD })
    expect((await pinLogin(app, username)).status).toBe(401)
    expect((await pinLogin(app, username, '864209')).status).toBe(200)
  })

  it('brings a dead PIN back as a new one', async () => {
    const { app, token, username } = await startSignedIn({ PIN_DEAD_AFTER_FAILURES: '2' })
    await setPin(app, token, { pin: PIN, current_password: PASSWORD })
    await pinLogin(app, username, '9999')
    await pinLogin(app, username, '9999')
    expect((await pinLogin(app, username)).status).toBe(401)
    await setPin(app, token, { pin: '864209', current_password: PASSWORD })
    expect((await pinLogin(app, username, '864209')).status).toBe(200)
  })

  it.each([
    [{ pin: '258', current_password: PASSWORD }, ['pin']],
    [{ current_password: PASSWORD }, ['pin']],
    [{ pin: PIN }, ['current_password']],
    [{ pin: 2580, current_password: PASSWORD }, ['pin']],
    [{}, ['pin', 'current_password']],
  ])('answers 400 to %j and names the member, never its value', async (body, fields) => {
    const { app, token } = await startSignedIn()
    const reply = await setPin(app, token, body)
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request'])
    expect(reply.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields)
    expect(reply.text).not.toContain(PASSWORD)
  })

  it('refuses without a token before anything else', async () => {
    const { app } = await startSignedIn()
    expect((await setPin(app, undefined, {})).status).toBe(401)
  })

  it('refuses the wrong password, limited for the session, and sets nothing', async () => {
    const { app, token, username, email } = await startSignedIn()
    const ip = anyAddress()
    const guess = (current_password: string) => app.v1('PUT', '/pin', { body: { pin: PIN, current_password }, token, ip })
    for (let failed = 0; failed < 5; failed++) {
      const reply = await guess('not this one')
      expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
    }
    expect((await guess(PASSWORD)).status).toBe(429)
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip })).status).toBe(200)
    expect((await pinLogin(app, username)).status).toBe(401)
  })

  it('takes no PIN for the current password', async () => {
    const app = await startApp()
    const { email } = await createPinAccount(app, { pin: '246813579' })
    const { access_token: token } = await app.signIn(email)
    expect((await setPin(app, token, { pin: PIN, current_password: '246813579' })).status).toBe(401)
  })

  it('refuses a session that began with a PIN, after a refresh too', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const { accessToken, refreshToken } = await pinSignIn(app, username)
    const body = { pin: '864209', current_password: PASSWORD }
    const refused = await setPin(app, accessToken, body)
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })
    expect((await setPin(app, refreshed.body.access_token, body)).status).toBe(403)
    expect((await pinLogin(app, username)).status).toBe(200)
  })
})

describe('DELETE /api/v1/auth/pin', () => {
  const removePin = (app: TestApp, token: string) => app.v1('DELETE', '/pin', { token, ip: anyAddress() })

  it('removes the PIN, and says the same where there is none', async () => {
    const { app, token, username } = await startSignedIn()
    await setPin(app, token, { pin: PIN, current_password: PASSWORD })
    for (const _ of ['there is one', 'there is none']) {
      const reply = await removePin(app, token)
      expect([reply.status, reply.body]).toEqual([200, { message: 'PIN removed' }])
    }
    expect((await pinLogin(app, username)).status).toBe(401)
  })

  it('is told by mail, as a new PIN is, and only where something has changed', async () => {
    const { app, token, email } = await startSignedIn()
    const told = async () => (await app.mailTo(email)).filter(({ subject }) => subject === 'Your PIN was changed').length
    await removePin(app, token)
    expect(await told()).toBe(0)
    await setPin(app, token, { pin: PIN, current_password: PASSWORD })
    expect(await told()).toBe(1)
    await setPin(app, token, { pin: PIN, current_password: 'not this one' })
    expect(await told()).toBe(1)
    await removePin(app, token)
    await removePin(app, token)
    expect(await told()).toBe(2)
  })
})

describe('a session that began with a PIN', () => {
  it('carries neither systemAdmin nor usersManager, wherever it is asked', async () => {
    const app = await startApp()
    const { username, email } = await createPinAccount(app)
    const permissions = JSON.stringify(['systemAdmin', 'usersManager', 'reader'])
    await BINDINGS.DB.prepare('UPDATE users SET permissions = ? WHERE email = ?').bind(permissions, email).run()
    const { accessToken, refreshToken } = await pinSignIn(app, username)
    const harmless = { is_admin: false, role: 'user', permissions: ['reader'] }
    expect(claimsOf(accessToken)).toMatchObject({ amr: ['pin'], permissions: ['reader'], roles: ['user'] })
    expect((await app.v1('GET', '/me', { token: accessToken })).body.user).toMatchObject(harmless)
    const stranger = await app.signIn(await app.createAccount())
    expect((await app.v1('GET', `/sessions?user_id=${stranger.user.id}`, { token: accessToken })).status).toBe(403)
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })
    expect(refreshed.body.user).toMatchObject(harmless)
    expect(claimsOf(refreshed.body.access_token)).toMatchObject({ amr: ['pin'], permissions: ['reader'] })
    const extended = await app.v1('POST', '/refresh', { token: refreshed.body.access_token })
    expect(claimsOf(extended.body.access_token)).toMatchObject({ amr: ['pin'], permissions: ['reader'] })
    const byPassword = await app.signIn(email)
    expect(byPassword.user).toMatchObject({ is_admin: true, role: 'admin' })
  })

  it('may end sessions of its user, which only takes access away', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const { accessToken } = await pinSignIn(app, username)
    expect((await app.v1('POST', '/revoke-all', { token: accessToken })).status).toBe(200)
    expect((await app.v1('GET', '/me', { token: accessToken })).status).toBe(401)
  })
})

describe('a PIN that ends', () => {
  it('takes the sessions along that it opened, and no others', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const { access_token: token } = await app.signIn(email)
    const { accessToken, refreshToken } = await pinSignIn(app, username)
    expect((await ask(app, 'DELETE', '/pin', undefined, token)).status).toBe(200)
    expect([await isLive(app, token), await isLive(app, accessToken)]).toEqual([true, false])
    expect((await post(app, '/refresh', cookieHeader({ refreshToken }))).status).toBe(401)
  })

  it('takes them along, too, when another PIN takes its place', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const { access_token: token } = await app.signIn(email)
    const { accessToken } = await pinSignIn(app, username)
    expect((await ask(app, 'PUT', '/pin', { pin: '7391', current_password: PASSWORD }, token)).status).toBe(200)
    expect(await isLive(app, accessToken)).toBe(false)
    expect(await isLive(app, (await pinSignIn(app, username, '7391')).accessToken)).toBe(true)
  })

  it('takes them along although the ledger does not follow', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { email, username } = await createPinAccount(app)
    const { access_token: token } = await app.signIn(email)
    const { accessToken, refreshToken } = await pinSignIn(app, username)
    fault.store = 'ledger'
    fault.matches = ({ method }) => method === 'revokeMethod'
    expect((await ask(app, 'DELETE', '/pin', undefined, token)).status).toBe(200)
    fault.store = null
    expect(await isLive(app, accessToken)).toBe(false)
    expect((await post(app, '/refresh', cookieHeader({ refreshToken }))).status).toBe(401)
  })

  it('opens nothing to a sign-in that was under way', async () => {
    // Another PIN takes its place between the verdict and the session.
    const bindings = interceptBindings(async ({ store, method }, run) => {
      if (store === 'ledger' && method === 'create')
        await BINDINGS.DB.prepare("UPDATE credentials SET id = 'another' WHERE kind = 'pin'").run()
      return run()
    })
    const app = await startApp({ bindings })
    const { username } = await createPinAccount(app)
    const { accessToken, refreshToken } = await pinSignIn(app, username)
    expect(await isLive(app, accessToken)).toBe(false)
    expect((await post(app, '/refresh', cookieHeader({ refreshToken }))).status).toBe(401)
  })
})
