// The window of seven days in which an address of before has the last word, against a thief who may do all that a password allows.
import { describe, expect, it } from 'vitest'
import {
  ask,
  askToMove,
  forget,
  isLive,
  linksTo,
  linkTo,
  move,
  NEW_PASSWORD,
  reset,
  signInStatus,
  subjectsTo,
} from '../../support/account-fixtures.ts'
import { DAY, rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const OWN = 'owner@example.com'
const THIEF = 'thief@example.com'
const OTHER = 'thief+2@example.net'

async function startOwned() {
  const app = await startApp()
  await app.createAccount({ email: OWN, username: 'ada' })
  const { access_token: token } = await app.signIn(OWN)
  return { app, token }
}

async function startStolen() {
  const { app, token } = await startOwned()
  const undoLink = await move(app, token, OWN, THIEF)
  return { app, token, undoLink }
}

const undo = (app: TestApp, token: string) => ask(app, 'POST', '/undo-email-change', { token })
const undoLinks = (app: TestApp, email: string) => linksTo(app, email, 'undo-email-change')
const remove = (app: TestApp, token: string, password: string = PASSWORD) => ask(app, 'DELETE', '/me', { password }, token)
const emails = () => rows('SELECT email, username FROM users')

async function moveBack(app: TestApp, token: string, to: string, password: string = PASSWORD): Promise<void> {
  const reply = await ask(app, 'POST', '/confirm-email-change', { token: await askToMove(app, token, to, password) })
  expect(reply.status).toBe(200)
}

describe('an address that a thief gave to an account', () => {
  it('gets no link when the owner moves the account back, and is told', async () => {
    const { app, token } = await startStolen()
    await moveBack(app, token, OWN)
    expect(await undoLinks(app, THIEF)).toEqual([])
    expect((await subjectsTo(app, THIEF))[0]).toBe('Your e-mail address was removed from an account')
    expect(await rows('SELECT 1 FROM recovery_points')).toEqual([])
    await ask(app, 'POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD }, token)
    expect((await ask(app, 'POST', '/revoke-all', {}, token)).status).toBe(200)
    expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
  })

  it('loses the link it had when the owner moves the account back past it', async () => {
    const { app, token } = await startStolen()
    const thiefs = await move(app, token, THIEF, OTHER)
    await moveBack(app, token, OWN)
    expectRefusal(await undo(app, thiefs), REFUSED.invalidLink)
  })

  it('does not outlast the owner, who moved on to a third address', async () => {
    const { app, token } = await startStolen()
    app.clock.advance(6 * DAY)
    const session = (await app.signIn(THIEF)).access_token
    const thiefs = await move(app, session, THIEF, 'owners-new@example.com')
    // The thief uses the link at the last moment; the owner is warned again and has the last word.
    app.clock.advance(7 * DAY - 1)
    expect((await undo(app, thiefs)).status).toBe(200)
    expect((await undo(app, await linkTo(app, OWN, 'undo-email-change'))).status).toBe(200)
    expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
    await reset(app, await linkTo(app, OWN, 'reset-password'))
    expect(await signInStatus(app, OWN, NEW_PASSWORD)).toBe(200)
    expect(token).not.toBe(session)
  })

  it('is told when the account is taken back from it', async () => {
    const { app, undoLink } = await startStolen()
    await undo(app, undoLink)
    expect(await subjectsTo(app, THIEF)).toContain('Your e-mail address was removed from an account')
  })
})

describe('the oldest address of the window', () => {
  it('is warned of every change, each time with a link of its whole life', async () => {
    const { app, token } = await startStolen()
    for (const [from, to] of [
      [THIEF, OTHER],
      [OTHER, 'third@example.com'],
    ] as const) {
      app.clock.advance(6 * DAY)
      await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, (await app.signIn(from)).access_token)
      await move(app, (await app.signIn(from)).access_token, from, to)
    }
    expect(await undoLinks(app, OWN)).toHaveLength(3)
    app.clock.advance(7 * DAY - 1)
    expect((await undo(app, await linkTo(app, OWN, 'undo-email-change'))).status).toBe(200)
    expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
    expect(await isLive(app, token)).toBe(false)
  })

  it('has nothing more to say once the window has closed', async () => {
    const { app, undoLink } = await startStolen()
    app.clock.advance(7 * DAY)
    expectRefusal(await undo(app, undoLink), REFUSED.invalidLink)
    await app.auth.keepHouse()
    expect(await rows('SELECT 1 FROM recovery_points')).toEqual([])
  })

  it('gets the username back, too, whether the thief changed it before or after the address', async () => {
    for (const order of ['before', 'after'] as const) {
      const { app, token } = await startOwned()
      if (order === 'before') expect((await ask(app, 'PATCH', '/me', { username: 'eve' }, token)).status).toBe(200)
      await move(app, token, OWN, THIEF)
      if (order === 'after') expect((await ask(app, 'PATCH', '/me', { username: 'eve' }, token)).status).toBe(200)
      await undo(app, await linkTo(app, OWN, 'undo-email-change'))
      expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
      expect(await rows('SELECT username_key, email, expires_at FROM username_claims WHERE user_id IS NULL')).toEqual([
        { username_key: 'ada', email: OWN, expires_at: null },
      ])
    }
  })

  it('takes back an account that a thief has deleted, of which it is told', async () => {
    const { app, token, undoLink } = await startStolen()
    expect((await remove(app, token)).status).toBe(200)
    expect((await subjectsTo(app, OWN))[0]).toBe('Your account was deleted')
    expect([await isLive(app, token), await signInStatus(app, THIEF)]).toEqual([false, 401])
    expect(await emails()).toEqual([])
    expect((await undo(app, await linkTo(app, OWN, 'undo-email-change'))).status).toBe(200)
    expectRefusal(await undo(app, undoLink), REFUSED.invalidLink)
    expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
    await reset(app, await linkTo(app, OWN, 'reset-password'))
    expect([await signInStatus(app, OWN, NEW_PASSWORD), await isLive(app, token)]).toEqual([200, false])
    app.clock.advance(8 * DAY)
    await app.auth.keepHouse()
    expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
  })

  it('takes it back by the first link, too, and though the thief has registered the address again', async () => {
    const { app, token, undoLink } = await startStolen()
    await remove(app, token)
    await app.createAccount({ email: THIEF, password: NEW_PASSWORD })
    // The name is the owner's until the window closes.
    expect((await ask(app, 'POST', '/register', { email: OTHER, password: PASSWORD, username: 'ADA' })).status).toBe(409)
    expect((await undo(app, undoLink)).status).toBe(200)
    expect(await rows('SELECT email, username FROM users ORDER BY email')).toEqual([
      { email: OWN, username: 'ada' },
      { email: THIEF, username: null },
    ])
    expect(await signInStatus(app, THIEF, NEW_PASSWORD)).toBe(200)
  })

  it('is warned of a username that a thief changes, and can take the account back before its address changes', async () => {
    const { app, token } = await startOwned()
    await ask(app, 'PATCH', '/me', { username: 'eve' }, token)
    expect(await undoLinks(app, OWN)).toHaveLength(1)
    expect((await undo(app, await linkTo(app, OWN, 'undo-email-change'))).status).toBe(200)
    expect([await isLive(app, token), await signInStatus(app, OWN)]).toEqual([false, 401])
  })

  it('outranks an address that a thief gives while a link of the thief is still alive', async () => {
    const { app, token, undoLink } = await startStolen()
    const second = await move(app, token, THIEF, OTHER)
    expect((await undo(app, undoLink)).status).toBe(200)
    for (const link of [second, ...(await undoLinks(app, THIEF)), ...(await undoLinks(app, OTHER))]) {
      expectRefusal(await undo(app, link), REFUSED.invalidLink)
    }
  })
})

describe('an account deleted within the window', () => {
  it('is erased when the window closes, and nothing of it is left', async () => {
    const { app, token } = await startStolen()
    app.clock.advance(3 * DAY)
    const session = (await app.signIn(THIEF)).access_token
    expect((await remove(app, session)).status).toBe(200)
    const link = await linkTo(app, OWN, 'undo-email-change')
    app.clock.advance(4 * DAY - 1)
    await app.auth.keepHouse()
    expect(await rows('SELECT 1 FROM deleted_accounts')).toHaveLength(1)
    app.clock.advance(1)
    expectRefusal(await undo(app, link), REFUSED.invalidLink)
    await app.auth.keepHouse()
    for (const table of ['deleted_accounts', 'recovery_points', 'one_time_tokens', 'username_claims', 'erasures', 'users']) {
      expect([table, await rows(`SELECT * FROM ${table}`)]).toEqual([table, []])
    }
    expect(await rows('SELECT what, actor, ip FROM audit_events WHERE user_id IS NOT NULL')).toEqual([
      { what: 'account_deleted', actor: 'system', ip: null },
    ])
    expect(await isLive(app, token)).toBe(false)
    await app.createAccount({ email: OWN, username: 'ada' })
  })

  it('frees its present address at once', async () => {
    const { app, token } = await startStolen()
    await remove(app, token)
    await app.createAccount({ email: THIEF, password: NEW_PASSWORD })
    app.clock.advance(7 * DAY)
    await app.auth.keepHouse()
    expect(await signInStatus(app, THIEF, NEW_PASSWORD)).toBe(200)
  })

  it('of many at once is put aside once', async () => {
    const { app, token } = await startStolen()
    const replies = await Promise.all([remove(app, token), remove(app, token), remove(app, token)])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    expect(await rows('SELECT 1 FROM deleted_accounts')).toHaveLength(1)
  })
})

describe('an operator', () => {
  it('who has disabled an account keeps every mailed link from undoing that', async () => {
    const { app, undoLink } = await startStolen()
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    expectRefusal(await undo(app, undoLink), REFUSED.invalidLink)
    expect(await emails()).toEqual([{ email: THIEF, username: 'ada' }])
  })
})

describe('what a thief has set', () => {
  it('ends with the undo: password, PIN, sessions and mailed links', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const { access_token: token, refresh_token } = await app.signIn(email)
    const undoLink = await move(app, token, email, THIEF)
    const resetLink = await forget(app, THIEF)
    const moveLink = await askToMove(app, token, OTHER)
    await undo(app, undoLink)
    expect((await pinLogin(app, username)).status).toBe(401)
    expectRefusal(await reset(app, resetLink), REFUSED.invalidLink)
    expectRefusal(await ask(app, 'POST', '/confirm-email-change', { token: moveLink }), REFUSED.invalidLink)
    expect((await ask(app, 'POST', '/refresh', { refresh_token })).status).toBe(401)
    expect(await signInStatus(app, email)).toBe(401)
    const [told] = await app.mailTo(email)
    expect(told?.text).toContain('no password, PIN or mailed link from before works any more')
  })
})

describe('the oldest address, while it may take the account back', () => {
  const register = (app: TestApp, email: string) => ask(app, 'POST', '/register', { email, password: NEW_PASSWORD })
  const confirmLinks = (app: TestApp, email: string) => linksTo(app, email, 'verify-email')

  it('gets no account of its own that would stand in its way: whoever registers it has the way back mailed', async () => {
    for (const deletes of [false, true]) {
      const { app } = await startStolen()
      if (deletes) await remove(app, (await app.signIn(THIEF)).access_token)
      const before = (await undoLinks(app, OWN)).length
      expect((await register(app, OWN)).status).toBe(201)
      await ask(app, 'POST', '/resend-verification', { email: OWN })
      await ask(app, 'POST', '/forgot-password', { email: OWN })
      expect([(await undoLinks(app, OWN)).length - before, (await linksTo(app, OWN, 'reset-password')).length]).toEqual([3, 0])
      expect(await confirmLinks(app, OWN)).toHaveLength(1)
      expect((await undo(app, await linkTo(app, OWN, 'undo-email-change'))).status).toBe(200)
      expect(await emails()).toEqual([{ email: OWN, username: 'ada' }])
    }
  })

  it('confirms no registration that a thief prepared before', async () => {
    const { app, token } = await startOwned()
    await BINDINGS.DB.exec('UPDATE users SET email = "elsewhere@example.com"')
    await register(app, OWN)
    const [prepared = ''] = await confirmLinks(app, OWN)
    await BINDINGS.DB.exec(`UPDATE users SET email = "${OWN}"`)
    const undoLink = await move(app, token, OWN, THIEF)
    expectRefusal(await app.v1('GET', `/verify-email?token=${prepared}`), REFUSED.invalidLink)
    expect((await app.request('GET', `/verify-email?token=${prepared}`)).status).toBe(400)
    expect((await undo(app, undoLink)).status).toBe(200)
  })

  it('is given to no other account, not even by a link it confirms', async () => {
    const { app, undoLink } = await startStolen()
    const email = await app.createAccount({ email: 'second@example.com' })
    const { access_token: token } = await app.signIn(email)
    expect((await ask(app, 'POST', '/change-email', { email: OWN, password: PASSWORD }, token)).status).toBe(200)
    for (const link of await linksTo(app, OWN, 'confirm-email-change')) {
      expectRefusal(await ask(app, 'POST', '/confirm-email-change', { token: link }), REFUSED.invalidLink)
    }
    expect((await undo(app, undoLink)).status).toBe(200)
  })

  it('can have an account again once the window has closed, and after an operator’s act', async () => {
    for (const end of ['the window', 'an operator'] as const) {
      const { app } = await startStolen()
      if (end === 'the window') app.clock.advance(7 * DAY)
      else await BINDINGS.DB.exec('UPDATE users SET disabled_at = 1')
      await register(app, OWN)
      const [link] = await confirmLinks(app, OWN)
      expect((await app.v1('GET', `/verify-email?token=${link}`)).status).toBe(200)
      expect(await signInStatus(app, OWN, NEW_PASSWORD)).toBe(200)
    }
  })

  it('is no longer kept for an account that has it again', async () => {
    const { app, undoLink } = await startStolen()
    await undo(app, undoLink)
    await register(app, OWN)
    expect((await subjectsTo(app, OWN))[0]).toBe('You already have an account')
  })

  it('is all that is kept: addresses since are free for whoever proves them', async () => {
    const { app, token } = await startStolen()
    await move(app, token, THIEF, OTHER)
    await register(app, THIEF)
    const [link] = await confirmLinks(app, THIEF)
    expect((await app.v1('GET', `/verify-email?token=${link}`)).status).toBe(200)
  })
})
