import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { appendEvent, createAuditEvents, recordedUser } from '../../../src/stores/audit/audit-events.ts'
import { BINDINGS } from '../../support/harness.ts'
import { emptyDatabase, HOUR, NOW, newEvent } from '../../support/store-fixtures.ts'

/** A store with the user `ada`. */
async function setUp() {
  const database = await emptyDatabase()
  await database.transact([
    sql`INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES ('ada', 'ada@example.com', '', 1, 1)`,
  ])
  const events = createAuditEvents(database)
  const ids = async (before: number | null = null, limit = 100) =>
    (await events.listForUser('ada', before, limit)).map(({ id }) => id)
  return { database, events, ids }
}

describe('an event', () => {
  it('is kept whole, and has its place in the record', async () => {
    const { events } = await setUp()
    const event = newEvent({ reason: 'why', sessionId: 'session', actor: 'admin:grace', outcome: 'refused' })
    await events.add(event)
    expect(await events.listForUser('ada', null, 1)).toEqual([{ ...event, seq: 1 }])
  })

  it('about nobody, or somebody who is gone, is not kept', async () => {
    const { events } = await setUp()
    await events.add(newEvent({ userId: null }))
    await events.add(newEvent({ userId: 'eve' }))
    expect(await BINDINGS.DB.prepare('SELECT * FROM audit_events').all()).toMatchObject({ results: [] })
  })

  it('in a batch says whose it was, and nothing where its condition does not hold', async () => {
    const { database, ids } = await setUp()
    const results = await database.transact([
      appendEvent(newEvent({ id: 'a' }), sql`TRUE`),
      appendEvent(newEvent({ id: 'b' }), sql`FALSE`),
      appendEvent(newEvent({ id: 'c', userId: null }), sql`TRUE`, sql`(SELECT id FROM users)`),
    ])
    expect(results.map(recordedUser)).toEqual(['ada', null, 'ada'])
    expect(await ids()).toEqual(['c', 'a'])
  })

  it('that is the 51st alike within an hour is not kept, and any other is', async () => {
    const { events, ids } = await setUp()
    const add = (id: string, changes = {}) => events.add(newEvent({ id, outcome: 'failure', ...changes }))
    for (let index = 0; index < 50; index += 1) await add(`first ${index}`)
    await add('too many', { at: NOW + HOUR - 1 })
    expect((await ids())[0]).toBe('first 49')
    await add('another outcome', { outcome: 'refused' })
    await add('after another', {})
    await add('another act', { what: 'password_check' })
    await add('another actor', { actor: 'operator' })
    await add('another address', { ip: '203.0.113.9' })
    await add('another program', { userAgent: 'Else/1.0' })
    expect((await ids()).slice(0, 6)).toEqual([
      'another program',
      'another address',
      'another actor',
      'another act',
      'another outcome',
      'first 49',
    ])
  })

  it('that comes when the others are an hour old is kept', async () => {
    const { events, ids } = await setUp()
    for (let index = 0; index < 50; index += 1) await events.add(newEvent({ outcome: 'failure' }))
    await events.add(newEvent({ id: 'later', outcome: 'failure', at: NOW + HOUR }))
    expect((await ids())[0]).toBe('later')
  })
})

describe('the record', () => {
  it('is listed newest first, from a place on', async () => {
    const { events, ids } = await setUp()
    for (const id of ['a', 'b', 'c', 'd']) await events.add(newEvent({ id, at: id === 'c' ? 1 : NOW }))
    expect(await ids()).toEqual(['d', 'c', 'b', 'a'])
    expect(await ids(3, 1)).toEqual(['b'])
    expect(await ids(1)).toEqual([])
  })

  it('loses what is older than asked, so much at a time', async () => {
    const { events, ids } = await setUp()
    for (const age of [3, 2, 1]) await events.add(newEvent({ id: String(age), at: NOW - age }))
    await events.purge(NOW - 1, 1)
    expect(await ids()).toEqual(['1', '2'])
    await events.purge(NOW - 1, 10)
    expect(await ids()).toEqual(['1'])
  })

  it('finds a user’s events and what is too old by index', async () => {
    await setUp()
    const plan = async (query: string) =>
      (await BINDINGS.DB.prepare(`EXPLAIN QUERY PLAN ${query}`).all<{ detail: string }>()).results
        .map(({ detail }) => detail)
        .join()
    const page = await plan("SELECT * FROM audit_events WHERE user_id = 'ada' AND seq < 9 ORDER BY seq DESC LIMIT 3")
    expect(page).toContain('audit_events_by_user')
    expect(page).not.toContain('TEMP B-TREE')
    expect(await plan('SELECT seq FROM audit_events WHERE at < 9 LIMIT 3')).toContain('audit_events_by_age')
  })
})
