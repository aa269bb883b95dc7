import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { SessionLedgerObject } from '../../../src/objects/session-ledger/session-ledger.ts'
import { bindings, DAY, DEVICE, ledgerOf, NOW, newSession, ScriptedKv, settle, standing } from '../../support/session-fixtures.ts'

const GRACE = 60
const TTL = 30 * DAY

function rotation(id: string, counter: number, now: number, changes: object = {}) {
  const device = { ip: 'unknown', userAgent: 'Elsewhere/1.0' }
  return { id, counter, standing: standing(), device, now, graceSeconds: GRACE, ttlSeconds: TTL, ...changes }
}

async function ledgerWithSession(changes: Parameters<typeof newSession>[1] = {}) {
  const userId = crypto.randomUUID()
  const ledger = ledgerOf(userId)
  const session = newSession(userId, changes)
  await ledger.create(session, NOW)
  return { userId, ledger, session, id: session.id }
}

describe('SessionLedger: creating and finding', () => {
  it('finds what was created, with counter 0', async () => {
    const { ledger, session, id } = await ledgerWithSession()
    expect(await ledger.find(id)).toEqual({ ...session, counter: 0, rotatedAt: NOW, lastUsedAt: NOW, revokedAt: null })
  })

  it('creates a session once however often it is asked to, and never revives it', async () => {
    const { ledger, session, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW))
    expect((await ledger.create(session, NOW)).counter).toBe(1)
    await ledger.revoke(id, NOW)
    expect((await ledger.create(session, NOW)).revokedAt).toBe(NOW)
    expect(await ledger.list()).toHaveLength(1)
  })

  it('notes a use, of a session that is open, and never an earlier one', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.noteUse(id, NOW + 100)
    await ledger.noteUse(id, NOW + 50)
    expect(await ledger.find(id)).toMatchObject({ lastUsedAt: NOW + 100, counter: 0 })
    await ledger.revoke(id, NOW + 200)
    await ledger.noteUse(id, NOW + 300)
    expect(await ledger.find(id)).toMatchObject({ lastUsedAt: NOW + 100 })
  })

  it('goes on with any refresh token of the session where those that were replaced are kept', async () => {
    const { ledger, id } = await ledgerWithSession()
    const keep = (counter: number) => ledger.rotate({ ...rotation(id, counter, NOW + 1000), keepsReplaced: true })
    for (const counter of [0, 0, 1, 0]) expect(await keep(counter)).toMatchObject({ outcome: 'advanced' })
    expect(await keep(9)).toEqual({ outcome: 'ended' })
    expect(await ledger.find(id)).toMatchObject({ counter: 4, revokedAt: null })
  })

  it('stores nothing when it is only asked', async () => {
    const userId = crypto.randomUUID()
    const ledger = ledgerOf(userId)
    const { id } = newSession(userId)
    // SQLite's own first page, which is there before anything is asked.
    const untouchedSize = await runInDurableObject(ledgerOf(crypto.randomUUID()), (_, { storage }) => storage.sql.databaseSize)
    expect(await ledger.ping()).toBe('ok')
    expect(await ledger.find(id)).toBeNull()
    expect(await ledger.list()).toEqual([])
    expect(await ledger.rotate(rotation(id, 0, NOW))).toEqual({ outcome: 'ended' })
    expect(await ledger.extend({ id, standing: standing(), now: NOW, ttlSeconds: TTL })).toBeNull()
    expect(await ledger.revoke(id, NOW)).toBe(false)
    expect(await ledger.revokeAll(NOW, 4)).toBe(0)
    await ledger.revokeMethod('pin', NOW)
    await runInDurableObject(ledger, async (instance, { storage }) => {
      await instance.alarm()
      expect(storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
      expect(storage.sql.databaseSize).toBe(untouchedSize)
      expect(await storage.getAlarm()).toBeNull()
    })
  })

  it('never lets a session expire past its absolute end', async () => {
    const { ledger, id } = await ledgerWithSession({ expiresAt: NOW + 99 * DAY, absoluteExpiresAt: NOW + 90 * DAY })
    expect((await ledger.find(id))?.expiresAt).toBe(NOW + 90 * DAY)
  })

  it('revokes the least recently used session to make room for the 101st', async () => {
    const userId = crypto.randomUUID()
    const ledger = ledgerOf(userId)
    const sessions = Array.from({ length: 101 }, (_, index) => newSession(userId, { createdAt: NOW + index }))
    for (const session of sessions.slice(0, 100)) await ledger.create(session, NOW + 100)
    const [first, second, last] = [sessions[0]?.id ?? '', sessions[1]?.id ?? '', sessions[100]?.id ?? '']
    await ledger.rotate(rotation(first, 0, NOW + 200))
    expect((await ledger.list()).filter((session) => session.revokedAt !== null)).toEqual([])

    await ledger.create({ ...newSession(userId), id: last, createdAt: NOW + 300 }, NOW + 300)
    const revoked = (await ledger.list()).filter((session) => session.revokedAt !== null)
    expect(revoked.map((session) => session.id)).toEqual([second])
    await settle()
    expect(await bindings.SESSIONS.get(`session:${second}`)).toContain('"revoked":true')
    expect(await bindings.SESSIONS.get(`session:${first}`)).toContain('"revoked":false')
  })
})

describe('SessionLedger: refresh counters', () => {
  it('advances, and says when the session now expires', async () => {
    const { ledger, id } = await ledgerWithSession()
    const result = await ledger.rotate(rotation(id, 0, NOW + 100))
    expect(result).toMatchObject({
      outcome: 'advanced',
      session: { counter: 1, lastUsedAt: NOW + 100, expiresAt: NOW + 100 + TTL },
    })
  })

  it('advances up to the absolute end and never past it', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW + 29 * DAY))
    await ledger.rotate(rotation(id, 1, NOW + 58 * DAY))
    const last = await ledger.rotate(rotation(id, 2, NOW + 87 * DAY))
    expect(last).toMatchObject({ outcome: 'advanced', session: { expiresAt: NOW + 90 * DAY } })
    expect(await ledger.rotate(rotation(id, 3, NOW + 90 * DAY))).toEqual({ outcome: 'ended' })
  })

  it('gives 30 parallel calls with one token one and the same successor', async () => {
    const { ledger, id } = await ledgerWithSession()
    const results = await Promise.all(Array.from({ length: 30 }, () => ledger.rotate(rotation(id, 0, NOW + 5))))
    const outcomes = results.map((result) => result.outcome).sort()
    expect(outcomes).toEqual(['advanced', ...Array.from({ length: 29 }, () => 'repeated')])
    expect(new Set(results.map((result) => ('session' in result ? result.session.counter : null)))).toEqual(new Set([1]))
    expect((await ledger.find(id))?.counter).toBe(1)
  })

  it('repeats the successor at exactly the grace, without advancing or prolonging anything', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW))
    const before = await ledger.find(id)
    expect(await ledger.rotate(rotation(id, 0, NOW + GRACE))).toEqual({ outcome: 'repeated', session: before })
    expect(await ledger.find(id)).toEqual(before)
  })

  it('does not prolong the grace by repeating', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW))
    for (const age of [20, 40, 60]) await ledger.rotate(rotation(id, 0, NOW + age))
    expect(await ledger.rotate(rotation(id, 0, NOW + GRACE + 1))).toEqual({ outcome: 'reused' })
  })

  it('kills the session when a token comes back one second past the grace, the newest token included', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW))
    expect(await ledger.rotate(rotation(id, 0, NOW + GRACE + 1))).toEqual({ outcome: 'reused' })
    expect(await ledger.find(id)).toMatchObject({ revokedAt: NOW + GRACE + 1 })
    expect(await ledger.rotate(rotation(id, 1, NOW + GRACE + 2))).toEqual({ outcome: 'ended' })
    expect(await ledger.rotate(rotation(id, 0, NOW + GRACE + 2))).toEqual({ outcome: 'ended' })
    await settle()
    expect(await bindings.SESSIONS.get(`session:${id}`)).toContain('"revoked":true')
  })

  it('kills the session when a token two behind comes back at once', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW))
    await ledger.rotate(rotation(id, 1, NOW))
    expect(await ledger.rotate(rotation(id, 0, NOW))).toEqual({ outcome: 'reused' })
    expect(await ledger.rotate(rotation(id, 2, NOW))).toEqual({ outcome: 'ended' })
  })

  it('neither opens nor kills anything when the clock steps back', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW + 1000))
    expect(await ledger.rotate(rotation(id, 0, NOW))).toMatchObject({ outcome: 'repeated', session: { counter: 1 } })
    expect(await ledger.rotate(rotation(id, 1, NOW))).toMatchObject({ outcome: 'advanced', session: { counter: 2 } })
    expect(await ledger.rotate(rotation(id, 3, NOW))).toEqual({ outcome: 'ended' })
  })

  it('ends without killing: a counter never issued, another epoch', async () => {
    const { ledger, id } = await ledgerWithSession()
    expect(await ledger.rotate(rotation(id, 1, NOW))).toEqual({ outcome: 'ended' })
    expect(await ledger.rotate(rotation(id, 0, NOW, { standing: standing(4) }))).toEqual({ outcome: 'ended' })
    expect((await ledger.find(id))?.revokedAt).toBeNull()
    expect(await ledger.rotate(rotation(id, 0, NOW + TTL - 1))).toMatchObject({ outcome: 'advanced' })
  })

  it('ends at the second of the expiry', async () => {
    const { ledger, id } = await ledgerWithSession()
    expect(await ledger.rotate(rotation(id, 0, NOW + TTL))).toEqual({ outcome: 'ended' })
  })

  it('remembers everything across an eviction in mid-flow', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW))
    await evictDurableObject(ledger)
    const again = ledgerOf(userId)
    expect(await again.rotate(rotation(id, 0, NOW + 10))).toMatchObject({ outcome: 'repeated', session: { counter: 1 } })
    expect(await again.rotate(rotation(id, 1, NOW + 10))).toMatchObject({ outcome: 'advanced', session: { counter: 2 } })
    await again.revoke(id, NOW + 11)
    await evictDurableObject(again)
    expect(await ledgerOf(userId).rotate(rotation(id, 2, NOW + 12))).toEqual({ outcome: 'ended' })
  })
})

describe('SessionLedger: extending, revoking, listing, stamping', () => {
  it('extends a live session, never past its absolute end and never to an earlier expiry', async () => {
    const { ledger, id } = await ledgerWithSession()
    const extend = (now: number, ttlSeconds: number, epoch = 3) => ledger.extend({ id, standing: standing(epoch), now, ttlSeconds })
    expect((await extend(NOW + DAY, TTL))?.expiresAt).toBe(NOW + 31 * DAY)
    expect((await extend(NOW + 2 * DAY, 60))?.expiresAt).toBe(NOW + 31 * DAY)
    expect(await extend(NOW + 2 * DAY, 400 * DAY)).toMatchObject({
      expiresAt: NOW + 90 * DAY,
      lastUsedAt: NOW + 2 * DAY,
      counter: 0,
    })
    expect(await extend(NOW, TTL, 4)).toBeNull()
    expect(await extend(NOW + 90 * DAY, TTL)).toBeNull()
    await ledger.revoke(id, NOW)
    expect(await extend(NOW, TTL)).toBeNull()
  })

  it('says of a revocation whether the session was live before', async () => {
    const { ledger, id } = await ledgerWithSession()
    const other = newSession(crypto.randomUUID()).id
    expect(await ledger.revoke(other, NOW)).toBe(false)
    expect(await ledger.revoke(id, NOW + 1)).toBe(true)
    expect(await ledger.revoke(id, NOW + 2)).toBe(false)
    expect((await ledger.find(id))?.revokedAt).toBe(NOW + 1)
  })

  it('revokes an expired session too, but does not call it live', async () => {
    const { ledger, id } = await ledgerWithSession()
    expect(await ledger.revoke(id, NOW + TTL)).toBe(false)
    expect(await ledger.rotate(rotation(id, 0, NOW))).toEqual({ outcome: 'ended' })
  })

  it('tells one of 20 parallel revocations that the session was live', async () => {
    const { ledger, id } = await ledgerWithSession()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ledger.revoke(id, NOW)))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  it('revokes all sessions and counts the live ones', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    await ledger.create(newSession(userId), NOW)
    await ledger.create(newSession(userId, { expiresAt: NOW + 1 }), NOW)
    await ledger.create(newSession(userId), NOW)
    await ledger.revoke(id, NOW)
    expect(await ledger.revokeAll(NOW + 1, 4)).toBe(2)
    expect(await ledger.revokeAll(NOW + 1, 4)).toBe(0)
    expect((await ledger.list()).every((session) => session.revokedAt !== null)).toBe(true)
  })

  it('revokeAll() arriving late leaves a session begun since the epoch was bumped', async () => {
    const { ledger, id, userId } = await ledgerWithSession()
    const later = await ledger.create(newSession(userId, { epoch: 4 }), NOW)
    expect(await ledger.revokeAll(NOW, 4)).toBe(1)
    expect((await ledger.find(id))?.revokedAt).toBe(NOW)
    expect((await ledger.find(later.id))?.revokedAt).toBeNull()
  })

  it('lists newest first, revoked ones included', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    const later = newSession(userId, { createdAt: NOW + 5 })
    const sameSecond = newSession(userId)
    await ledger.create(later, NOW + 5)
    await ledger.create(sameSecond, NOW + 5)
    await ledger.revoke(later.id, NOW + 6)
    expect((await ledger.list()).map((session) => session.id)).toEqual([later.id, sameSecond.id, id])
  })

  it('keeps one session when all others end, whose number goes forward only', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    const other = await ledger.create(newSession(userId), NOW)
    expect(await ledger.revokeAll(NOW, 5, id)).toBe(1)
    expect(await ledger.revokeAll(NOW, 4, id)).toBe(0)
    expect(await ledger.find(id)).toMatchObject({ epoch: 5, revokedAt: null })
    expect(await ledger.find(other.id)).toMatchObject({ epoch: 3, revokedAt: NOW })
    expect(await ledger.rotate(rotation(id, 0, NOW))).toEqual({ outcome: 'ended' })
    expect(await ledger.rotate(rotation(id, 0, NOW, { standing: standing(5) }))).toMatchObject({ outcome: 'advanced' })
    await settle()
    expect(await bindings.SESSIONS.get(`session:${id}`)).toContain('"epoch":5')
    await ledger.revoke(id, NOW)
    await ledger.revokeAll(NOW, 6, id)
    expect(await ledger.find(id)).toMatchObject({ epoch: 5, revokedAt: NOW })
  })

  it('goes on with the session that is kept before it has heard of that', async () => {
    const { ledger, id } = await ledgerWithSession()
    const kept = { standing: standing(9, { keptSessionId: id }) }
    expect(await ledger.rotate(rotation(id, 0, NOW, kept))).toMatchObject({ outcome: 'advanced' })
    expect(await ledger.extend({ id, ...kept, now: NOW, ttlSeconds: TTL })).not.toBeNull()
    expect(await ledger.reauthenticate(id, kept.standing, NOW)).not.toBeNull()
  })

  it('ends the sessions of a method and no others', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    const byPin = await ledger.create(newSession(userId, { amr: ['pin'] }), NOW)
    await ledger.revokeMethod('pin', NOW + 1)
    expect([(await ledger.find(id))?.revokedAt, (await ledger.find(byPin.id))?.revokedAt]).toEqual([null, NOW + 1])
  })
})

describe('SessionLedger: a refresh answer that was lost', () => {
  it('is given again however late to the device that asked, as long as nobody used it', async () => {
    const { ledger, id } = await ledgerWithSession()
    const from = (device: object, now: number, counter = 0) => ledger.rotate(rotation(id, counter, now, { device }))
    expect(await from(DEVICE, NOW)).toMatchObject({ outcome: 'advanced' })
    // Another version of the same program, in the same network.
    const later = { ip: '203.0.113.99', userAgent: 'Test/1.1' }
    expect(await from(later, NOW + 20 * DAY)).toMatchObject({ outcome: 'repeated', session: { counter: 1 } })
    expect(await from(DEVICE, NOW + 20 * DAY, 1)).toMatchObject({ outcome: 'advanced' })
    expect(await from(DEVICE, NOW + 20 * DAY)).toEqual({ outcome: 'reused' })
  })

  it.each([
    ['another network', { ip: '192.0.2.1', userAgent: 'Test/1.0' }],
    ['another program', { ip: '203.0.113.7', userAgent: 'curl/8' }],
    ['nobody knows where', { ip: 'unknown', userAgent: 'Test/1.0' }],
  ])('is reuse from %s', async (_, device) => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW, { device: DEVICE }))
    expect(await ledger.rotate(rotation(id, 0, NOW + GRACE + 1, { device }))).toEqual({ outcome: 'reused' })
  })

  it('goes by where the refresh came from, not the sign-in', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.rotate(rotation(id, 0, NOW, { device: { ip: '192.0.2.1', userAgent: 'Test/1.0' } }))
    expect(await ledger.rotate(rotation(id, 0, NOW + GRACE + 1, { device: DEVICE }))).toEqual({ outcome: 'reused' })
  })

  it('costs one row, and no alarm', async () => {
    const { ledger, id } = await ledgerWithSession()
    await settle()
    await runInDurableObject(ledger, async (instance, { storage }) => {
      const exec = storage.sql.exec.bind(storage.sql)
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
      storage.sql.exec = ((...args: Parameters<typeof exec>) => {
        const cursor = exec(...args)
        cursors.push(cursor)
        return cursor
      }) as typeof exec
      const alarm = await storage.getAlarm()
      instance.rotate(rotation(id, 0, NOW))
      expect(cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)).toBe(1)
      expect(await storage.getAlarm()).toBe(alarm)
    })
  })
})

describe('a ledger made by the version before', () => {
  it('gets the columns it lacks, and knows its sessions', async () => {
    const userId = crypto.randomUUID()
    const ledger = ledgerOf(userId)
    const { id } = newSession(userId)
    await runInDurableObject(ledger, (_, { storage }) => {
      storage.sql.exec(`CREATE TABLE sessions (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        absolute_expires_at INTEGER NOT NULL, epoch INTEGER NOT NULL, auth_time INTEGER NOT NULL, ip TEXT NOT NULL, user_agent TEXT NOT NULL,
        amr TEXT NOT NULL, description TEXT NOT NULL, counter INTEGER NOT NULL, rotated_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL,
        revoked_at INTEGER)`)
      storage.sql.exec(`CREATE TABLE copies_owed (id TEXT PRIMARY KEY, version INTEGER NOT NULL, writes INTEGER NOT NULL,
        fresh INTEGER NOT NULL, failures INTEGER NOT NULL, due_at INTEGER NOT NULL)`)
      const values = [id, NOW, NOW + DAY, NOW + DAY, 3, NOW, '203.0.113.7', 'Test/1.0', '["pwd"]', 'Login', 1, NOW, NOW, null]
      storage.sql.exec(`INSERT INTO sessions VALUES (${values.map(() => '?').join()})`, ...values)
    })
    expect(await ledger.find(id)).toMatchObject({ id, counter: 1, credential: '' })
    // Where the refresh before came from was not noted, so nothing is a retry after the grace.
    expect(await ledger.rotate(rotation(id, 1, NOW + 5, { device: DEVICE }))).toMatchObject({ outcome: 'advanced' })
    expect(await ledger.rotate(rotation(id, 1, NOW + 500, { device: DEVICE }))).toMatchObject({ outcome: 'repeated' })
    expect((await ledger.create(newSession(userId), NOW + 600)).counter).toBe(0)
  })
})

describe('a ledger whose tables have row ids', () => {
  async function withRowIds(userId: string, ids: readonly string[]) {
    const ledger = ledgerOf(userId)
    await runInDurableObject(ledger, (_, { storage }) => {
      storage.sql.exec(`CREATE TABLE sessions (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        absolute_expires_at INTEGER NOT NULL, epoch INTEGER NOT NULL, auth_time INTEGER NOT NULL, ip TEXT NOT NULL, user_agent TEXT NOT NULL,
        amr TEXT NOT NULL, description TEXT NOT NULL, counter INTEGER NOT NULL, rotated_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL,
        revoked_at INTEGER, credential TEXT NOT NULL DEFAULT '', rotated_ip TEXT, rotated_user_agent TEXT)`)
      storage.sql.exec(`CREATE TABLE copies_owed (id TEXT PRIMARY KEY, version INTEGER NOT NULL, writes INTEGER NOT NULL,
        fresh INTEGER NOT NULL, failures INTEGER NOT NULL, due_at INTEGER NOT NULL)`)
      for (const id of ids) {
        const values = [id, NOW, NOW + DAY, NOW + DAY, 3, NOW, '203.0.113.7', 'Test/1.0', '["pwd"]', 'Login', 1, NOW, NOW, null]
        storage.sql.exec(
          `INSERT INTO sessions VALUES (${values.map(() => '?').join()}, 'pin', '192.0.2.1', 'Before/1.0')`,
          ...values,
        )
        storage.sql.exec('INSERT INTO copies_owed VALUES (?, 7, 2, 0, 1, ?)', id, NOW + DAY)
      }
    })
    return ledger
  }

  const ordered = (userId: string) => ['c', 'a', 'b'].map((last) => newSession(userId, {}).id.slice(0, -1) + last)

  it('lists, refreshes and revokes as before', async () => {
    const userId = crypto.randomUUID()
    const [first = '', second = '', third = ''] = ordered(userId)
    const ledger = await withRowIds(userId, [first, second, third])
    expect((await ledger.list()).map(({ id }) => id)).toEqual([third, second, first])
    expect(await ledger.rotate(rotation(first, 1, NOW + 5))).toMatchObject({ outcome: 'advanced' })
    expect(await ledger.revoke(second, NOW + 5)).toBe(true)
  })

  it('is written anew without them at the next sign-in, and loses nothing', async () => {
    const userId = crypto.randomUUID()
    const ids = ordered(userId)
    const ledger = await withRowIds(userId, ids)
    const before = await ledger.list()
    const added = newSession(userId)
    await ledger.create(added, NOW)
    expect((await ledger.list()).slice(1)).toEqual(before)
    await runInDurableObject(ledger, (_, { storage }) => {
      const tables = storage.sql.exec<{ sql: string }>(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      expect(tables.toArray().filter(({ sql }) => !sql.endsWith('WITHOUT ROWID'))).toEqual([])
      const owed = storage.sql.exec('SELECT version, writes, failures FROM copies_owed WHERE id = ?', ids[0]).one()
      expect(owed).toEqual({ version: 7, writes: 2, failures: 1 })
      // What the version before says after a roll-back.
      const rows = storage.sql.exec<{ id: string }>('SELECT id FROM sessions ORDER BY created_at DESC, rowid DESC').toArray()
      expect(rows.map(({ id }) => id)).toEqual([added.id, ...before.map(({ id }) => id)])
      const columns =
        'id, created_at, expires_at, absolute_expires_at, epoch, auth_time, ip, user_agent, amr, description, counter, rotated_at, last_used_at, credential'
      storage.sql.exec(`INSERT INTO sessions (${columns}) SELECT 'later', ${columns.slice(4)} FROM sessions WHERE id = ?`, added.id)
    })
    await ledger.create(newSession(userId), NOW + 1)
    expect(await ledger.list()).toHaveLength(6)
  })
})

describe('SessionLedger: the end of life', () => {
  /** Another instance on the same storage, whose clock says `now`: years pass without waiting. */
  async function atTime(
    ledger: ReturnType<typeof ledgerOf>,
    now: number,
    act: (later: SessionLedgerObject, state: DurableObjectState) => Promise<void>,
  ) {
    await runInDurableObject(ledger, (_, state) =>
      act(new SessionLedgerObject(state, {}, { copies: new ScriptedKv(), clock: () => now }), state),
    )
  }

  it('forgets a session at its absolute end, and then the whole ledger', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    const younger = newSession(userId, { absoluteExpiresAt: NOW + 120 * DAY })
    await ledger.create(younger, NOW)
    await settle()
    await atTime(ledger, NOW + 90 * DAY - 1, async (later, { storage }) => {
      await later.alarm()
      expect(later.list()).toHaveLength(2)
      expect(await storage.getAlarm()).not.toBeNull()
    })
    await atTime(ledger, NOW + 90 * DAY, async (later, { storage }) => {
      await later.alarm()
      expect(later.find(id)).toBeNull()
      expect(later.find(younger.id)).not.toBeNull()
      const wait = ((await storage.getAlarm()) ?? 0) - Date.now()
      expect(Math.abs(wait - 30 * DAY * 1000)).toBeLessThan(5000)
    })
    await atTime(ledger, NOW + 120 * DAY, async (later, { storage }) => {
      await storage.deleteAlarm()
      await later.alarm()
      expect(storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
      expect(await storage.getAlarm()).toBeNull()
      expect(later.list()).toEqual([])
      later.create(newSession(userId, { absoluteExpiresAt: NOW + 200 * DAY }), NOW + 120 * DAY)
      expect(later.list()).toHaveLength(1)
    })
  })

  it('still lists a revoked session until it would have expired', async () => {
    const { ledger, id } = await ledgerWithSession()
    await ledger.revoke(id, NOW)
    await atTime(ledger, NOW + TTL - 200, async (later) => later.alarm())
    await atTime(ledger, NOW + TTL - 1, async (later) => {
      await later.alarm()
      expect(later.list()).toHaveLength(1)
    })
    await atTime(ledger, NOW + TTL, async (later) => {
      await later.alarm()
      expect(later.list()).toEqual([])
    })
  })

  it('remembers no more than the latest 1000 revoked sessions', async () => {
    const { userId, ledger, id } = await ledgerWithSession()
    await atTime(ledger, NOW, async (later) => {
      for (let index = 0; index < 1005; index += 1) {
        const { id: ended } = later.create(newSession(userId), NOW + index)
        later.revoke(ended, NOW + index)
      }
      await later.alarm()
    })
    await atTime(ledger, NOW + 3600, async (later) => {
      await later.alarm()
      const sessions = later.list()
      expect(sessions).toHaveLength(1001)
      expect(sessions.find((session) => session.id === id)?.revokedAt).toBeNull()
      expect(Math.min(...sessions.map((session) => session.revokedAt ?? NOW + 9999))).toBe(NOW + 5)
    })
  })

  it('runs its alarm through the platform without harm while nothing is due', async () => {
    const { ledger, id } = await ledgerWithSession()
    await settle()
    expect(await runDurableObjectAlarm(ledger)).toBe(true)
    expect(await ledger.find(id)).not.toBeNull()
    expect(await runInDurableObject(ledger, (_, { storage }) => storage.getAlarm())).not.toBeNull()
  })
})
