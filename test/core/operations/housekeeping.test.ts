import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { countRows, DAY, rows } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

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

  it('ends requests of a version before, for which there is nothing left to do', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { now } = app.clock
    await BINDINGS.DB.prepare(`INSERT INTO mail_requests (id, purpose, email, ip, user_agent, face, created_at, next_attempt_at)
      VALUES ('a', 'password_set', ?, 'unknown', '', 'cli', ?, ?)`)
      .bind(email, now, now)
      .run()
    await app.auth.keepHouse()
    expect(await rows('SELECT 1 FROM mail_requests')).toEqual([])
  })

  it('drops the lines of an import that was broken off, after a day', async () => {
    const app = await startApp()
    const { now } = app.clock
    await BINDINGS.DB.exec(
      `INSERT INTO import_lines (import_id, line, source_id, user_id, email, account, created_at) VALUES ('i', 1, 's', 'u', 'e', '{}', ${now})`,
    )
    app.clock.advance(DAY)
    await app.auth.keepHouse()
    expect(await countRows('import_lines')).toBe(1)
    app.clock.advance(1)
    await app.auth.keepHouse()
    expect(await countRows('import_lines')).toBe(0)
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

  it('deletes events when the record has kept them for as long as it is told, and not before', async () => {
    const app = await startApp({ vars: { AUDIT_RETENTION_DAYS: '30' }, now: 1_800_000_000 })
    const ageOf = (seconds: number) => 1_800_000_000 - 30 * DAY + seconds
    await BINDINGS.DB.batch(
      [ageOf(-1), ageOf(0), ageOf(1)].map((at) =>
        BINDINGS.DB.prepare(
          "INSERT INTO audit_events (id, at, what, outcome, actor, face) VALUES (?, ?, 'sign_in', 'success', 'user', 'v1')",
        ).bind(String(at), at),
      ),
    )
    const left = async () => (await rows<{ at: number }>("SELECT at FROM audit_events WHERE what = 'sign_in'")).map(({ at }) => at)
    await app.auth.keepHouse()
    expect(await left()).toEqual([ageOf(0), ageOf(1)])
    app.clock.advance(1)
    await app.auth.keepHouse()
    expect(await left()).toEqual([ageOf(1)])
  })

  it('takes five runs for 10,000 events that are too old, the oldest first, and never uses a number twice', async () => {
    const app = await startApp()
    await BINDINGS.DB.prepare(`INSERT INTO audit_events (id, at, what, outcome, actor, face)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      SELECT i, i, 'signed_out', 'success', 'user', 'v1' FROM n`).run()
    for (const left of [8000, 6000, 4000, 2000, 0, 0]) {
      await app.auth.keepHouse()
      const [found] = await rows("SELECT count(*) AS n, min(at) AS oldest FROM audit_events WHERE what = 'signed_out'")
      expect(found).toEqual({ n: left, oldest: left === 0 ? null : 10_001 - left })
    }
    await BINDINGS.DB.prepare("INSERT INTO audit_events (id, at, what, outcome, actor, face) VALUES ('', 0, '', '', '', '')").run()
    expect(await rows("SELECT seq FROM audit_events WHERE id = ''")).toEqual([{ seq: expect.toSatisfy((seq) => seq > 10_000) }])
  })

  it('takes what is known of a registration that came to nothing along with it', async () => {
    const app = await startApp()
    await register(app, 'pending@example.com')
    await app.createAccount()
    const known = async () => (await rows("SELECT user_id FROM audit_events WHERE what = 'registered'")).length
    expect(await known()).toBe(2)
    app.clock.advance(DAY)
    await app.auth.keepHouse()
    expect(await known()).toBe(1)
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
    ['deliver mail', 'attempts = attempts + 1'],
    ['expire mail', 'UPDATE outbox SET sealed_mail'],
    ['rotate signing keys', 'signing_keys'],
    ['purge registrations', 'DELETE FROM registrations'],
    ['purge outbox', 'DELETE FROM outbox'],
    ['purge audit', 'DELETE FROM audit_events WHERE seq'],
  ])('goes on with the rest and says so when it cannot %s', async (task, statement) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    await BINDINGS.DB.prepare(
      "INSERT INTO audit_events (id, at, what, outcome, actor, face) VALUES ('old', 0, 'sign_in', 'success', 'user', 'v1')",
    ).run()
    await register(app, 'pending@example.com', 'pending')
    await app.signIn(await app.createAccount())
    await app.settle()
    app.clock.advance(31 * DAY)
    Object.assign(fault, { store: 'database', matches: ({ text }: { text: string }) => text.includes(statement) })
    await app.auth.keepHouse()
    const failed = app.log.filter(({ event }) => event === 'housekeeping failed')
    expect(failed).toMatchObject([{ level: 'error', fields: { task } }])
    const left = await counts()
    const keys = (await rows('SELECT kid FROM signing_keys')).length
    const oldEvents = (await rows("SELECT id FROM audit_events WHERE id = 'old'")).length
    expect({ ...left, keys, oldEvents }).toEqual({
      registrations: task === 'purge registrations' ? 1 : 0,
      one_time_tokens: task === 'purge registrations' ? 2 : 0,
      username_claims: task === 'purge registrations' ? 1 : 0,
      outbox: task === 'purge outbox' ? 2 : 0,
      users: 1,
      keys: task === 'rotate signing keys' ? 1 : 2,
      oldEvents: task === 'purge audit' ? 1 : 0,
    })
  })
})
