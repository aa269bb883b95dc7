// A new password by the mailed link: what it changes, and each way in which it does not count.
import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import {
  ask,
  askToMove,
  forget,
  isLive,
  linkTo,
  move,
  NEW_PASSWORD,
  reset,
  signInStatus,
  subjectsTo,
  UNKNOWN_TOKEN,
} from '../../support/account-fixtures.ts'
import { HOUR, rows, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

describe('POST /reset-password', () => {
  it('sets the password, ends every session and every other link, and tells the owner', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: session, refresh_token } = await app.signIn(email)
    const other = await forget(app, email)
    const pendingMove = await askToMove(app, session, 'elsewhere@example.com')
    const token = await forget(app, email)
    const reply = await reset(app, token)
    expect([reply.status, reply.body]).toEqual([200, { message: 'Password reset' }])
    expect(await isLive(app, session)).toBe(false)
    expect((await ask(app, 'POST', '/refresh', { refresh_token })).status).toBe(401)
    expectRefusal(await reset(app, other, 'yet another one'), REFUSED.invalidLink)
    expectRefusal(await ask(app, 'POST', '/confirm-email-change', { token: pendingMove }), REFUSED.invalidLink)
    expect([await signInStatus(app, email), await signInStatus(app, email, NEW_PASSWORD)]).toEqual([401, 200])
    expect(await subjectsTo(app, email)).toContain('Your password was changed')
  })

  it('proves the address of an account that was made without proof', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await BINDINGS.DB.prepare('UPDATE users SET email_verified_at = NULL').run()
    await reset(app, await forget(app, email))
    expect((await app.signIn(email, NEW_PASSWORD)).user).toMatchObject({ email_verified: true })
  })

  it('revives no dead PIN', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '2' } })
    const { email, username } = await createPinAccount(app)
    await pinLogin(app, username, '9999')
    await pinLogin(app, username, '9999')
    expect((await pinLogin(app, username)).status).toBe(401)
    await reset(app, await forget(app, email))
    expect((await pinLogin(app, username)).status).toBe(401)
  })

  it('lets no PIN sign in that a thief has set, and tells of its end', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    await reset(app, await forget(app, email))
    expect((await pinLogin(app, username)).status).toBe(401)
    const [told] = (await app.mailTo(email)).filter(({ subject }) => subject === 'Your password was changed')
    expect(told?.text).toContain('Its PIN was removed, too.')
  })

  it('ends the waits that guesses at the forgotten password have led to, on every device', async () => {
    const app = await startApp()
    const email = await app.createAccount({ username: 'ada' })
    const [phone, laptop] = [anyAddress(), anyAddress()]
    const attempt = (ip: string, name: object, password: string) => app.v1('POST', '/login', { body: { ...name, password }, ip })
    for (const ip of [phone, laptop]) {
      for (let count = 0; count < 5; count += 1) {
        await attempt(ip, { email }, 'a guess')
        await attempt(ip, { username: 'ada' }, 'a guess')
      }
    }
    const token = await forget(app, email)
    expect((await attempt(laptop, { email }, PASSWORD)).status).toBe(429)
    expect((await app.v1('POST', '/reset-password', { body: { token, password: NEW_PASSWORD }, ip: phone })).status).toBe(200)
    for (const ip of [phone, laptop]) {
      expect((await attempt(ip, { email }, NEW_PASSWORD)).status).toBe(200)
      expect((await attempt(ip, { username: 'ada' }, NEW_PASSWORD)).status).toBe(200)
    }
  })

  it('is done although limits cannot be lifted', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const token = await forget(app, email)
    fault.store = 'limiter'
    fault.matches = ({ method }) => method === 'clearPairs'
    expect((await reset(app, token)).status).toBe(200)
    expect(app.log.map(({ event }) => event)).toContain('limits not lifted after a reset')
    fault.store = null
    expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
  })

  it.each([
    ['', 'is required'],
    ['short', 'must have at least 8 characters'],
    ['password', 'is one of the commonest passwords'],
    ['owner@example.com', 'must not be your e-mail address or username'],
    ['The Owner', 'must not be your e-mail address or username'],
    ['x'.repeat(257), 'must have at most 256 characters'],
  ])('applies the policy to %j before the link is spent', async (password, message) => {
    const app = await startApp()
    const email = await app.createAccount({ email: 'owner@example.com', username: 'the owner' })
    const token = await forget(app, email)
    expectRefusal(await reset(app, token, password), REFUSED.invalidRequest(['password', message]))
    expect((await reset(app, token)).status).toBe(200)
  })

  it('counts for an hour', async () => {
    const app = await startApp()
    const [early, late] = [await app.createAccount(), await app.createAccount()]
    const tokens = [await forget(app, early), await forget(app, late)] as const
    app.clock.advance(HOUR - 1)
    expect((await reset(app, tokens[0])).status).toBe(200)
    app.clock.advance(1)
    expectRefusal(await reset(app, tokens[1]), REFUSED.invalidLink)
  })

  it('says the same again to the same password, which a lost answer needs, and refuses any other', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const token = await forget(app, email)
    await reset(app, token)
    const { access_token: session } = await app.signIn(email, NEW_PASSWORD)
    expect((await reset(app, token)).status).toBe(200)
    expect(await isLive(app, session)).toBe(true)
    expectRefusal(await reset(app, token, 'somebody else’s'), REFUSED.invalidLink)
    expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
    app.clock.advance(HOUR)
    expectRefusal(await reset(app, token), REFUSED.invalidLink)
  })

  it('lets the holder of a spent link guess the password no oftener than anybody', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const token = await forget(app, email)
    await reset(app, token)
    const ip = anyAddress()
    const guess = (password: string) => app.v1('POST', '/reset-password', { body: { token, password }, ip })
    for (let count = 0; count < 5; count += 1) expectRefusal(await guess(`guess number ${count}`), REFUSED.invalidLink)
    expect((await guess(NEW_PASSWORD)).status).toBe(429)
    expect((await app.v1('POST', '/login', { body: { email, password: NEW_PASSWORD }, ip })).status).toBe(429)
  })

  it('counts the hashes of an address', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '2' } })
    const ip = anyAddress()
    const statuses: number[] = []
    for (const name of ['a', 'b', 'c']) {
      const token = await forget(app, await app.createAccount({ email: `${name}@example.com` }))
      statuses.push((await app.v1('POST', '/reset-password', { body: { token, password: NEW_PASSWORD }, ip })).status)
    }
    expect(statuses).toEqual([200, 200, 429])
  })

  it('of many at once with one link lets one password win, and tells only those who gave it that it is set', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '64' } })
    const email = await app.createAccount()
    const token = await forget(app, email)
    const passwords = await times(6, async (index) => `password number ${index}`)
    const replies = await Promise.all(passwords.map((password) => reset(app, token, password)))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400])
    const winner = passwords[replies.findIndex(({ status }) => status === 200)]
    expect(await signInStatus(app, email, winner)).toBe(200)
    expect(await rows('SELECT session_epoch FROM users')).toEqual([{ session_epoch: app.clock.now }])
  })

  it('takes no token of another purpose, and gives none of its own to another', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await ask(app, 'POST', '/register', { email: 'pending@example.com', password: PASSWORD })
    const verification = await linkTo(app, 'pending@example.com', 'verify-email')
    const { access_token: session } = await app.signIn(email)
    const undo = await move(app, session, email, 'moved@example.com')
    const change = await askToMove(app, session, 'further@example.com')
    for (const token of [verification, undo, change, UNKNOWN_TOKEN, '', 'x', 'A'.repeat(64), '٠'.repeat(64)]) {
      expectRefusal(await reset(app, token), REFUSED.invalidLink)
    }
    const token = await forget(app, 'moved@example.com')
    for (const path of ['/confirm-email-change', '/undo-email-change']) {
      expectRefusal(await ask(app, 'POST', path, { token }), REFUSED.invalidLink)
    }
    expectRefusal(await ask(app, 'GET', `/verify-email?token=${token}`), REFUSED.invalidLink)
    expect((await reset(app, token)).status).toBe(200)
  })

  it('does not count any more once the account has another address, is disabled, or is gone', async () => {
    const app = await startApp()
    const moved = await app.createAccount()
    const movedLink = await forget(app, moved)
    await move(app, (await app.signIn(moved)).access_token, moved, 'moved@example.com')
    expectRefusal(await reset(app, movedLink), REFUSED.invalidLink)

    const disabled = await app.createAccount()
    const disabledLink = await forget(app, disabled)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(disabled).run()
    expectRefusal(await reset(app, disabledLink), REFUSED.invalidLink)

    const gone = await app.createAccount()
    const goneLink = await forget(app, gone)
    await ask(app, 'DELETE', '/me', { password: PASSWORD }, (await app.signIn(gone)).access_token)
    expectRefusal(await reset(app, goneLink), REFUSED.invalidLink)
  })
})
