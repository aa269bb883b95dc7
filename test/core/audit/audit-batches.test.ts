// An event and the change it tells of are one batch: D1 has both or neither. What no change in D1 goes with neither waits for
// the record nor fails with it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { ask, askToMove, forget, move, NEW_PASSWORD } from '../../support/account-fixtures.ts'
import { act, actsOf, forgetEvents } from '../../support/audit-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, PIN } from '../../support/http/cookie-browser.ts'

/** What SQLite itself refuses for a while: the statement fails in the middle of its batch. */
async function refuse(on: string) {
  await rows(`CREATE TRIGGER refused BEFORE ${on} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`)
}
const allow = () => rows('DROP TRIGGER IF EXISTS refused')

/** Everything a change can change but when mail was tried and events. */
async function snapshot(): Promise<string> {
  const tables = ['users', 'registrations', 'username_claims', 'one_time_tokens', 'erasures', 'signing_keys']
  const contents = await Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)))
  return JSON.stringify([contents, await rows('SELECT id, recipient FROM outbox')])
}

type Prepared = readonly [method: string, path: string, body?: unknown, token?: string]

const EMAIL = 'ada@example.com'
const session = async (app: TestApp) => {
  await app.createAccount({ email: EMAIL, username: 'ada' })
  return (await app.signIn(EMAIL)).access_token
}

/** Each names the statement that is the change itself, and prepares one request whose act is a batch. */
const CHANGES: readonly (readonly [what: string, change: string, prepare: (app: TestApp) => Promise<Prepared>])[] = [
  [
    'registered',
    'INSERT ON registrations',
    async () => ['POST', '/register', { email: EMAIL, password: PASSWORD, username: 'ada' }],
  ],
  [
    'email_verified',
    'INSERT ON users',
    async (app) => {
      await ask(app, 'POST', '/register', { email: EMAIL, password: PASSWORD, username: 'ada' })
      return ['GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`]
    },
  ],
  [
    'password_changed',
    'UPDATE ON users',
    async (app) => ['POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD }, await session(app)],
  ],
  [
    'email_change_requested',
    'INSERT ON one_time_tokens',
    async (app) => ['POST', '/change-email', { email: 'new@example.com', password: PASSWORD }, await session(app)],
  ],
  [
    'email_changed',
    'UPDATE ON users',
    async (app) => ['POST', '/confirm-email-change', { token: await askToMove(app, await session(app), 'new@example.com') }],
  ],
  [
    'email_change_undone',
    'UPDATE ON users',
    async (app) => ['POST', '/undo-email-change', { token: await move(app, await session(app), EMAIL, 'new@example.com') }],
  ],
  [
    'password_reset',
    'UPDATE ON users',
    async (app) => {
      await session(app)
      return ['POST', '/reset-password', { token: await forget(app, EMAIL), password: NEW_PASSWORD }]
    },
  ],
  [
    'profile_changed',
    'UPDATE ON users',
    async (app) => ['PATCH', '/me', { first_name: 'Ada', username: 'lovelace' }, await session(app)],
  ],
  ['pin_set', 'UPDATE ON users', async (app) => ['PUT', '/pin', { pin: PIN, current_password: PASSWORD }, await session(app)]],
  [
    'pin_removed',
    'UPDATE ON users',
    async (app) => {
      const { email } = await createPinAccount(app)
      return ['DELETE', '/pin', undefined, (await app.signIn(email)).access_token]
    },
  ],
  ['all_sessions_revoked', 'UPDATE ON users', async (app) => ['POST', '/revoke-all', undefined, await session(app)]],
  ['account_deleted', 'DELETE ON users', async (app) => ['DELETE', '/me', { password: PASSWORD }, await session(app)]],
]

afterEach(allow)

describe.each(CHANGES)('%s', (what, change, prepare) => {
  let app: TestApp
  let prepared: Prepared
  const perform = () => {
    const [method, path, body, token] = prepared
    return act(app, method, path, { body, ...(token !== undefined && { token }) })
  }

  beforeEach(async () => {
    app = await startApp()
    prepared = await prepare(app)
    await forgetEvents(app)
  })

  it('is not done when it cannot be recorded, is done once it can, and is recorded once', async () => {
    const before = await snapshot()
    await refuse('INSERT ON audit_events')
    expect((await perform()).status).toBe(503)
    await app.settle()
    expect([await snapshot(), await actsOf(app)]).toEqual([before, []])
    expect(app.log.filter(({ event }) => event === 'audit')).toEqual([])
    await allow()
    expect((await perform()).status).toBeLessThan(300)
    expect(await snapshot()).not.toBe(before)
    expect(await actsOf(app)).toEqual([what])
  })

  it('is not recorded when it is not done', async () => {
    await refuse(change)
    expect((await perform()).status).toBe(503)
    expect(await actsOf(app)).toEqual([])
    await allow()
    expect((await perform()).status).toBeLessThan(300)
    expect(await actsOf(app)).toEqual([what])
  })
})

describe('a batch whose answer is lost', () => {
  it('is told as an outage, and its event is there as its change is', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const token = await session(app)
    await forgetEvents(app)
    Object.assign(fault, {
      store: 'database',
      how: 'loses its answer',
      matches: ({ text }: { text: string }) => text.includes('INSERT INTO audit_events'),
    })
    expect((await act(app, 'POST', '/revoke-all', { token })).status).toBe(503)
    fault.store = null
    expect(await actsOf(app)).toEqual(['all_sessions_revoked'])
    expect(await rows('SELECT session_epoch FROM users')).toEqual([{ session_epoch: app.clock.now }])
  })
})

describe('what no change in D1 goes with', () => {
  it.each(['fails', 'is slow'] as const)(
    'is answered as ever while the record %s, and the log says what is missing',
    async (how) => {
      const { bindings, fault } = breakableBindings()
      const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '100' } })
      const token = await session(app)
      await forgetEvents(app)
      Object.assign(fault, {
        store: 'database',
        how,
        matches: ({ text }: { text: string }) => text.includes('INSERT INTO audit_events'),
      })
      expect((await act(app, 'POST', '/login', { body: { email: EMAIL, password: PASSWORD } })).status).toBe(200)
      expect((await act(app, 'POST', '/login', { body: { email: EMAIL, password: 'wrong' } })).status).toBe(401)
      expect((await act(app, 'POST', '/reauthenticate', { body: { password: PASSWORD }, token })).status).toBe(200)
      expect((await act(app, 'POST', '/logout', { token })).status).toBe(200)
      expect(await actsOf(app)).toEqual([])
      const told = app.log.filter(({ event }) => event === 'audit').map(({ fields }) => fields.id)
      const missing = app.log.filter(({ event }) => event === 'audit event not stored').map(({ fields }) => fields.id)
      expect([told.length, missing]).toEqual([4, told])
    },
  )

  it('is not recorded about an account that is gone by then', async () => {
    const app = await startApp()
    const token = await session(app)
    await app.settle()
    await rows('DELETE FROM users')
    await forgetEvents(app)
    expect((await act(app, 'POST', '/logout', { token })).status).toBe(200)
    expect(await actsOf(app)).toEqual([])
  })
})
