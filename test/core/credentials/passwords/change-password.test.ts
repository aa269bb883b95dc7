// A new password by the old one: which sessions and links end with it, and that of two changes at once one wins.
import { describe, expect, it } from 'vitest'
import { breakableBindings, interceptBindings } from '../../../suites/faults/intercepted-bindings.ts'
import {
  ask,
  askToMove,
  forget,
  isLive,
  move,
  NEW_PASSWORD,
  reset,
  signInStatus,
  subjectsTo,
} from '../../../support/account-fixtures.ts'
import { claimsOf, rows } from '../../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../../support/harness.ts'
import { createPinAccount, pinLogin, pinSignIn } from '../../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED } from '../../../support/http/v1-shapes.ts'

const change = (app: TestApp, token: string | undefined, new_password = NEW_PASSWORD, current_password = PASSWORD) =>
  ask(app, 'POST', '/change-password', { current_password, new_password }, token)

async function startSignedIn() {
  const app = await startApp()
  const email = await app.createAccount({ username: 'ada' })
  const { access_token: token, refresh_token: refreshToken } = await app.signIn(email)
  return { app, email, token, refreshToken }
}

describe('POST /change-password', () => {
  it('sets the password, keeps this session and its refresh token, and ends every other', async () => {
    const { app, email, token, refreshToken } = await startSignedIn()
    const other = await app.signIn(email)
    const reply = await change(app, token)
    expect([reply.status, reply.body]).toEqual([200, { message: 'Password changed' }])
    expect(await isLive(app, token)).toBe(true)
    expect(await isLive(app, other.access_token)).toBe(false)
    expect((await ask(app, 'POST', '/refresh', { refresh_token: other.refresh_token })).status).toBe(401)
    expect((await ask(app, 'POST', '/refresh', { refresh_token: refreshToken })).status).toBe(200)
    expect([await signInStatus(app, email), await signInStatus(app, email, NEW_PASSWORD)]).toEqual([401, 200])
    expect((await app.v1('GET', '/sessions', { token })).body.sessions).toHaveLength(2)
    expect(await subjectsTo(app, email)).toContain('Your password was changed')
  })

  it('ends every link that could change password or address, and keeps the one that takes a change of address back', async () => {
    const { app, email, token } = await startSignedIn()
    const undo = await move(app, token, email, 'moved@example.com')
    const resetLink = await forget(app, 'moved@example.com')
    const moveLink = await askToMove(app, token, 'further@example.com')
    expect((await change(app, token)).status).toBe(200)
    expectRefusal(await reset(app, resetLink, 'a third one'), REFUSED.invalidLink)
    expectRefusal(await ask(app, 'POST', '/confirm-email-change', { token: moveLink }), REFUSED.invalidLink)
    expect((await ask(app, 'POST', '/undo-email-change', { token: undo })).status).toBe(200)
  })

  it('leaves a spent reset link worth nothing, its password included', async () => {
    const { app, email } = await startSignedIn()
    const link = await forget(app, email)
    await reset(app, link, 'in between')
    const { access_token: token } = await app.signIn(email, 'in between')
    await change(app, token, NEW_PASSWORD, 'in between')
    for (const password of ['in between', NEW_PASSWORD]) expectRefusal(await reset(app, link, password), REFUSED.invalidLink)
  })

  it('ends the PIN, unless its user keeps it', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const { access_token: token } = await app.signIn(email)
    const change = (from: string, to: string, more: object) =>
      ask(app, 'POST', '/change-password', { current_password: from, new_password: to, ...more }, token)
    expect((await change(PASSWORD, NEW_PASSWORD, { end_other_credentials: false })).status).toBe(200)
    expect((await pinLogin(app, username)).status).toBe(200)
    expect((await change(NEW_PASSWORD, PASSWORD, { end_other_credentials: 'no' })).status).toBe(400)
    expect((await change(NEW_PASSWORD, PASSWORD, {})).status).toBe(200)
    expect((await pinLogin(app, username)).status).toBe(401)
    const told = (await app.mailTo(email)).filter(({ subject }) => subject === 'Your password was changed')
    expect(told.map(({ text }) => text.includes('Its PIN was removed'))).toEqual([true, false])
  })

  it('of two at once with one current password lets exactly one win, whose session stays', async () => {
    const { app, email, token } = await startSignedIn()
    const other = (await app.signIn(email)).access_token
    const replies = await Promise.all([change(app, token, 'from the one'), change(app, other, 'from the other')])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401])
    const isFirst = replies[0].status === 200
    expect([await isLive(app, token), await isLive(app, other)]).toEqual([isFirst, !isFirst])
    expect(await signInStatus(app, email, isFirst ? 'from the one' : 'from the other')).toBe(200)
    expect(await rows('SELECT session_epoch FROM users')).toEqual([{ session_epoch: app.clock.now }])
    expect((await subjectsTo(app, email)).filter((subject) => subject === 'Your password was changed')).toHaveLength(1)
  })

  it('of two at once within one session lets exactly one win', async () => {
    const { app, token } = await startSignedIn()
    const replies = await Promise.all([change(app, token, 'the one way'), change(app, token, 'the other way')])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401])
    expect(await isLive(app, token)).toBe(true)
  })

  it('refuses the wrong password, limited for the session, which keeps nobody from signing in', async () => {
    const { app, email, token } = await startSignedIn()
    const ip = anyAddress()
    const guess = (current_password: string) =>
      app.v1('POST', '/change-password', { body: { current_password, new_password: NEW_PASSWORD }, token, ip })
    for (let count = 0; count < 5; count += 1) expectRefusal(await guess(`guess ${count}`), REFUSED.invalidCredentials)
    expect((await guess(PASSWORD)).status).toBe(429)
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip })).status).toBe(200)
  })

  it.each([
    [{}, ['current_password', 'new_password']],
    [{ current_password: PASSWORD }, ['new_password']],
    [{ new_password: NEW_PASSWORD }, ['current_password']],
    [{ current_password: PASSWORD, new_password: 'short' }, ['new_password']],
    [{ current_password: PASSWORD, new_password: PASSWORD }, ['new_password']],
    [{ current_password: PASSWORD, new_password: 'password' }, ['new_password']],
    [{ current_password: 1, new_password: NEW_PASSWORD }, ['current_password']],
  ])('answers 400 to %j, names the member and counts no guess', async (body, fields) => {
    const { app, token } = await startSignedIn()
    const ip = anyAddress()
    for (let count = 0; count < 6; count += 1) {
      const reply = await app.v1('POST', '/change-password', { body, token, ip })
      expect([reply.status, reply.body.errors.map(({ field }: { field: string }) => field)]).toEqual([400, fields])
    }
  })

  it('refuses without a token, in a session that began with a PIN, and in one that a reset has ended', async () => {
    const { app, email, token } = await startSignedIn()
    expectRefusal(await change(app, undefined), REFUSED.unauthorized)
    const { username } = await createPinAccount(app)
    expectRefusal(await change(app, (await pinSignIn(app, username)).accessToken), REFUSED.forbidden)
    await reset(app, await forget(app, email), 'by the mailbox')
    expectRefusal(await change(app, token, NEW_PASSWORD, 'by the mailbox'), REFUSED.invalidAccessToken)
    expect(await signInStatus(app, email, 'by the mailbox')).toBe(200)
  })

  it('answers 401 to a repetition after a lost answer, with nothing changed but what was', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    fault.store = 'database'
    fault.how = 'loses its answer'
    fault.matches = ({ method, text }) => method === 'batch' && text.includes('max(session_epoch')
    expectRefusal(await change(app, token), REFUSED.unavailable)
    fault.store = null
    // The session goes on, and the current password is another one.
    expectRefusal(await change(app, token), REFUSED.invalidCredentials)
    expect([await signInStatus(app, email), await signInStatus(app, email, NEW_PASSWORD)]).toEqual([401, 200])
  })

  it('keeps this session, and no other, where checks go by copies in KV that are behind', async () => {
    const copies = new Map<string, unknown>()
    const bindings = interceptBindings(async ({ store, method, text }, run) => {
      if (store !== 'copies' || method !== 'get') return run()
      if (!copies.has(text)) copies.set(text, await run())
      return copies.get(text)
    })
    const app = await startApp({ bindings, vars: { SESSION_FRESHNESS: 'edge' } })
    const email = await app.createAccount()
    const [own, other] = [(await app.signIn(email)).access_token, (await app.signIn(email)).access_token]
    await expect.poll(() => BINDINGS.SESSIONS.get(`session:${claimsOf(own).sid}`)).not.toBeNull()
    await expect.poll(() => BINDINGS.SESSIONS.get(`session:${claimsOf(other).sid}`)).not.toBeNull()
    expect([await isLive(app, own), await isLive(app, other)]).toEqual([true, true])
    expect((await change(app, own)).status).toBe(200)
    expect([await isLive(app, own), await isLive(app, other)]).toEqual([true, false])
  })

  it('keeps the session although the ledger does not follow', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const { access_token: token, refresh_token } = await app.signIn(email)
    const other = (await app.signIn(email)).access_token
    fault.store = 'ledger'
    fault.matches = ({ method }) => method === 'revokeAll'
    expect((await change(app, token)).status).toBe(200)
    fault.store = null
    expect([await isLive(app, token), await isLive(app, other)]).toEqual([true, false])
    expect((await ask(app, 'POST', '/refresh', { refresh_token })).status).toBe(200)
    expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
    expect(app.log.map(({ event }) => event)).toContain('ledger did not follow a new epoch')
  })

  it('never refuses another tab of the session that is kept, whichever store has heard of it', async () => {
    // D1 has changed, and the ledger has not been told.
    const tabs: number[] = []
    let inOtherTab = async () => {}
    const bindings = interceptBindings(async ({ store, method }, run) => {
      if (store === 'ledger' && method === 'revokeAll') await inOtherTab()
      return run()
    })
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const { access_token: token, refresh_token } = await app.signIn(email)
    inOtherTab = async () => {
      tabs.push((await app.v1('GET', '/me', { token })).status)
      tabs.push((await ask(app, 'POST', '/refresh', { refresh_token })).status)
      tabs.push((await ask(app, 'POST', '/refresh', undefined, token)).status)
      tabs.push((await app.v1('GET', '/sessions', { token })).body.sessions.length)
    }
    expect((await change(app, token)).status).toBe(200)
    expect(tabs).toEqual([200, 200, 200, 1])
  })

  it('keeps its session for this change alone: what raises the epoch by SQL ends it like any other', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    fault.store = 'ledger'
    fault.matches = ({ method }) => method === 'revokeAll'
    expect((await change(app, token)).status).toBe(200)
    fault.store = null
    expect(await isLive(app, token)).toBe(true)
    // As docs/operations.md has it, for when a secret is out.
    await BINDINGS.DB.exec('UPDATE users SET session_epoch = max(session_epoch + 1, unixepoch())')
    expect(await isLive(app, token)).toBe(false)
  })

  it('never refuses another tab whose row was read before the change and its session after it', async () => {
    let isHeld = false
    let [release, reached] = [() => {}, () => {}]
    const isReached = new Promise<void>((resolve) => {
      reached = resolve
    })
    const bindings = interceptBindings(async ({ store, method, text }, run) => {
      const answer = await run()
      if (isHeld && store === 'database' && method === 'all' && text.includes('FROM users')) {
        isHeld = false
        reached()
        await new Promise<void>((resolve) => {
          release = resolve
        })
      }
      return answer
    })
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const { access_token: token, refresh_token } = await app.signIn(email)
    isHeld = true
    const refreshing = ask(app, 'POST', '/refresh', { refresh_token })
    await isReached
    expect((await change(app, token)).status).toBe(200)
    release()
    expect((await refreshing).status).toBe(200)
  })
})
