// Accounts whose address nobody has proven: what they may not do, what is said of them, and how they prove it.
import { describe, expect, it } from 'vitest'
import { createCalls } from '../../../src/rpc/calls.ts'
import { ask, forget, linksTo, linkTo, NEW_PASSWORD, reset, signInStatus, subjectsTo } from '../../support/account-fixtures.ts'
import { claimsOf, rows } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'

const EMAIL = 'ada@example.com'

async function startUnproven(vars: Record<string, string> = {}) {
  const app = await startApp({ vars })
  const { username } = await createPinAccount(app)
  await BINDINGS.DB.prepare('UPDATE users SET email_verified_at = NULL, email = ?').bind(EMAIL).run()
  await BINDINGS.DB.prepare('UPDATE username_claims SET email = ?').bind(EMAIL).run()
  return { app, username }
}

const login = (app: TestApp, password = PASSWORD) => ask(app, 'POST', '/login', { email: EMAIL, password })
const verify = (app: TestApp, token: string) => app.v1('GET', `/verify-email?token=${token}`)
const isProven = async () => (await rows('SELECT 1 FROM users WHERE email_verified_at IS NOT NULL')).length === 1

describe('an account whose address is not proven', () => {
  it('is refused after the right password only, with a link mailed', async () => {
    const { app } = await startUnproven()
    expect((await login(app, 'wrong')).status).toBe(401)
    await app.settle()
    expect(await linksTo(app, EMAIL, 'verify-email')).toEqual([])
    const refused = await login(app)
    expect([refused.status, refused.body.code]).toEqual([403, 'email_unverified'])
    await app.settle()
    expect((await verify(app, await linkTo(app, EMAIL, 'verify-email'))).status).toBe(200)
    expect((await login(app)).body.user.email_verified).toBe(true)
  })

  it('is refused by every way in', async () => {
    const { app, username } = await startUnproven()
    const stable = await app.request('POST', '/api/stable/auth/login', { body: { username, password: PASSWORD }, ip: anyAddress() })
    expect([stable.status, stable.body]).toMatchObject([403, { status: false, code: 403 }])
    expect((await pinLogin(app, username)).status).toBe(403)
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api', rights: ['login'] })
    await expect(calls.login(EMAIL, PASSWORD)).rejects.toThrow('email_unverified')
  })

  it('is mailed no more than the caps allow, however often the right password comes', async () => {
    const { app } = await startUnproven()
    for (let count = 0; count < 8; count += 1) await app.v1('POST', '/login', { body: { email: EMAIL, password: PASSWORD } })
    await app.settle()
    expect(await linksTo(app, EMAIL, 'verify-email')).toHaveLength(5)
  })

  it('signs in where UNVERIFIED_SIGN_IN allows it, and its tokens say that nothing is proven', async () => {
    const { app } = await startUnproven({ UNVERIFIED_SIGN_IN: 'allow' })
    const { body } = await login(app)
    expect(claimsOf(body.access_token)).toMatchObject({ email: EMAIL, email_verified: false })
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api' })
    expect(await calls.authenticate(body.access_token, { freshness: 'token' })).toMatchObject({ value: { emailVerified: false } })
    expect(await calls.verifyToken(body.access_token)).toMatchObject({ email_verified: false })
    await BINDINGS.DB.prepare('UPDATE users SET email_verified_at = 1').run()
    expect(await calls.authenticate(body.access_token, { freshness: 'strict' })).toMatchObject({ value: { emailVerified: true } })
  })

  it('gets a link by /resend-verification, not word that it has an account', async () => {
    const { app } = await startUnproven()
    expect((await ask(app, 'POST', '/resend-verification', { email: EMAIL })).status).toBe(200)
    await app.settle()
    expect(await subjectsTo(app, EMAIL)).not.toContain('You already have an account')
    const token = await linkTo(app, EMAIL, 'verify-email')
    expect((await verify(app, token)).body).toEqual({ message: 'email verified successfully' })
    expect((await verify(app, token)).body).toEqual({ message: 'email verified successfully' })
    expect(await isProven()).toBe(true)
    // And from then on nothing.
    await ask(app, 'POST', '/resend-verification', { email: EMAIL })
    await app.settle()
    expect(await linksTo(app, EMAIL, 'verify-email')).toHaveLength(1)
  })

  it('gets a link when somebody registers its address', async () => {
    const { app } = await startUnproven()
    expect((await ask(app, 'POST', '/register', { email: EMAIL, password: NEW_PASSWORD })).status).toBe(201)
    await app.settle()
    expect(await subjectsTo(app, EMAIL)).toHaveLength(1)
    expect(await subjectsTo(app, EMAIL)).not.toContain('You already have an account')
    expect((await verify(app, await linkTo(app, EMAIL, 'verify-email'))).status).toBe(200)
    expect(await isProven()).toBe(true)
    expect(await signInStatus(app, EMAIL, NEW_PASSWORD)).toBe(401)
    expect(await signInStatus(app, EMAIL, PASSWORD)).toBe(200)
  })

  it('proves its address by confirming it as if it were a new one', async () => {
    const { app } = await startUnproven({ UNVERIFIED_SIGN_IN: 'allow' })
    const { access_token: token } = (await login(app)).body
    const change = () => ask(app, 'POST', '/change-email', { email: EMAIL, password: PASSWORD }, token)
    expect((await change()).status).toBe(200)
    await app.settle()
    expect((await verify(app, await linkTo(app, EMAIL, 'verify-email'))).status).toBe(200)
    expect(await isProven()).toBe(true)
    expect((await change()).status).toBe(400)
  })

  it('proves it by a reset, too', async () => {
    const { app } = await startUnproven()
    await reset(app, await forget(app, EMAIL))
    expect(await isProven()).toBe(true)
  })

  it.each([
    ['is disabled', 'UPDATE users SET disabled_at = 1'],
    ['has another address', "UPDATE users SET email = 'other@example.com'"],
  ])('proves nothing by a link of before when it %s', async (_, change) => {
    const { app } = await startUnproven()
    await ask(app, 'POST', '/resend-verification', { email: EMAIL })
    await app.settle()
    const token = await linkTo(app, EMAIL, 'verify-email')
    await BINDINGS.DB.prepare(change).run()
    expect((await verify(app, token)).status).toBe(400)
    expect(await isProven()).toBe(false)
  })
})

describe('the page behind the link of such an account', () => {
  async function startMailed() {
    const { app } = await startUnproven()
    await ask(app, 'POST', '/resend-verification', { email: EMAIL })
    await app.settle()
    const token = await linkTo(app, EMAIL, 'verify-email')
    const post = (form: Record<string, string>) =>
      app.request('POST', '/verify-email', {
        body: new URLSearchParams({ token, ...form }).toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      })
    return { app, token, post }
  }

  it('lets nobody confirm by the mailbox alone: the password may be a stranger’s', async () => {
    const { app, token, post } = await startMailed()
    expect((await app.request('GET', `/verify-email?token=${token}`)).text).toContain('Password')
    for (const form of [{}, { password: 'not this one' }]) expect((await post(form)).status).toBe(400)
    expect(await isProven()).toBe(false)
    expect((await post({ password: PASSWORD })).status).toBe(200)
    expect(await signInStatus(app, EMAIL)).toBe(200)
  })

  it('takes a new password, after which the one of before and its PIN are of no use', async () => {
    const { app, post } = await startMailed()
    const [{ username } = { username: '' }] = await rows<{ username: string }>('SELECT username FROM users')
    expect((await post({ new_password: NEW_PASSWORD })).status).toBe(200)
    expect([await signInStatus(app, EMAIL), await signInStatus(app, EMAIL, NEW_PASSWORD)]).toEqual([401, 200])
    expect((await pinLogin(app, username)).status).toBe(401)
  })
})
