// The user's own names: what a change keeps, clears and refuses, and who holds which username afterwards.
import { describe, expect, it } from 'vitest'
import { ask, askToMove, linkTo, signInStatus, subjectsTo } from '../../support/account-fixtures.ts'
import { DAY, rows, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED, userShape } from '../../support/http/v1-shapes.ts'

async function startSignedIn(form: Readonly<Record<string, unknown>> = {}) {
  const app = await startApp()
  const email = await app.createAccount({ username: 'ada', first_name: 'Ada', last_name: 'Byron', ...form })
  const { access_token: token } = await app.signIn(email)
  const patch = (body: unknown) => ask(app, 'PATCH', '/me', body, token)
  return { app, email, token, patch }
}

const claims = () =>
  rows<{ username_key: string; email: string; expires_at: number | null }>(
    'SELECT username_key, email, expires_at FROM username_claims ORDER BY username_key',
  )

describe('PATCH /me', () => {
  it('changes what is given, clears what is null, and keeps the rest', async () => {
    const { app, email, token, patch } = await startSignedIn()
    const reply = await patch({ last_name: 'Oğur ', first_name: null })
    const user = userShape(email, { username: 'ada', first_name: null, last_name: 'Oğur' })
    expect([reply.status, reply.body]).toEqual([200, { user }])
    expect((await app.v1('GET', '/me', { token })).body).toEqual({ user })
    expect((await patch({ first_name: 'Ada', last_name: null })).body.user).toMatchObject({ first_name: 'Ada', last_name: null })
  })

  it('changes nothing where nothing it knows is given', async () => {
    const { patch } = await startSignedIn()
    const [before] = await rows('SELECT * FROM users')
    for (const body of [
      {},
      undefined,
      { first_name: '', last_name: '  ', username: '' },
      { email: 'evil@example.com', is_admin: true, permissions: ['systemAdmin'], role: 'admin' },
    ]) {
      expect((await patch(body)).status).toBe(200)
    }
    expect(await rows('SELECT * FROM users')).toEqual([{ ...before, updated_at: expect.any(Number) }])
  })

  it('gives another username, which signs in, and keeps the one before for its last owner for 30 days', async () => {
    const { app, email, patch } = await startSignedIn()
    expect((await patch({ username: 'Countess' })).body.user.username).toBe('Countess')
    expect((await ask(app, 'POST', '/login', { username: 'countess', password: PASSWORD })).status).toBe(200)
    expect((await ask(app, 'POST', '/login', { username: 'ada', password: PASSWORD })).status).toBe(401)
    const hold = { username_key: 'ada', email: '', expires_at: app.clock.now + 30 * DAY }
    expect(await claims()).toEqual([hold, { username_key: 'countess', email, expires_at: null }])
    const other = await app.createAccount()
    const take = async () => ask(app, 'PATCH', '/me', { username: 'Ada' }, (await app.signIn(other)).access_token)
    const register = { email, password: PASSWORD, username: 'ada' }
    expectRefusal(await take(), REFUSED.usernameTaken)
    expect((await ask(app, 'POST', '/register', { ...register, email: 'new@example.com' })).status).toBe(409)
    // Its own address is no way around, since the answer would tell whose it is.
    expect((await ask(app, 'POST', '/register', register)).status).toBe(409)
    expect((await patch({ username: 'ada' })).body.user.username).toBe('ada')
    expect((await patch({ username: 'Countess' })).status).toBe(200)
    app.clock.advance(30 * DAY)
    expect((await take()).status).toBe(200)
  })

  it('tells the owner of another username, by a mail whose link takes it back', async () => {
    const { app, email, patch } = await startSignedIn()
    await patch({ username: 'thief', first_name: 'T' })
    expect(await subjectsTo(app, email)).toContain('Your username was changed')
    expect((await ask(app, 'POST', '/undo-email-change', { token: await linkTo(app, email, 'undo-email-change') })).status).toBe(
      200,
    )
    expect(await rows('SELECT username FROM users WHERE email = ?', email)).toEqual([{ username: 'ada' }])
    expect(await signInStatus(app, email)).toBe(401)
  })

  it('tells nothing of a username that is only written in another way, or kept', async () => {
    const { app, email, patch } = await startSignedIn()
    for (const username of ['ADA', 'ada']) expect((await patch({ username })).status).toBe(200)
    expect(await subjectsTo(app, email)).not.toContain('Your username was changed')
  })

  it('keeps no more than a few names for one account, and always the one that an undo restores', async () => {
    const { app, patch } = await startSignedIn()
    for (let count = 0; count < 9; count += 1) expect((await patch({ username: `name ${count}` })).status).toBe(200)
    const held = await rows<{ username_key: string }>('SELECT username_key FROM username_claims WHERE user_id IS NOT NULL')
    expect(held).toHaveLength(5)
    expect(held.map(({ username_key: key }) => key)).toContain('ada')
    await app.createAccount({ username: 'name 7' })
  })

  it('changes how the username is written', async () => {
    const { email, patch } = await startSignedIn()
    expect((await patch({ username: 'ADA' })).body.user.username).toBe('ADA')
    expect(await claims()).toEqual([{ username_key: 'ada', email, expires_at: null }])
  })

  it('clears the username and keeps it for its last owner', async () => {
    const { app, patch } = await startSignedIn()
    expect((await patch({ username: null })).body.user.username).toBeNull()
    expect(await claims()).toEqual([{ username_key: 'ada', email: '', expires_at: app.clock.now + 30 * DAY }])
    expect((await ask(app, 'POST', '/login', { username: 'ada', password: PASSWORD })).status).toBe(401)
  })

  it('answers 409 to a username that somebody has or claims, a look-alike included, and changes nothing', async () => {
    const { app, email, patch } = await startSignedIn()
    await app.createAccount({ username: 'taken' })
    await ask(app, 'POST', '/register', { email: 'pending@example.com', password: PASSWORD, username: 'pending' })
    for (const username of ['taken', 'TAKEN', 'ｔａｋｅｎ', 'pending']) {
      expectRefusal(await patch({ username, first_name: 'Changed' }), REFUSED.usernameTaken)
    }
    expect(await rows('SELECT username, first_name FROM users WHERE email = ?', email)).toEqual([
      { username: 'ada', first_name: 'Ada' },
    ])
    expect(await claims()).toHaveLength(3)
    app.clock.advance(DAY)
    const { access_token: token } = await app.signIn(email)
    expect((await ask(app, 'PATCH', '/me', { username: 'pending' }, token)).status).toBe(200)
  })

  it('of many accounts at once gives a username to one', async () => {
    const { app } = await startSignedIn()
    const tokens = await times(5, async () => (await app.signIn(await app.createAccount())).access_token)
    const replies = await Promise.all(tokens.map((token) => ask(app, 'PATCH', '/me', { username: 'wanted' }, token)))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
  })

  it('of many at once by one account leaves the claim of one username, the one it has', async () => {
    const { email, patch } = await startSignedIn()
    const names = ['one', 'two', 'three', 'four']
    const replies = await Promise.all(names.map((username) => patch({ username })))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const [user] = await rows<{ username_key: string }>('SELECT username_key FROM users')
    const active = (await claims()).filter(({ expires_at: expiresAt }) => expiresAt === null)
    expect(active).toEqual([{ username_key: user?.username_key, email, expires_at: null }])
  })

  it.each([
    [{ first_name: 'x'.repeat(101) }, 'first_name'],
    [{ last_name: 'a\r\nb' }, 'last_name'],
    [{ first_name: '\ud800' }, 'first_name'],
    [{ last_name: '\u202egnirts' }, 'last_name'],
    [{ username: 'a@b' }, 'username'],
    [{ username: 'zero\u200bwidth' }, 'username'],
    [{ first_name: 7 }, 'first_name'],
    [{ username: {} }, 'username'],
  ])('answers 400 to %j and names the member', async (body, field) => {
    const { patch } = await startSignedIn()
    const reply = await patch(body)
    expect([reply.status, reply.body.errors]).toEqual([400, [{ field, message: expect.any(String) }]])
    expect(await rows('SELECT username, first_name, last_name FROM users')).toEqual([
      { username: 'ada', first_name: 'Ada', last_name: 'Byron' },
    ])
  })

  it('lets nobody try out usernames for free', async () => {
    const { app, token } = await startSignedIn()
    await app.createAccount({ username: 'taken' })
    const ip = anyAddress()
    const statuses: number[] = []
    for (let count = 0; count < 21; count += 1) {
      statuses.push((await app.v1('PATCH', '/me', { body: { username: 'taken' }, token, ip })).status)
    }
    expect(statuses).toEqual([...new Array<number>(20).fill(409), 429])
    expect((await app.v1('PATCH', '/me', { body: { first_name: 'Still' }, token, ip })).status).toBe(200)
  })

  it('wants a recent password for another username: a stolen token alone renames nobody', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const { access_token: token } = await app.signIn(email)
    const patch = (body: unknown) => ask(app, 'PATCH', '/me', body, token)
    app.clock.advance(601)
    for (const other of ['elsewhere', null]) expectRefusal(await patch({ username: other }), REFUSED.reauthenticationRequired)
    const { body } = await patch({ username: username.toUpperCase(), first_name: 'Ada' })
    expect(body.user).toMatchObject({ username: username.toUpperCase(), first_name: 'Ada' })
    await ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, token)
    expect((await patch({ username: 'elsewhere' })).status).toBe(200)
    expect((await pinLogin(app, 'elsewhere')).status).toBe(200)
  })

  it('refuses without a session, and in one that ended while it was asked', async () => {
    const { app, token, email } = await startSignedIn()
    expectRefusal(await ask(app, 'PATCH', '/me', { first_name: 'x' }), REFUSED.unauthorized)
    await BINDINGS.DB.prepare('UPDATE users SET session_epoch = session_epoch + 1 WHERE email = ?').bind(email).run()
    expectRefusal(await ask(app, 'PATCH', '/me', { first_name: 'x' }, token), REFUSED.invalidAccessToken)
  })

  it('leaves the username with the account when the address changes', async () => {
    const { app, token, patch } = await startSignedIn()
    await ask(app, 'POST', '/confirm-email-change', { token: await askToMove(app, token, 'moved@example.com') })
    expect((await patch({ username: 'countess' })).status).toBe(200)
    expect(await claims()).toContainEqual({ username_key: 'countess', email: 'moved@example.com', expires_at: null })
  })
})
