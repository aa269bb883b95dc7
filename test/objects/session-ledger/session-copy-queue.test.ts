import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { SessionLedgerObject } from '../../../src/objects/session-ledger/session-ledger.ts'
import type { Log } from '../../../src/platform/runtime/log.ts'
import { bindings, DEVICE, ledgerOf, NOW, newSession, ScriptedKv, settle, standing } from '../../support/session-fixtures.ts'

afterEach(() => vi.useRealTimers())

interface Scene {
  /** A ledger on real storage, whose KV and clock are the test's. */
  readonly ledger: SessionLedgerObject
  readonly kv: ScriptedKv
  readonly userId: string
  readonly storage: DurableObjectStorage
  readonly log: ReturnType<typeof vi.fn<Log>>
  readonly clock: { now: number }
  /** Another instance on the same storage, as after an eviction. */
  readonly restart: () => SessionLedgerObject
}

async function withLedger(act: (scene: Scene) => Promise<void>): Promise<void> {
  const userId = crypto.randomUUID()
  await runInDurableObject(ledgerOf(userId), async (_, state) => {
    const kv = new ScriptedKv()
    const log = vi.fn<Log>()
    const clock = { now: NOW }
    const restart = () => new SessionLedgerObject(state, {}, { copies: kv, clock: () => clock.now, log })
    await act({ ledger: restart(), kv, userId, storage: state.storage, log, clock, restart })
    // The real instance behind must find nothing to do with the real KV.
    await state.storage.deleteAlarm()
  })
}

async function secondsToAlarm(storage: DurableObjectStorage): Promise<number> {
  return Math.round(((await storage.getAlarm()) ?? Number.NaN) / 1000 - Date.now() / 1000)
}

function owed(storage: DurableObjectStorage) {
  return storage.sql.exec('SELECT id FROM copies_owed').toArray().length
}

/** A promise that is settled from outside. */
function gate() {
  return Promise.withResolvers<void>()
}

describe('copies in KV', () => {
  it('are written once for a new session, and a refresh, repeat or extension writes nothing', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock }) => {
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      expect(kv.puts).toEqual([
        { key: `session:${session.id}`, revoked: false, epoch: 3, expiration: session.absoluteExpiresAt + 120 },
      ])
      expect(owed(storage)).toBe(0)
      const claim = { id: session.id, standing: standing(), device: DEVICE, now: NOW, graceSeconds: 60, ttlSeconds: 600 }
      ledger.rotate({ ...claim, counter: 0 })
      ledger.rotate({ ...claim, counter: 0 })
      ledger.extend(claim)
      clock.now += 3600
      await ledger.alarm()
      expect(kv.puts).toHaveLength(1)
    }))

  it('are not awaited by any answer, however slow KV is', () =>
    withLedger(async ({ ledger, kv, userId }) => {
      kv.answer = () => new Promise(() => {})
      const session = newSession(userId)
      expect(ledger.create(session, NOW).id).toBe(session.id)
      await settle()
      expect(ledger.revoke(session.id, NOW)).toBe(true)
      expect(ledger.find(session.id)?.revokedAt).toBe(NOW)
      expect(kv.puts).toHaveLength(1)
    }))

  it('set the alarm in the transaction that owes them, before KV is asked', () =>
    withLedger(async ({ ledger, userId, storage }) => {
      ledger.create(newSession(userId), NOW)
      expect(owed(storage)).toBe(1)
      expect(await secondsToAlarm(storage)).toBe(15)
    }))

  it('are written by the alarm when the object died before it could', () =>
    withLedger(async ({ ledger, kv, userId, clock, restart, storage }) => {
      kv.answer = () => new Promise(() => {})
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      kv.answer = async () => {}
      clock.now += 15
      await restart().alarm()
      expect(kv.puts).toHaveLength(2)
      expect(owed(storage)).toBe(0)
    }))

  it('of one session are written in order, one at a time, and end with its latest state', () =>
    withLedger(async ({ ledger, kv, userId }) => {
      const first = gate()
      let underWay = 0
      let most = 0
      kv.answer = async (put) => {
        underWay += 1
        most = Math.max(most, underWay)
        if (!put.revoked && put.epoch === 3) await first.promise
        underWay -= 1
      }
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      ledger.revokeAll(NOW, 4, session.id)
      ledger.revokeAll(NOW, 5, session.id)
      ledger.revoke(session.id, NOW)
      await settle()
      expect(kv.puts).toHaveLength(1)
      first.resolve()
      await settle()
      expect(most).toBe(1)
      expect(kv.puts.map((put) => [put.epoch, put.revoked])).toEqual([
        [3, false],
        [5, true],
      ])
    }))

  it('rewrite the epoch of a kept session', () =>
    withLedger(async ({ ledger, kv, userId, storage }) => {
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      ledger.revokeAll(NOW, 4, session.id)
      await settle()
      expect(kv.puts.map((put) => put.epoch)).toEqual([3, 4])
      ledger.revokeAll(NOW, 4, session.id)
      await settle()
      expect(kv.puts).toHaveLength(2)
      expect(owed(storage)).toBe(0)
    }))

  it('say a revocation at once, again by the alarm two minutes later, and then no more', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock }) => {
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      clock.now = NOW + 10
      ledger.revoke(session.id, NOW + 10)
      await settle()
      expect(kv.puts.map((put) => put.revoked)).toEqual([false, true])

      // The safety net comes first; it finds nothing due and moves on to the two minutes.
      clock.now = NOW + 25
      await ledger.alarm()
      expect(kv.puts).toHaveLength(2)
      expect(await secondsToAlarm(storage)).toBe(105)

      clock.now = NOW + 129
      await ledger.alarm()
      expect(kv.puts).toHaveLength(2)
      clock.now = NOW + 130
      await ledger.alarm()
      expect(kv.puts.map((put) => put.revoked)).toEqual([false, true, true])
      expect(owed(storage)).toBe(0)

      clock.now = NOW + 9999
      await ledger.alarm()
      expect(kv.puts).toHaveLength(3)
    }))

  it('that landed late, after newer ones, are corrected by the second saying', () =>
    withLedger(async ({ ledger, kv, userId, clock, restart }) => {
      const late = gate()
      const stored = new Map<string, boolean>()
      kv.answer = async (put) => {
        if (kv.puts.length === 1) await late.promise
        stored.set(put.key, put.revoked)
      }
      const session = newSession(userId)
      const key = `session:${session.id}`
      ledger.create(session, NOW)
      await settle()
      // The instance dies with its first put on the way; the next one revokes the session before that put lands.
      const next = restart()
      next.revoke(session.id, NOW)
      await settle()
      expect(stored.get(key)).toBe(true)
      late.resolve()
      await settle()
      expect(stored.get(key)).toBe(false)
      clock.now = NOW + 120
      await next.alarm()
      expect(stored.get(key)).toBe(true)
    }))

  it('that KV refuses stay owed, and are tried again ever more slowly until it takes them', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock, log }) => {
      kv.answer = async () => {
        throw new Error('KV PUT failed: 429 Too Many Requests')
      }
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      expect(kv.puts).toHaveLength(1)
      expect(log).toHaveBeenCalledExactlyOnceWith('warn', 'session_copy_failed', expect.objectContaining({ failures: 1 }))

      for (const [index, wait] of [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600].entries()) {
        clock.now += wait - 1
        await ledger.alarm()
        expect(kv.puts).toHaveLength(index + 1)
        expect(await secondsToAlarm(storage)).toBe(1)
        clock.now += 1
        await ledger.alarm()
        expect(kv.puts).toHaveLength(index + 2)
      }
      kv.answer = async () => {}
      clock.now += 600
      await ledger.alarm()
      expect(owed(storage)).toBe(0)
      expect(JSON.stringify(log.mock.calls)).not.toContain(session.id)
    }))

  it('are brought to the latest state at once when a session changes while KV was refusing', () =>
    withLedger(async ({ ledger, kv, userId }) => {
      kv.answer = async () => {
        throw new Error('KV is down')
      }
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      kv.answer = async () => {}
      ledger.revoke(session.id, NOW)
      await settle()
      expect(kv.puts.map((put) => put.revoked)).toEqual([false, true])
    }))

  it('that take longer than ten seconds count as failed', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock }) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      kv.answer = () => new Promise(() => {})
      ledger.create(newSession(userId), NOW)
      await vi.advanceTimersByTimeAsync(9_999)
      expect(storage.sql.exec('SELECT failures FROM copies_owed').one()).toEqual({ failures: 0 })
      await vi.advanceTimersByTimeAsync(1)
      expect(storage.sql.exec('SELECT failures FROM copies_owed').one()).toEqual({ failures: 1 })
      kv.answer = async () => {}
      clock.now += 2
      await ledger.alarm()
      expect(owed(storage)).toBe(0)
    }))

  it('of 100 sessions revoked at once are all written, six at a time', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock }) => {
      for (let index = 0; index < 100; index += 1) ledger.create(newSession(userId), NOW)
      await settle()
      let underWay = 0
      let most = 0
      kv.answer = async () => {
        underWay += 1
        most = Math.max(most, underWay)
        await new Promise((resolve) => setTimeout(resolve, 1))
        underWay -= 1
      }
      const before = kv.puts.length
      expect(ledger.revokeAll(NOW, 4)).toBe(100)
      // The alarm joins the run that is under way instead of starting a second one.
      await ledger.alarm()
      expect(most).toBe(6)
      expect(new Set(kv.puts.slice(before).map((put) => put.key)).size).toBe(100)
      expect(kv.puts.slice(before).every((put) => put.revoked)).toBe(true)
      clock.now += 120
      await ledger.alarm()
      expect(kv.puts.length - before).toBe(200)
      expect(owed(storage)).toBe(0)
    }))

  it('of a session that failed do not hold up another', () =>
    withLedger(async ({ ledger, kv, userId }) => {
      const [failing, other] = [newSession(userId), newSession(userId)]
      kv.answer = async (put) => {
        if (put.key.endsWith(failing.id)) throw new Error('429')
      }
      ledger.create(failing, NOW)
      ledger.create(other, NOW)
      await settle()
      expect(kv.puts.map((put) => put.key).sort()).toEqual([failing, other].map(({ id }) => `session:${id}`).sort())
    }))

  it('never push a nearer alarm away', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock }) => {
      kv.answer = async () => {
        throw new Error('KV is down')
      }
      ledger.create(newSession(userId), NOW)
      await settle()
      await ledger.alarm()
      expect(await secondsToAlarm(storage)).toBe(2)
      kv.answer = async () => {}
      clock.now += 1
      ledger.create(newSession(userId), NOW + 1)
      expect(await secondsToAlarm(storage)).toBe(1)
      await settle()
    }))

  it('do not make the alarm fire again and again when the clock of the object lags behind the platform', () =>
    withLedger(async ({ ledger, userId, storage, clock }) => {
      clock.now = 1_000_000
      const session = newSession(userId, { absoluteExpiresAt: 1_000_500 })
      ledger.create(session, 1_000_000)
      await settle()
      await ledger.alarm()
      expect(await secondsToAlarm(storage)).toBe(500)
    }))

  it('of a revocation that KV has not taken keep the expired session remembered', () =>
    withLedger(async ({ ledger, kv, userId, clock, storage }) => {
      kv.answer = async () => {
        throw new Error('KV is down')
      }
      const session = newSession(userId, { expiresAt: NOW + 100 })
      ledger.create(session, NOW)
      await settle()
      ledger.revoke(session.id, NOW)
      await settle()
      clock.now = NOW + 5000
      await ledger.alarm()
      expect(ledger.list()).toHaveLength(1)
      kv.answer = async () => {}
      for (const wait of [600, 120]) {
        clock.now += wait
        await ledger.alarm()
      }
      expect(kv.puts.at(-1)?.revoked).toBe(true)
      expect(storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
    }))

  it('are retried quickly again after a change, however often the state before it had failed', () =>
    withLedger(async ({ ledger, kv, userId, clock, storage }) => {
      kv.answer = async () => {
        throw new Error('KV is down')
      }
      const session = newSession(userId)
      ledger.create(session, NOW)
      await settle()
      for (let retry = 0; retry < 8; retry += 1) {
        clock.now += 600
        await ledger.alarm()
      }
      ledger.revoke(session.id, clock.now)
      await settle()
      await ledger.alarm()
      expect(await secondsToAlarm(storage)).toBe(2)
    }))

  it('of a forgotten session are owed no longer', () =>
    withLedger(async ({ ledger, kv, userId, storage, clock }) => {
      kv.answer = async () => {
        throw new Error('KV is down')
      }
      const [ending, lasting] = [newSession(userId, { absoluteExpiresAt: NOW + 100 }), newSession(userId)]
      ledger.create(ending, NOW)
      ledger.create(lasting, NOW)
      clock.now = NOW + 100
      await ledger.alarm()
      expect(storage.sql.exec('SELECT id FROM copies_owed').toArray()).toEqual([{ id: lasting.id }])
      expect(ledger.find(ending.id)).toBeNull()
    }))
})

describe('copies in the real KV', () => {
  it('are there after a sign-in and say "revoked" after a revocation, through an eviction and the platform’s alarm', async () => {
    const userId = crypto.randomUUID()
    const ledger = ledgerOf(userId)
    const session = newSession(userId)
    await ledger.create(session, NOW)
    await vi.waitFor(async () => expect(await bindings.SESSIONS.get(`session:${session.id}`)).toContain('"revoked":false'))
    await ledger.revoke(session.id, NOW)
    await vi.waitFor(async () => expect(await bindings.SESSIONS.get(`session:${session.id}`)).toContain('"revoked":true'))

    // A stale copy, as a slow write would leave it; the object is gone, and its alarm still knows what it owes.
    await bindings.SESSIONS.put(`session:${session.id}`, '{"stale":true}')
    await runInDurableObject(ledger, (_, { storage }) => {
      storage.sql.exec('UPDATE copies_owed SET due_at = due_at - 120')
    })
    await evictDurableObject(ledger)
    expect(await runDurableObjectAlarm(ledgerOf(userId))).toBe(true)
    expect(await bindings.SESSIONS.get(`session:${session.id}`)).toContain('"revoked":true')
  })
})
