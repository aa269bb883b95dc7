// What each act of an operator does, and that it counts from the very next request.
import { describe, expect, it } from 'vitest'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { ask, idOf, withSession } from '../../support/http/operator.ts'

const NEW = 'four unusual words here'
const NOBODY = '00000000-0000-4000-8000-000000000000'

describe('an operator’s act', () => {
  it.each([
    ['disable', 403],
    ['sign-out', 200],
    ['set-password', 401],
  ])('%s ends every session for the next request, at edge too', async (act, signIn) => {
    const app = await startApp({ vars: { SESSION_FRESHNESS: 'edge' } })
    const { email, token, id } = await withSession(app)
    expect((await app.v1('GET', '/me', { token })).status).toBe(200)
    expect((await ask(app, 'POST', `/users/${id}/${act}`, { body: { password: NEW } })).status).toBe(200)
    await app.settle()
    expect((await app.v1('GET', '/me', { token })).status).toBe(401)
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD } })).status).toBe(signIn)
  })

  it('set-password ends PIN and links, and tells the user by mail at once', async () => {
    const app = await startApp()
    const { email, id } = await withSession(app, { username: 'ada' })
    expect((await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })).status).toBe(200)
    await app.v1('POST', '/forgot-password', { body: { email } })
    await app.settle()
    expect((await ask(app, 'POST', `/users/${id}/set-password`, { body: { password: NEW } })).status).toBe(200)
    expect(await rows('SELECT kind FROM credentials')).toEqual([{ kind: 'password' }])
    expect(await rows('SELECT 1 FROM one_time_tokens WHERE subject = ?', id)).toEqual([])
    expect((await app.mailTo(email))[0]?.text).toContain('PIN')
    expect((await app.v1('POST', '/login', { body: { email, password: NEW } })).status).toBe(200)
  })

  it.each(['short', 'password', 'ada@example.com'])('set-password holds %j to the policy of everybody', async (password) => {
    const app = await startApp()
    const { id, token } = await withSession(app, { email: 'ada@example.com' })
    const refused = await ask(app, 'POST', `/users/${id}/set-password`, { body: { password } })
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'password'])
    expect((await app.v1('GET', '/me', { token })).status).toBe(200)
  })

  it('enable lets an account be signed in to again, and its sessions of before stay dead', async () => {
    const app = await startApp()
    const { email, id, token } = await withSession(app)
    await ask(app, 'POST', `/users/${id}/disable`)
    expect((await ask(app, 'POST', `/users/${id}/enable`)).status).toBe(200)
    expect((await app.v1('GET', '/me', { token })).status).toBe(401)
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD } })).status).toBe(200)
  })

  it('unlock ends what wrong passwords have led to, for the address they came from too', async () => {
    const app = await startApp()
    const { email, id } = await withSession(app)
    const guess = (password: string) => app.v1('POST', '/login', { body: { email, password }, ip: '203.0.113.9' })
    for (let count = 0; count < 6; count += 1) await guess('wrong password')
    expect((await guess(PASSWORD)).status).toBe(429)
    expect((await ask(app, 'POST', `/users/${id}/unlock`)).status).toBe(200)
    expect((await guess(PASSWORD)).status).toBe(200)
  })

  it('unlock revives a PIN that guesses have killed', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '3', LIMIT_PIN_GUESSES_PER_HOUR: '3' } })
    const { id } = await withSession(app, { username: 'ada' })
    await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    const guess = (pin: string) => app.request('POST', '/auth/login', { body: { name: 'ada', pin } })
    for (let count = 0; count < 3; count += 1) await guess('0000')
    expect((await ask(app, 'GET', `/users/${id}`)).body.limits.pin).toMatchObject({ is_locked: true, wrong_in_a_row: 3 })
    await ask(app, 'POST', `/users/${id}/unlock`)
    expect((await guess('4711')).status).toBe(200)
  })

  it('create makes an account that can sign in, by the rules of registration', async () => {
    const app = await startApp()
    const form = {
      email: 'New@Example.com',
      password: NEW,
      username: 'New',
      first_name: 'Ada',
      pin: '4711',
      permissions: ['b', 'a'],
    }
    const made = await ask(app, 'POST', '/users', { body: { ...form, verified: true } })
    expect(made.status).toBe(201)
    expect(made.body.user).toMatchObject({
      ...{ email: 'new@example.com', username: 'New', first_name: 'Ada', last_name: null, permissions: ['a', 'b'] },
      ...{ email_verified: true, credentials: ['password', 'pin'], disabled_at: null },
    })
    expect((await app.v1('POST', '/login', { body: { username: 'new', password: NEW } })).status).toBe(200)
    expect((await app.request('POST', '/auth/login', { body: { name: 'new', pin: '4711' } })).status).toBe(200)
    const again = await ask(app, 'POST', '/users', { body: { ...form, username: 'other' } })
    expect([again.status, again.body.code]).toEqual([409, 'email_taken'])
    const taken = await ask(app, 'POST', '/users', { body: { ...form, email: 'b@example.com' } })
    expect([taken.status, taken.body.code]).toEqual([409, 'username_taken'])
    const bad = await ask(app, 'POST', '/users', { body: { email: 'x', password: 'y', pin: 'z', permissions: ['ü'] } })
    expect(bad.body.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual([
      'email',
      'password',
      'permissions',
      'pin',
    ])
  })

  it('create without verified makes an account that has to prove its address first', async () => {
    const app = await startApp()
    await ask(app, 'POST', '/users', { body: { email: 'new@example.com', password: NEW } })
    const refused = await app.v1('POST', '/login', { body: { email: 'new@example.com', password: NEW } })
    expect([refused.status, refused.body.code]).toEqual([403, 'email_unverified'])
    expect((await ask(app, 'POST', `/users/${await idOf(app, 'new@example.com')}/verify`)).status).toBe(200)
    expect((await app.v1('POST', '/login', { body: { email: 'new@example.com', password: NEW } })).status).toBe(200)
  })

  it('grant and revoke change what the open session may do', async () => {
    const app = await startApp()
    const { id, token } = await withSession(app)
    const granted = await ask(app, 'POST', `/users/${id}/grant`, { body: { permissions: ['reports', 'a', 'reports'] } })
    expect(granted.body).toEqual({ permissions: ['a', 'reports'] })
    expect((await app.v1('GET', '/me', { token })).body.user.permissions).toEqual(['a', 'reports'])
    expect((await ask(app, 'POST', `/users/${id}/revoke`, { body: { permissions: ['a'] } })).body).toEqual({
      permissions: ['reports'],
    })
    expect((await ask(app, 'POST', `/users/${id}/grant`, { body: {} })).status).toBe(400)
  })

  it('rename gives another username, and keeps the one before for the account', async () => {
    const app = await startApp()
    const { id } = await withSession(app, { username: 'ada' })
    const renamed = await ask(app, 'PATCH', `/users/${id}`, { body: { username: 'Countess', last_name: 'Byron', first_name: '' } })
    expect(renamed.body.user).toMatchObject({ username: 'Countess', last_name: 'Byron', first_name: null })
    const squatted = await ask(app, 'POST', '/users', { body: { email: 'b@example.com', password: NEW, username: 'ada' } })
    expect(squatted.body.code).toBe('username_taken')
    expect((await ask(app, 'PATCH', `/users/${id}`, { body: { username: 'a@b' } })).status).toBe(400)
  })

  it('create and rename take a username that a stranger only registers, whose registration ends', async () => {
    const app = await startApp()
    const register = async (username: string) => {
      const email = `${username}@example.org`
      await app.v1('POST', '/register', { body: { email, password: PASSWORD, username } })
      await app.settle()
      return app.mailedToken(email)
    }
    const tokens = [await register('ada'), await register('countess')]
    const made = await ask(app, 'POST', '/users', { body: { email: 'ada@example.com', password: NEW, username: 'Ada' } })
    expect([made.status, made.body.user.username]).toEqual([201, 'Ada'])
    const renamed = await ask(app, 'PATCH', `/users/${made.body.user.id}`, { body: { username: 'Countess' } })
    expect([renamed.status, renamed.body.user.username]).toEqual([200, 'Countess'])
    for (const token of tokens) expect((await app.v1('GET', `/verify-email?token=${token}`)).status).toBe(400)
    expect((await ask(app, 'GET', '/registrations')).body.registrations).toEqual([])
  })

  it('rename does not unlock a PIN by the way', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '2', LIMIT_PIN_GUESSES_PER_HOUR: '9' } })
    const { id } = await withSession(app, { username: 'ada' })
    await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    for (let count = 0; count < 2; count += 1) await app.request('POST', '/auth/login', { body: { name: 'ada', pin: '0000' } })
    const rename = (username: string | null) => ask(app, 'PATCH', `/users/${id}`, { body: { username } })
    const problem = { field: 'username', message: expect.stringContaining('while the PIN is locked') }
    for (const name of ['countess', null]) {
      const refused = await rename(name)
      expect([refused.status, refused.body.errors]).toEqual([400, [problem]])
    }
    expect((await rename('Ada')).status).toBe(200)
    await ask(app, 'POST', `/users/${id}/unlock`)
    expect((await rename('countess')).status).toBe(200)
  })

  it('set-pin is refused for an account without a username, and so is create', async () => {
    const app = await startApp()
    const { id } = await withSession(app)
    const refused = await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    const problem = { field: 'pin', message: expect.stringContaining('needs a username, which people sign in with it by') }
    expect([refused.status, refused.body.errors]).toEqual([400, [problem]])
    const made = await ask(app, 'POST', '/users', { body: { email: 'b@example.com', password: NEW, pin: '4711' } })
    expect([made.status, made.body.errors]).toEqual([400, [problem]])
  })

  it('rename is possible for a disabled account too, and leaves it disabled', async () => {
    const app = await startApp()
    const { id } = await withSession(app, { username: 'something rude' })
    await ask(app, 'POST', `/users/${id}/disable`)
    const renamed = await ask(app, 'PATCH', `/users/${id}`, { body: { username: 'renamed', first_name: 'Ada' } })
    expect(renamed.body.user).toMatchObject({ username: 'renamed', first_name: 'Ada', disabled_at: expect.any(String) })
  })

  it('gives an account another address, tells the former one, and lets nobody undo it', async () => {
    const app = await startApp()
    const { email, id, token } = await withSession(app, { username: 'ada' })
    await ask(app, 'PATCH', `/users/${id}`, { body: { username: 'countess' } })
    await app.v1('PATCH', '/me', { token, body: { username: 'ada' } })
    const moved = await ask(app, 'PATCH', `/users/${id}`, { body: { email: 'New@Example.com' } })
    expect(moved.body.user).toMatchObject({ email: 'new@example.com', email_verified: false, username: 'ada' })
    await app.settle()
    expect((await app.mailTo(email))[0]?.subject).toBe('Your e-mail address was removed from an account')
    expect(await rows('SELECT 1 FROM recovery_points UNION ALL SELECT 1 FROM one_time_tokens WHERE subject = ?', id)).toEqual([])
    expect((await app.v1('GET', '/me', { token })).body.user).toMatchObject({ email: 'new@example.com' })
    const refused = await app.v1('POST', '/login', { body: { email: 'new@example.com', password: PASSWORD } })
    expect(refused.body.code).toBe('email_unverified')
    expect((await ask(app, 'PATCH', `/users/${id}`, { body: { email, verified: true } })).body.user.email_verified).toBe(true)
    expect((await app.v1('POST', '/login', { body: { username: 'ada', password: PASSWORD } })).status).toBe(200)
    const other = await app.createAccount()
    expect((await ask(app, 'PATCH', `/users/${id}`, { body: { email: other } })).body.code).toBe('email_taken')
    for (const body of [{ email: 'x' }, { email: 'a@example.com', last_name: 'b' }]) {
      expect((await ask(app, 'PATCH', `/users/${id}`, { body })).status).toBe(400)
    }
  })

  it('send-reset mails a link that sets a new password', async () => {
    const app = await startApp()
    const { email, id } = await withSession(app)
    expect((await ask(app, 'POST', `/users/${id}/send-reset`)).status).toBe(200)
    const reset = { token: await app.mailedToken(email), password: NEW }
    expect((await app.v1('POST', '/reset-password', { body: reset })).status).toBe(200)
  })

  it('delete takes all that belongs to the account along, what is put aside included', async () => {
    const app = await startApp()
    const { email, id, token } = await withSession(app, { username: 'ada' })
    expect((await ask(app, 'DELETE', `/users/${id}`)).status).toBe(200)
    expect((await app.v1('GET', '/me', { token })).status).toBe(401)
    for (const table of ['users', 'username_claims', 'one_time_tokens', 'erasures', 'outbox']) {
      expect([table, await rows(`SELECT 1 FROM ${table}`)]).toEqual([table, []])
    }
    expect(await rows('SELECT what, actor FROM audit_events WHERE user_id = ?', id)).toEqual([
      { what: 'account_deleted', actor: 'operator' },
    ])
    expect((await ask(app, 'DELETE', `/users/${id}`)).status).toBe(404)
    expect((await app.v1('POST', '/register', { body: { email, password: NEW, username: 'ada' } })).status).toBe(201)
  })

  it('lists sessions and ends one of them', async () => {
    const app = await startApp()
    const { email, id, token } = await withSession(app)
    await app.signIn(email)
    const { sessions } = (await ask(app, 'GET', `/users/${id}/sessions`)).body
    expect(sessions).toHaveLength(2)
    const [first] = sessions.filter(({ id: sid }: { id: string }) => JSON.parse(atob(token.split('.')[1] ?? '')).sid === sid)
    expect((await ask(app, 'DELETE', `/users/${id}/sessions/${first.id}`)).status).toBe(200)
    expect((await app.v1('GET', '/me', { token })).status).toBe(401)
    expect((await ask(app, 'DELETE', `/users/${id}/sessions/${first.id}`)).status).toBe(404)
    expect((await ask(app, 'DELETE', `/users/${NOBODY}/sessions/${first.id}`)).status).toBe(404)
  })

  it.each(['disable', 'enable', 'unlock', 'sign-out', 'send-reset', 'verify'])('%s is 404 for nobody', async (act) => {
    const app = await startApp()
    expect((await ask(app, 'POST', `/users/${NOBODY}/${act}`)).status).toBe(404)
    expect(await rows('SELECT 1 FROM audit_events')).toEqual([])
  })

  it('is on record with who it was', async () => {
    const app = await startApp()
    const { id } = await withSession(app)
    await ask(app, 'POST', `/users/${id}/sign-out`)
    const boss = await withSession(app)
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE id = ?`).bind(boss.id).run()
    await ask(app, 'POST', `/users/${id}/disable`, { token: boss.token })
    const { events } = (await ask(app, 'GET', `/events?user=${id}&what=all_sessions_revoked,account_disabled`)).body
    expect(events).toMatchObject([
      { what: 'all_sessions_revoked', actor: 'operator', session_id: expect.stringMatching(/^key:[0-9a-f]{8}$/), face: 'admin' },
      { what: 'account_disabled', actor: `admin:${boss.id}`, session_id: expect.stringMatching(/^[0-9a-f]{64}$/), face: 'admin' },
    ])
  })
})
