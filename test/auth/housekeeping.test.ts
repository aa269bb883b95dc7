import { describe, expect, it } from 'vitest'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../support/harness.ts'
import { countRows, DAY, rows } from './fixtures.ts'
import { breakableBindings } from './intercepted-bindings.ts'

function register(app: TestApp, email: string, username?: string) {
  return app.v1('POST', '/register', { body: { email, password: PASSWORD, username }, ip: anyAddress() })
}

async function counts() {
  const tables = ['registrations', 'one_time_tokens', 'username_claims', 'outbox', 'users'] as const
  return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await countRows(table)] as const)))
}

describe('housekeeping', () => {
  it('deletes registrations, tokens and pending claims when their day is over, and not before', async () => {
    const app = await startApp()
    await register(app, 'pending@example.com', 'pending')
    app.clock.advance(DAY - 1)
    await app.auth.keepHouse()
    expect(await counts()).toMatchObject({ registrations: 1, one_time_tokens: 1, username_claims: 1 })
    app.clock.advance(1)
    await app.auth.keepHouse()
    expect(await counts()).toMatchObject({ registrations: 0, one_time_tokens: 0, username_claims: 0 })
  })

  it('keeps accounts and their usernames, and spent tokens to the end of their life', async () => {
    const app = await startApp()
    await app.createAccount({ email: 'ada@example.com', username: 'ada' })
    await app.auth.keepHouse()
    expect(await counts()).toMatchObject({ one_time_tokens: 1 })
    app.clock.advance(400 * DAY)
    await app.auth.keepHouse()
    expect(await counts()).toMatchObject({ one_time_tokens: 0, username_claims: 1, users: 1 })
    expect((await app.signIn('ada@example.com')).user).toMatchObject({ username: 'ada' })
  })

  it('deletes mail rows two days old, when no cap counts them any more', async () => {
    const app = await startApp()
    await register(app, 'ada@example.com')
    await app.settle()
    app.clock.advance(2 * DAY)
    await app.auth.keepHouse()
    expect(await countRows('outbox')).toBe(1)
    app.clock.advance(1)
    await app.auth.keepHouse()
    expect(await countRows('outbox')).toBe(0)
  })

  it('does at most 500 rows of each kind a run, so that a run stays short', async () => {
    const app = await startApp()
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)'
    await BINDINGS.DB.batch([
      BINDINGS.DB.prepare(`INSERT INTO registrations (id, email, password_hash, ip, user_agent, created_at, expires_at)
        ${numbers} SELECT 'r' || i, 'e' || i, '', '', '', 0, 1 FROM n`),
      BINDINGS.DB.prepare(`INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
        ${numbers} SELECT 't' || i, '', '', '', 0, 1 FROM n`),
      BINDINGS.DB.prepare(`INSERT INTO username_claims (username_key, email, expires_at) ${numbers} SELECT 'u' || i, '', 1 FROM n`),
      BINDINGS.DB.prepare(`INSERT INTO outbox (id, recipient, purpose, requester_ip, created_at, next_attempt_at, sent_at)
        ${numbers} SELECT 'o' || i, '', '', '', 0, 0, 1 FROM n`),
    ])
    for (const left of [700, 200, 0, 0]) {
      await app.auth.keepHouse()
      expect(await counts()).toMatchObject({ registrations: left, one_time_tokens: left, username_claims: left, outbox: left })
    }
  })

  it('sends all mail that has waited, although a batch is ten', async () => {
    const sent: string[] = []
    const mail = {
      keepsMail: false,
      isUp: false,
      async send({ to }: { to: string }) {
        if (!mail.isUp) throw new Error('down')
        sent.push(to)
      },
    }
    const app = await startApp({ mail })
    const recipients = Array.from({ length: 13 }, (_, index) => `user-${10 + index}@example.com`)
    for (const recipient of recipients) await register(app, recipient)
    await app.settle()
    mail.isUp = true
    app.clock.advance(75)
    await app.auth.keepHouse()
    expect(sent.toSorted()).toEqual(recipients)
  })

  it('deals with 200 mails a run at most', async () => {
    const app = await startApp()
    await BINDINGS.DB.prepare(`INSERT INTO outbox (id, recipient, purpose, requester_ip, sealed_mail, created_at, next_attempt_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 215) SELECT i, '', '', '', 'x', ?, 0 FROM n`)
      .bind(app.clock.now)
      .run()
    for (const left of [15, 0]) {
      await app.auth.keepHouse()
      expect(await rows('SELECT id FROM outbox WHERE sealed_mail IS NOT NULL')).toHaveLength(left)
    }
  })

  it.each([
    ['deliver mail', 'set "attempts"'],
    ['expire mail', 'set "sealed_mail"'],
    ['rotate signing keys', 'signing_keys'],
    ['purge registrations', 'delete from "registrations"'],
    ['purge outbox', 'delete from "outbox"'],
  ])('goes on with the rest and says so when it cannot %s', async (task, statement) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    await register(app, 'pending@example.com', 'pending')
    await app.signIn(await app.createAccount())
    await app.settle()
    app.clock.advance(31 * DAY)
    Object.assign(fault, { store: 'database', matches: ({ text }: { text: string }) => text.includes(statement) })
    await app.auth.keepHouse()
    const failed = app.log.filter(({ event }) => event === 'housekeeping failed')
    expect(failed).toMatchObject([{ level: 'error', fields: { task } }])
    const left = await counts()
    expect({ ...left, keys: (await rows('SELECT kid FROM signing_keys')).length }).toEqual({
      registrations: task === 'purge registrations' ? 1 : 0,
      one_time_tokens: task === 'purge registrations' ? 2 : 0,
      username_claims: task === 'purge registrations' ? 1 : 0,
      outbox: task === 'purge outbox' ? 2 : 0,
      users: 1,
      keys: task === 'rotate signing keys' ? 1 : 2,
    })
  })
})
