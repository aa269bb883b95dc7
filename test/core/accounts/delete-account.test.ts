// The end of an account: everything ends at once, nothing personal stays, and what cannot be erased now is erased later.
import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { ledgerNameOf } from '../../../src/objects/session-ledger/session-rules.ts'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { ask, askToMove, forget, isLive, move, NEW_PASSWORD, signInStatus, subjectsTo } from '../../support/account-fixtures.ts'
import { claimsOf, DAY, rows } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const EMAIL = 'ada@example.com'

const remove = (app: TestApp, token: string | undefined, password: string = PASSWORD) =>
  ask(app, 'DELETE', '/me', { password }, token)

async function startSignedIn(bindings = {}) {
  const app = await startApp({ bindings })
  await app.createAccount({ email: EMAIL, username: 'ada', first_name: 'Ada', last_name: 'Byron' })
  const { access_token: token, refresh_token: refreshToken, user } = await app.signIn(EMAIL)
  return { app, token, refreshToken, userId: user.id }
}

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const tables = await rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%migrations' AND name NOT LIKE '\\_cf%' ESCAPE '\\' " +
      "AND name <> 'common_passwords'",
  )
  const contents = await Promise.all(tables.map(async ({ name }) => [name, await rows(`SELECT * FROM ${name}`)]))
  return JSON.stringify(Object.fromEntries(contents))
}

function sessionsOf(userId: string) {
  const ledger = BINDINGS.SESSION_LEDGER.getByName(ledgerNameOf(userId))
  return runInDurableObject(ledger, async (_, { storage }) =>
    storage.sql.exec<{ ip: string; user_agent: string; revoked_at: number | null }>('SELECT * FROM sessions').toArray(),
  )
}

describe('DELETE /me', () => {
  it('ends every session and sign-in at once, and frees address and username', async () => {
    const { app, token, refreshToken } = await startSignedIn()
    const other = await app.signIn(EMAIL)
    const reply = await remove(app, token)
    expect([reply.status, reply.body]).toEqual([200, { message: 'Account deleted' }])
    for (const session of [token, other.access_token]) expect(await isLive(app, session)).toBe(false)
    expect((await ask(app, 'POST', '/refresh', { refresh_token: refreshToken })).status).toBe(401)
    expect(await signInStatus(app, EMAIL)).toBe(401)
    await app.createAccount({ email: EMAIL, username: 'ada', password: NEW_PASSWORD })
    expect(await signInStatus(app, EMAIL, NEW_PASSWORD)).toBe(200)
    expect(await isLive(app, token)).toBe(false)
  })

  it('leaves nothing personal in D1 but the mail that tells of it', async () => {
    const { app, token, userId } = await startSignedIn()
    await move(app, token, EMAIL, 'moved@example.com')
    // As long as the former address may take the account back, it is put aside only.
    app.clock.advance(7 * DAY)
    const session = (await app.signIn('moved@example.com')).access_token
    await ask(app, 'POST', '/register', { email: 'moved@example.com', password: PASSWORD, username: 'ada again' })
    await forget(app, 'moved@example.com')
    await askToMove(app, session, 'further@example.com')
    expect((await remove(app, session)).status).toBe(200)
    await app.settle()
    expect(await subjectsTo(app, 'moved@example.com')).toEqual(['Your account was deleted'])
    // An address that was never proven keeps the count of its mails, which protects whoever has it.
    const others = await rows('DELETE FROM outbox RETURNING recipient')
    expect(others).toEqual([{ recipient: 'further@example.com' }, { recipient: 'moved@example.com' }])
    // And the record says that there was an account, by its id alone.
    const events = await rows('DELETE FROM audit_events WHERE user_id IS NOT NULL RETURNING *')
    expect(events).toEqual([
      {
        seq: expect.any(Number),
        id: expect.any(String),
        at: app.clock.now,
        what: 'account_deleted',
        outcome: 'success',
        reason: null,
        user_id: userId,
        session_id: null,
        actor: 'user',
        ip: null,
        user_agent: null,
        face: 'v1',
      },
    ])
    const left = await everything()
    for (const trace of ['"ada', '"Ada', 'Byron', 'example.com', userId, userId.replaceAll('-', ''), '198.18.']) {
      expect([trace, left.includes(trace)]).toEqual([trace, false])
    }
  })

  it('leaves nobody’s address or program in the ledger, and no session alive in it or in KV', async () => {
    const { app, token, userId } = await startSignedIn()
    await remove(app, token)
    expect(await sessionsOf(userId)).toEqual([expect.objectContaining({ ip: '', user_agent: '', revoked_at: expect.any(Number) })])
    await expect
      .poll(async () => JSON.parse((await BINDINGS.SESSIONS.get(`session:${claimsOf(token).sid}`)) ?? '{}').revoked)
      .toBe(true)
    expectRefusal(await app.v1('GET', '/me', { token }), REFUSED.invalidAccessToken)
  })

  it('forgets what limits have counted for the account', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const ip = anyAddress()
    for (let count = 0; count < 5; count += 1) {
      await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip })
      await pinLogin(app, username, '9999', { ip })
    }
    expect((await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip })).status).toBe(429)
    await remove(app, (await app.signIn(email)).access_token)
    expect((await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip })).status).toBe(401)
    expect((await pinLogin(app, username, '9999', { ip })).status).toBe(401)
  })

  it('touches nobody else', async () => {
    const { app, token } = await startSignedIn()
    const other = await app.createAccount({ username: 'other' })
    const { access_token: session } = await app.signIn(other)
    const link = await forget(app, other)
    await ask(app, 'POST', '/register', { email: 'pending@example.com', password: PASSWORD })
    await remove(app, token)
    expect(await isLive(app, session)).toBe(true)
    expect((await ask(app, 'POST', '/reset-password', { token: link, password: NEW_PASSWORD })).status).toBe(200)
    expect(await rows('SELECT email FROM registrations')).toEqual([{ email: 'pending@example.com' }])
    expect(await rows('SELECT username_key FROM username_claims')).toEqual([{ username_key: 'other' }])
  })

  it('answers 401 to a repetition after a lost answer: the account is gone', async () => {
    const { bindings, fault } = breakableBindings()
    const { app, token } = await startSignedIn(bindings)
    fault.store = 'database'
    fault.how = 'loses its answer'
    fault.matches = ({ method, text }) => method === 'batch' && text.includes('DELETE FROM users')
    expectRefusal(await remove(app, token), REFUSED.unavailable)
    fault.store = null
    expectRefusal(await remove(app, token), REFUSED.invalidAccessToken)
    expect(await rows('SELECT 1 FROM users')).toEqual([])
    // What the first answer would have gone on with, the cron does.
    expect(await rows('SELECT 1 FROM erasures')).toHaveLength(1)
    await app.auth.keepHouse()
    expect(await rows('SELECT 1 FROM erasures')).toEqual([])
  })

  it('is done although an object does not answer, and the cron erases what is left there', async () => {
    const { bindings, fault } = breakableBindings()
    const { app, token, userId } = await startSignedIn(bindings)
    fault.store = 'ledger'
    fault.matches = ({ method }) => method === 'erase'
    expect((await remove(app, token)).status).toBe(200)
    expect(await isLive(app, token)).toBe(false)
    expect(await rows('SELECT user_id FROM erasures')).toEqual([{ user_id: userId }])
    await app.auth.keepHouse()
    expect(await rows('SELECT user_id FROM erasures')).toHaveLength(1)
    fault.store = null
    await app.auth.keepHouse()
    expect(await rows('SELECT user_id FROM erasures')).toEqual([])
    expect(await sessionsOf(userId)).toMatchObject([{ ip: '' }])
  })

  it('refuses the wrong password, limited like a sign-in, no password and no token', async () => {
    const { app, token } = await startSignedIn()
    expectRefusal(await remove(app, undefined), REFUSED.unauthorized)
    expectRefusal(await remove(app, token, ''), REFUSED.invalidRequest(['password', 'is required']))
    const ip = anyAddress()
    const guess = (password: string) => app.v1('DELETE', '/me', { body: { password }, token, ip })
    for (let count = 0; count < 5; count += 1) expectRefusal(await guess('not this one'), REFUSED.invalidCredentials)
    expect((await guess(PASSWORD)).status).toBe(429)
    expect(await rows('SELECT 1 FROM users')).toHaveLength(1)
  })

  it('of many at once deletes once, tells once, and nobody that it failed who was in time', async () => {
    const { app, token } = await startSignedIn()
    const replies = await Promise.all([remove(app, token), remove(app, token), remove(app, token)])
    const statuses = replies.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 401, 401])
    expect((await subjectsTo(app, EMAIL)).filter((subject) => subject === 'Your account was deleted')).toHaveLength(1)
  })
})
