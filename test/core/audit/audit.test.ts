// The record of what happened: which act leaves which event, with every field of it, in D1 and in the log.
import { describe, expect, it } from 'vitest'
import { ask, type LinkPage, linkTo, NEW_PASSWORD } from '../../support/account-fixtures.ts'
import { act, EMAIL, eventOf, eventsOf, forgetEvents, startSignedIn } from '../../support/audit-fixtures.ts'
import { DAY, rows, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp } from '../../support/harness.ts'
import { PIN, pinLogin } from '../../support/http/cookie-browser.ts'

describe('a change of the account', () => {
  it.each([
    ['password_changed', 'POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD }],
    ['reauthenticated', 'POST', '/reauthenticate', { password: PASSWORD }],
    ['email_change_requested', 'POST', '/change-email', { email: 'new@example.com', password: PASSWORD }],
    ['pin_set', 'PUT', '/pin', { pin: PIN, current_password: PASSWORD }],
  ])('that is %s is one event with the session it came from', async (what, method, path, body) => {
    const { app, token, userId, sessionId } = await startSignedIn()
    const { ip, status } = await act(app, method, path, { body, token })
    expect(status).toBe(200)
    expect(await eventsOf(app)).toEqual([eventOf(app, ip, { what, user_id: userId, session_id: sessionId })])
  })

  it.each([
    ['POST', '/change-password', { current_password: 'not this one', new_password: NEW_PASSWORD }],
    ['POST', '/reauthenticate', { password: 'not this one' }],
    ['POST', '/change-email', { email: 'new@example.com', password: 'not this one' }],
    ['PUT', '/pin', { pin: PIN, current_password: 'not this one' }],
    ['DELETE', '/me', { password: 'not this one' }],
  ])('refused for the wrong password is a failed check of it: %s %s', async (method, path, body) => {
    const { app, token, userId } = await startSignedIn()
    const { ip } = await act(app, method, path, { body, token })
    const failure = { outcome: 'failure', reason: 'wrong credential' }
    expect(await eventsOf(app)).toEqual([eventOf(app, ip, { what: 'password_check', user_id: userId, ...failure })])
  })

  it('of names says which, and says nothing where none is another than before', async () => {
    const { app, token, userId, sessionId } = await startSignedIn()
    const body = { first_name: 'Augusta', username: 'ada.l' }
    const { ip } = await act(app, 'PATCH', '/me', { body, token })
    await act(app, 'PATCH', '/me', { body, token })
    await act(app, 'PATCH', '/me', { body: {}, token })
    const reason = 'first_name, username'
    expect(await eventsOf(app)).toEqual([
      eventOf(app, ip, { what: 'profile_changed', reason, user_id: userId, session_id: sessionId }),
    ])
    await act(app, 'PATCH', '/me', { body: { last_name: 'King', username: null, first_name: 'Augusta' }, token })
    expect((await eventsOf(app)).at(-1)).toMatchObject({ reason: 'last_name, username' })
  })

  it('that two make at once is an event of the one who got it', async () => {
    const { app, token } = await startSignedIn()
    const replies = await times(2, (index) =>
      act(app, 'POST', '/change-password', {
        body: { current_password: PASSWORD, new_password: `${NEW_PASSWORD} ${index}` },
        token,
      }),
    )
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 401])
    const winner = replies.find(({ status }) => status === 200)
    expect(await eventsOf(app, 'password_changed')).toMatchObject([{ ip: winner?.ip }])
    expect(app.log.filter(({ fields }) => fields.what === 'password_changed')).toHaveLength(1)
  })

  it('to a username that somebody has is no event', async () => {
    const { app, token } = await startSignedIn()
    await app.createAccount({ username: 'grace' })
    await forgetEvents(app)
    expect((await act(app, 'PATCH', '/me', { body: { username: 'grace' }, token })).status).toBe(409)
    expect(await eventsOf(app)).toEqual([])
  })

  it('that removes a PIN is an event where there was one', async () => {
    const { app, token, userId, sessionId } = await startSignedIn()
    await act(app, 'DELETE', '/pin', { token })
    expect(await eventsOf(app)).toEqual([])
    await act(app, 'PUT', '/pin', { body: { pin: PIN, current_password: PASSWORD }, token })
    const { ip } = await act(app, 'DELETE', '/pin', { token })
    expect(await eventsOf(app, 'pin_removed')).toEqual([
      eventOf(app, ip, { what: 'pin_removed', user_id: userId, session_id: sessionId }),
    ])
  })

  it('by mailed links is one event each time a link is asked for or does something, and once only', async () => {
    const { app, token, userId } = await startSignedIn()
    const follow = async (path: LinkPage, to: string, more = {}) => {
      const body = { token: await linkTo(app, to, path), ...more }
      for (let time = 0; time < 2; time += 1) expect((await act(app, 'POST', `/${path}`, { body })).status).toBe(200)
    }
    await act(app, 'POST', '/change-email', { body: { email: 'new@example.com', password: PASSWORD }, token })
    await follow('confirm-email-change', 'new@example.com')
    await act(app, 'POST', '/forgot-password', { body: { email: 'new@example.com' } })
    await follow('reset-password', 'new@example.com', { password: NEW_PASSWORD })
    await follow('undo-email-change', EMAIL)
    const events = await eventsOf(app)
    expect(events.map(({ what, actor, user_id }) => [what, actor, user_id === userId])).toEqual([
      ['email_change_requested', 'user', true],
      ['email_changed', 'user', true],
      ['password_reset_requested', 'anonymous', true],
      ['password_reset', 'user', true],
      ['email_change_undone', 'user', true],
    ])
    expect(new Set(events.map(({ face }) => face))).toEqual(new Set(['v1']))
  })

  it('by the page behind a link says that it was the page', async () => {
    const { app } = await startSignedIn()
    await ask(app, 'POST', '/forgot-password', { email: EMAIL })
    const token = await linkTo(app, EMAIL, 'reset-password')
    await app.request('POST', '/reset-password', {
      body: new URLSearchParams({ token, password: NEW_PASSWORD }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(await eventsOf(app, 'password_reset')).toMatchObject([{ face: 'page', ip: '192.0.2.1' }])
  })

  it('asked for by an address without an account is no event and no line', async () => {
    const { app } = await startSignedIn()
    await act(app, 'POST', '/forgot-password', { body: { email: 'nobody@example.com' } })
    expect(await eventsOf(app)).toEqual([])
    expect(app.log.filter(({ event }) => event === 'audit')).toEqual([])
  })
})

describe('what the service does by itself', () => {
  it('is an event of no account: a signing key made on first use, and by the cron', async () => {
    const app = await startApp()
    await app.signIn(await app.createAccount())
    app.clock.advance(31 * DAY)
    await app.auth.keepHouse()
    const of = (generation: number) => ({
      actor: 'system',
      face: 'system',
      user_id: null,
      ip: null,
      reason: `generation ${generation}`,
    })
    expect(await eventsOf(app, 'signing_key_made')).toMatchObject([of(1), of(2)])
  })

  it('is an event where mail is a dead letter: given up, or expired', async () => {
    const mail = {
      keepsMail: false,
      send: () => Promise.reject(new Error('down')),
    }
    const app = await startApp({ mail })
    await act(app, 'POST', '/register', { body: { email: EMAIL, password: PASSWORD } })
    await app.settle()
    await forgetEvents(app)
    app.clock.advance(DAY)
    await app.auth.keepHouse()
    await rows(
      "INSERT INTO outbox (id, recipient, purpose, requester_ip, sealed_mail, created_at, next_attempt_at, attempts) VALUES ('m', '', 'notice', '', 'x', ?, 0, 0)",
      app.clock.now,
    )
    await app.auth.keepHouse()
    const dead = { outcome: 'failure', actor: 'system', face: 'system', user_id: null, ip: null, at: app.clock.now }
    expect(await eventsOf(app)).toMatchObject([
      { what: 'mail_dead_lettered', reason: 'expired', ...dead },
      { what: 'mail_dead_lettered', reason: 'secret_gone', ...dead },
    ])
    expect(app.log.filter(({ event }) => event === 'audit')).toHaveLength(2)
  })
})

describe('each event', () => {
  it('is one line in the log, with the same id and no more than tells a session from others', async () => {
    const { app, token, sessionId } = await startSignedIn()
    await act(app, 'POST', '/change-password', { body: { current_password: PASSWORD, new_password: NEW_PASSWORD }, token })
    await act(app, 'POST', '/login', { body: { email: EMAIL, password: PASSWORD } })
    await act(app, 'POST', '/logout', { token })
    const events = await eventsOf(app)
    const lines = app.log.filter(({ event }) => event === 'audit')
    expect(lines.map(({ level, fields }) => ({ level, ...fields }))).toEqual(
      events.map(({ id, at, what, outcome, reason, user_id, session_id, actor, ip, face }) => {
        return { level: 'info', id, at, what, outcome, reason, user_id, session: session_id?.slice(-8), actor, ip, face }
      }),
    )
    expect(events).toHaveLength(3)
    expect(JSON.stringify(lines)).not.toContain(sessionId)
  })

  it('cuts the agent at 256 characters', async () => {
    const { app } = await startSignedIn()
    await app.signIn(EMAIL, PASSWORD, { headers: { 'User-Agent': 'x'.repeat(5000) } })
    expect(await eventsOf(app)).toMatchObject([{ user_agent: 'x'.repeat(256) }])
  })

  it('and its line hold no password, PIN, token, link, name or address of mail that was used on the way', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL, username: 'ada', first_name: 'Augusta' })
    const grant = await app.signIn(EMAIL)
    const token = grant.access_token
    const bodies = [
      ['POST', '/login', { email: EMAIL, password: 'a wrong one' }],
      ['POST', '/login', { username: 'a wrong one', password: 'a wrong one' }],
      ['PUT', '/pin', { pin: '8520', current_password: PASSWORD }],
      ['PATCH', '/me', { first_name: 'Byron', username: 'lovelace' }],
      ['POST', '/change-email', { email: 'moved@example.com', password: PASSWORD }],
      ['POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD, end_other_credentials: false }],
      ['POST', '/forgot-password', { email: EMAIL }],
    ] as const
    for (const [method, path, body] of bodies) await act(app, method, path, { body, token })
    const hashes = await rows<Record<string, string>>('SELECT secret FROM credentials')
    await pinLogin(app, 'lovelace', '8520')
    await pinLogin(app, 'lovelace', '7531')
    const link = await linkTo(app, EMAIL, 'reset-password')
    for (const path of ['/reset-password', '/api/v1/auth/verify-email']) await app.request('GET', `${path}?token=${link}`)
    await act(app, 'POST', '/reset-password', { body: { token: link, password: 'and a third one' } })
    await app.settle()
    hashes.push(...(await rows<Record<string, string>>('SELECT secret FROM credentials')))
    const told = JSON.stringify([await eventsOf(app), app.log])
    const secrets = [PASSWORD, 'a wrong one', NEW_PASSWORD, 'and a third one', '8520', '7531', token, grant.refresh_token, link]
    const names = ['Augusta', 'Byron', 'lovelace', 'ada', 'example.com']
    // Times and ids are digits too, so four of them are looked for as a word.
    const isTold = (text: string) => new RegExp(`\\b${text.replace(/[^\w ]/g, '\\$&')}\\b`).test(told)
    for (const text of [...secrets, ...names, ...hashes.flatMap(Object.values)]) expect([text, isTold(text)]).toEqual([text, false])
    expect(await eventsOf(app)).toHaveLength(13)
  })
})

describe('floods', () => {
  it('of a script leave 50 rows an hour of its own, and hide nothing that anybody else does', async () => {
    const { app } = await startSignedIn()
    const script = { ip: anyAddress(), headers: { 'User-Agent': 'script/1.0' } }
    for (let count = 0; count < 60; count += 1) {
      await app.signIn(EMAIL, PASSWORD, script)
      await app.settle()
    }
    const of = async (agent: string) => (await eventsOf(app, 'sign_in')).filter(({ user_agent: each }) => each === agent)
    expect(await of('script/1.0')).toHaveLength(50)
    const thief = { ip: anyAddress(), headers: { 'User-Agent': 'thief/1.0' } }
    await app.signIn(EMAIL, PASSWORD, thief)
    // From the very same network, too.
    await app.signIn(EMAIL, PASSWORD, { ...thief, ip: script.ip, headers: { 'User-Agent': 'thief/2.0' } })
    await app.settle()
    expect([(await of('thief/1.0')).length, (await of('thief/2.0')).length]).toEqual([1, 1])
  })

  it('of one kind are recorded again an hour later', async () => {
    const { app, userId } = await startSignedIn()
    await rows(
      `INSERT INTO audit_events (id, at, what, outcome, user_id, actor, face, ip, user_agent)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
        SELECT i, ?, 'profile_changed', 'success', ?, 'user', 'v1', '192.0.2.1', '' FROM n`,
      app.clock.now,
      userId,
    )
    const { access_token: token } = await app.signIn(EMAIL)
    await app.settle()
    await rows("DELETE FROM audit_events WHERE what = 'sign_in'")
    const change = async (name: string) => {
      const reply = await app.v1('PATCH', '/me', { body: { first_name: name }, token, ip: '192.0.2.1' })
      await app.settle()
      return reply
    }
    expect((await change('Augusta')).status).toBe(200)
    expect(await eventsOf(app)).toHaveLength(50)
    app.clock.advance(600)
    await rows('UPDATE audit_events SET at = at - 3000')
    expect((await change('Ada')).body.user.first_name).toBe('Ada')
    expect(await eventsOf(app)).toHaveLength(51)
  })
})
