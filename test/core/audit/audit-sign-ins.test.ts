// The record of how people come and go: registrations, sign-ins and the ends of sessions, with every field of their events.
import { describe, expect, it } from 'vitest'
import { createCalls } from '../../../src/rpc/calls.ts'
import { act, actsOf, EMAIL, eventOf, eventsOf, forgetEvents, startSignedIn } from '../../support/audit-fixtures.ts'
import { claimsOf, rows } from '../../support/fixtures.ts'
import { PASSWORD, startApp } from '../../support/harness.ts'
import { cookieHeader, createPinAccount, pinLogin, pinSignIn, post } from '../../support/http/cookie-browser.ts'
import { changeUser, signInStable, stable } from '../../support/http/stable-shapes.ts'

describe('a registration', () => {
  it('and the mail, the link and the account that come of it are events of that account', async () => {
    const app = await startApp()
    const registered = await act(app, 'POST', '/register', { body: { email: EMAIL, password: PASSWORD } })
    const again = await act(app, 'POST', '/resend-verification', { body: { email: EMAIL } })
    const verified = await act(app, 'GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)
    const user_id = registered.body.user.id
    expect((await eventsOf(app)).filter(({ what }) => what !== 'signing_key_made')).toEqual([
      eventOf(app, registered.ip, { what: 'registered', actor: 'anonymous', user_id }),
      eventOf(app, again.ip, { what: 'verification_sent', actor: 'anonymous', user_id }),
      eventOf(app, verified.ip, { what: 'email_verified', user_id }),
    ])
    await act(app, 'GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)
    expect((await eventsOf(app, 'email_verified')).length).toBe(1)
  })

  it('of another that loses the address leaves nothing', async () => {
    const app = await startApp()
    const first = await act(app, 'POST', '/register', { body: { email: EMAIL, password: PASSWORD } })
    const second = await act(app, 'POST', '/register', { body: { email: EMAIL, password: PASSWORD } })
    await act(app, 'GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)
    const ids = (await eventsOf(app, 'registered')).map(({ user_id }) => user_id)
    expect([first.body.user.id, second.body.user.id].filter((id) => ids.includes(id))).toHaveLength(1)
    expect(ids).toEqual(await rows('SELECT id FROM users').then((users) => users.map(({ id }) => id)))
  })

  it('asked for by an address without one leaves no event of a mail', async () => {
    const app = await startApp()
    await act(app, 'POST', '/resend-verification', { body: { email: EMAIL } })
    await app.createAccount({ email: EMAIL })
    await forgetEvents(app)
    await act(app, 'POST', '/resend-verification', { body: { email: EMAIL } })
    expect(await actsOf(app)).toEqual([])
  })
})

describe('a sign-in', () => {
  it('is an event, right or wrong, of the account that was meant', async () => {
    const { app, userId } = await startSignedIn()
    const wrong = await act(app, 'POST', '/login', { body: { email: EMAIL, password: 'not this one' } })
    const right = await act(app, 'POST', '/login', { body: { username: 'Ada', password: PASSWORD } })
    const failure = { outcome: 'failure', reason: 'wrong credential', actor: 'anonymous' }
    expect(await eventsOf(app)).toEqual([
      eventOf(app, wrong.ip, { what: 'sign_in', user_id: userId, ...failure }),
      eventOf(app, right.ip, { what: 'sign_in', user_id: userId, session_id: claimsOf(right.body.access_token).sid }),
    ])
  })

  it('to a disabled account is refused, and not a failure', async () => {
    const { app, userId } = await startSignedIn()
    await changeUser(EMAIL, 'disabled_at = 1')
    const { ip } = await act(app, 'POST', '/login', { body: { email: EMAIL, password: PASSWORD } })
    const reason = 'right credential, account disabled'
    expect(await eventsOf(app)).toEqual([eventOf(app, ip, { what: 'sign_in', outcome: 'refused', reason, user_id: userId })])
  })

  it('to no account is a line in the log that does not say what was typed, and no row', async () => {
    const { app } = await startSignedIn()
    const typed = 'correct-horse-battery-typed-into-the-wrong-field'
    const { ip } = await act(app, 'POST', '/login', { body: { username: typed, password: PASSWORD } })
    expect(await eventsOf(app)).toEqual([])
    const lines = app.log.filter(({ event }) => event === 'audit')
    expect(lines).toMatchObject([{ fields: { what: 'sign_in', outcome: 'failure', reason: 'no such account', user_id: null, ip } }])
    expect(JSON.stringify(app.log)).not.toContain(typed)
  })

  it('past a limit is a line in the log each time, and a row once an hour for each address', async () => {
    const { app, userId } = await startSignedIn()
    const wrong = () => app.v1('POST', '/login', { body: { email: EMAIL, password: 'not this one' }, ip: '203.0.113.9' })
    for (let attempt = 0; attempt < 5; attempt += 1) await wrong()
    await forgetEvents(app)
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await wrong()).status).toBe(429)
    const refused = { what: 'sign_in', outcome: 'refused', reason: 'limit account-address', actor: 'anonymous', user_id: userId }
    await app.settle()
    expect(await eventsOf(app)).toEqual([eventOf(app, '203.0.113.9', { ...refused, user_agent: '' })])
    const lines = app.log.filter(({ event }) => event === 'audit').map(({ fields }) => fields)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatchObject({ what: 'sign_in', outcome: 'refused', reason: 'limit account-address', user_id: userId })
  })

  it('at each face and over a binding says which it was', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    await app.settle()
    await forgetEvents(app)
    await signInStable(app, username)
    await pinSignIn(app, username)
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api', rights: ['login', 'sessions'] })
    const login = await calls.login(email, PASSWORD)
    await calls.revokeSession(claimsOf(login?.accessToken ?? '').sid)
    const summary = (await eventsOf(app, 'sign_in', 'session_revoked')).map(({ what, face, actor, ip }) => [what, face, actor, ip])
    expect(summary).toEqual([
      ['sign_in', 'stable', 'user', expect.stringContaining('198.18.')],
      ['sign_in', 'cookie', 'user', expect.stringContaining('198.18.')],
      ['sign_in', 'rpc', 'worker:notes-api', 'unknown'],
      ['session_revoked', 'rpc', 'worker:notes-api', 'unknown'],
    ])
  })

  it('by guesses that kill a PIN says so once', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '3' } })
    const { username } = await createPinAccount(app)
    await forgetEvents(app)
    for (let guess = 0; guess < 5; guess += 1) await pinLogin(app, username, '9999')
    await app.settle()
    const dead = await eventsOf(app, 'pin_dead')
    expect(dead).toMatchObject([{ outcome: 'success', actor: 'anonymous', face: 'cookie', reason: 'too many failures in a row' }])
    expect((await eventsOf(app, 'sign_in')).map(({ outcome }) => outcome)).toEqual(Array(5).fill('failure'))
    await pinLogin(app, 'nobody of this name', '9999')
    expect(await eventsOf(app, 'pin_dead')).toHaveLength(1)
  })
})

describe('the end of a session', () => {
  it('by its user is an event, and by a token that has ended none', async () => {
    const { app, token, userId, sessionId } = await startSignedIn()
    const { ip } = await act(app, 'POST', '/logout', { token })
    await act(app, 'POST', '/logout', { token })
    expect(await eventsOf(app)).toEqual([eventOf(app, ip, { what: 'signed_out', user_id: userId, session_id: sessionId })])
  })

  it('by name, by all and by an administrator says whose it was and who did it', async () => {
    const { app, token, userId } = await startSignedIn()
    const other = claimsOf((await app.signIn(EMAIL)).access_token).sid
    const third = claimsOf((await app.signIn(EMAIL)).access_token).sid
    const adminEmail = await app.createAccount()
    await changeUser(adminEmail, 'permissions = ?', '["systemAdmin"]')
    const admin = await app.signIn(adminEmail)
    await forgetEvents(app)
    await act(app, 'DELETE', `/sessions/${other}`, { token })
    await act(app, 'DELETE', `/sessions/${third}`, { token: admin.access_token })
    await act(app, 'POST', '/revoke-all', { token })
    expect(await eventsOf(app)).toMatchObject([
      { what: 'session_revoked', user_id: userId, session_id: other, actor: 'user' },
      { what: 'session_revoked', user_id: userId, session_id: third, actor: `admin:${admin.user.id}` },
      { what: 'all_sessions_revoked', user_id: userId, session_id: claimsOf(token).sid, actor: 'user' },
    ])
  })

  it('at the other faces is an event too', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const [one, two] = [await signInStable(app, username), await signInStable(app, username)]
    const cookies = await pinSignIn(app, username)
    await forgetEvents(app)
    await stable(app, 'DELETE', `/logout?sessionId=${two.sessionId}`, { token: one.token })
    await stable(app, 'GET', '/logout', { token: one.token })
    await post(app, '/logout', cookieHeader(cookies))
    expect(await eventsOf(app)).toMatchObject([
      { what: 'session_revoked', face: 'stable', session_id: two.sessionId },
      { what: 'signed_out', face: 'stable', session_id: one.sessionId },
      { what: 'signed_out', face: 'cookie', session_id: claimsOf(cookies.accessToken).sid },
    ])
  })

  it('by a refresh token that was used before is an event, and an ordinary refresh or check is none', async () => {
    const { app, token, refreshToken, userId, sessionId } = await startSignedIn()
    let next = refreshToken
    for (let refresh = 0; refresh < 2; refresh += 1) {
      next = (await act(app, 'POST', '/refresh', { body: { refresh_token: next } })).body.refresh_token
    }
    await act(app, 'GET', '/me', { token })
    await act(app, 'POST', '/refresh', { token })
    expect(await eventsOf(app)).toEqual([])
    const { ip } = await act(app, 'POST', '/refresh', { body: { refresh_token: refreshToken } })
    await act(app, 'POST', '/refresh', { body: { refresh_token: refreshToken } })
    const reason = 'a replaced refresh token came back: session ended'
    const who = { user_id: userId, session_id: sessionId, actor: 'anonymous' }
    expect(await eventsOf(app)).toEqual([eventOf(app, ip, { what: 'refresh_token_reused', outcome: 'refused', reason, ...who })])
  })
})
