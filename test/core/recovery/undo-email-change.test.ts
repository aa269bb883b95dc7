// Taking a change of address back: the mailbox of before is the only way in, whatever the one who changed it has done since.
import { describe, expect, it } from 'vitest'
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
  UNKNOWN_TOKEN,
} from '../../support/account-fixtures.ts'
import { DAY, rows } from '../../support/fixtures.ts'
import { ADMIN_KEY, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const OLD = 'old@example.com'
const NEW = 'new@example.com'

/** An account that somebody has moved to another address; its owner holds the undoing link. */
async function startMoved() {
  const app = await startApp()
  await app.createAccount({ email: OLD, username: 'ada' })
  const { access_token: token } = await app.signIn(OLD)
  const undoLink = await move(app, token, OLD, NEW)
  return { app, token, undoLink }
}

const undo = (app: TestApp, token: string) => ask(app, 'POST', '/undo-email-change', { token })

describe('POST /undo-email-change', () => {
  it('brings the address back, ends every session, and leaves a mailed link as the only way in', async () => {
    const { app, token, undoLink } = await startMoved()
    const reply = await undo(app, undoLink)
    expect([reply.status, reply.body]).toEqual([200, { message: 'Email restored, please set a new password: look for our mail' }])
    expect(await isLive(app, token)).toBe(false)
    for (const email of [OLD, NEW]) expect(await signInStatus(app, email)).toBe(401)
    expect((await reset(app, await linkTo(app, OLD, 'reset-password'))).status).toBe(200)
    expect((await app.signIn(OLD, NEW_PASSWORD)).user).toMatchObject({ username: 'ada', email_verified: true })
    expect(await rows('SELECT email, expires_at FROM username_claims')).toEqual([{ email: OLD, expires_at: null }])
  })

  it('ends the PIN', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const undoLink = await move(app, (await app.signIn(email)).access_token, email, NEW)
    expect((await pinLogin(app, username)).status).toBe(200)
    await undo(app, undoLink)
    expect((await pinLogin(app, username)).status).toBe(401)
  })

  it('works after the password was changed and reset by whoever holds the new address', async () => {
    const { app, token, undoLink } = await startMoved()
    await ask(app, 'POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD }, token)
    await reset(app, await forget(app, NEW), 'by the new mailbox')
    const { access_token: session } = await app.signIn(NEW, 'by the new mailbox')
    expect((await undo(app, undoLink)).status).toBe(200)
    expect(await isLive(app, session)).toBe(false)
    expect(await signInStatus(app, OLD, 'by the new mailbox')).toBe(401)
  })

  it('ends the links that were mailed to the new address', async () => {
    const { app, token, undoLink } = await startMoved()
    const resetLink = await forget(app, NEW)
    const moveLink = await askToMove(app, token, 'further@example.com')
    await undo(app, undoLink)
    expectRefusal(await reset(app, resetLink), REFUSED.invalidLink)
    expectRefusal(await ask(app, 'POST', '/confirm-email-change', { token: moveLink }), REFUSED.invalidLink)
  })

  it('outlives a second change and its undoing, and ends the undoing of the second', async () => {
    const { app, token, undoLink } = await startMoved()
    const second = await move(app, token, NEW, 'further@example.com')
    expect((await undo(app, second)).status).toBe(200)
    expect((await undo(app, undoLink)).status).toBe(200)
    expect(await rows('SELECT email FROM users')).toEqual([{ email: OLD }])
    expectRefusal(await undo(app, second), REFUSED.invalidLink)
  })

  it('ends the undoing of later changes, though they were made in the same second', async () => {
    const { app, token, undoLink } = await startMoved()
    const second = await move(app, token, NEW, 'further@example.com')
    expect((await undo(app, undoLink)).status).toBe(200)
    expectRefusal(await undo(app, second), REFUSED.invalidLink)
    expect(await rows('SELECT email FROM users')).toEqual([{ email: OLD }])
  })

  it('counts for seven days, and says the same again within them', async () => {
    const { app, undoLink } = await startMoved()
    app.clock.advance(7 * DAY - 1)
    expect((await undo(app, undoLink)).status).toBe(200)
    expect((await undo(app, undoLink)).status).toBe(200)
    expect(await rows('SELECT session_epoch FROM users')).toEqual([{ session_epoch: app.clock.now }])
    app.clock.advance(1)
    expectRefusal(await undo(app, undoLink), REFUSED.invalidLink)
  })

  it('does not count once another account has the address, or the account is gone', async () => {
    const { app, token, undoLink } = await startMoved()
    // Nobody but the operator gives it to another account meanwhile.
    const made = { email: OLD, password: NEW_PASSWORD, verified: true }
    expect((await app.request('POST', '/api/admin/v1/users', { token: ADMIN_KEY, body: made })).status).toBe(201)
    expectRefusal(await undo(app, undoLink), REFUSED.invalidLink)
    expect([await isLive(app, token), await signInStatus(app, OLD, NEW_PASSWORD)]).toEqual([true, 200])
    await ask(app, 'DELETE', '/me', { password: PASSWORD }, token)
    expectRefusal(await undo(app, undoLink), REFUSED.invalidLink)
  })

  it('takes no other token', async () => {
    const { app, token } = await startMoved()
    const others = [UNKNOWN_TOKEN, '', await forget(app, NEW), await askToMove(app, token, 'further@example.com')]
    for (const other of others) expectRefusal(await undo(app, other), REFUSED.invalidLink)
    expect(await isLive(app, token)).toBe(true)
  })

  it('of two at once mails one link', async () => {
    const { app, undoLink } = await startMoved()
    const replies = await Promise.all([undo(app, undoLink), undo(app, undoLink)])
    expect(replies.map(({ status }) => status)).toEqual([200, 200])
    expect(await rows("SELECT 1 FROM one_time_tokens WHERE purpose = 'reset_password'")).toHaveLength(1)
  })
})
