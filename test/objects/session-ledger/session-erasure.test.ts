// What is left of a deleted user's sessions: nothing that lives, nothing personal, and in the end nothing at all.
import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { SessionLedgerObject } from '../../../src/objects/session-ledger/session-ledger.ts'
import { DEVICE, ledgerOf, NOW, newSession, ScriptedKv, settle, standing } from '../../support/session-fixtures.ts'

const MINUTE = 60

/** The same object at another time, with a KV that notes what it is told. */
async function atTime(
  ledger: ReturnType<typeof ledgerOf>,
  now: number,
  act: (later: SessionLedgerObject, state: DurableObjectState, kv: ScriptedKv) => Promise<void>,
) {
  const kv = new ScriptedKv()
  await runInDurableObject(ledger, (_, state) =>
    act(new SessionLedgerObject(state, {}, { copies: kv, clock: () => now }), state, kv),
  )
}

async function ledgerWithTwo() {
  const userId = crypto.randomUUID()
  const ledger = ledgerOf(userId)
  const [one, other] = [newSession(userId), newSession(userId)]
  await atTime(ledger, NOW, async (ledgerNow) => {
    ledgerNow.create(one, NOW)
    ledgerNow.create(other, NOW)
    ledgerNow.revoke(other.id, NOW)
    await settle()
  })
  return { userId, ledger }
}

describe('SessionLedger: erasing', () => {
  it('ends every session and keeps neither address nor program of any, revoked ones included', async () => {
    const { ledger } = await ledgerWithTwo()
    await atTime(ledger, NOW + 5, async (later, { storage }) => {
      later.erase(NOW + 5)
      expect(later.list()).toMatchObject([
        { ip: '', userAgent: '', description: '', revokedAt: expect.any(Number) },
        { ip: '', userAgent: '', description: '', revokedAt: expect.any(Number) },
      ])
      expect(JSON.stringify(storage.sql.exec('SELECT * FROM sessions').toArray())).not.toContain('203.0.113.7')
    })
  })

  it('tells KV twice that they are revoked, for minutes and not for months, and then is gone itself', async () => {
    const { ledger } = await ledgerWithTwo()
    await atTime(ledger, NOW + 5, async (later, _, kv) => {
      later.erase(NOW + 5)
      await settle()
      expect(kv.puts.map(({ revoked }) => revoked)).toEqual([true, true])
      for (const { expiration } of kv.puts) expect(expiration).toBeLessThan(NOW + 10 * MINUTE)
    })
    await atTime(ledger, NOW + 5 + 2 * MINUTE, async (later, _, kv) => {
      await later.alarm()
      expect(kv.puts.map(({ revoked }) => revoked)).toEqual([true, true])
    })
    await atTime(ledger, NOW + 5 + 5 * MINUTE, async (later, { storage }) => {
      await later.alarm()
      expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray()).toEqual([])
      expect(storage.kv.get('erased')).toBeUndefined()
      expect(await storage.getAlarm()).toBeNull()
    })
  })

  it('bears a session dead that a sign-in under way still makes', async () => {
    const { ledger, userId } = await ledgerWithTwo()
    await atTime(ledger, NOW + 5, async (later) => {
      later.erase(NOW + 5)
      const late = newSession(userId)
      expect(later.create(late, NOW + 6)).toMatchObject({ ip: '', userAgent: '', revokedAt: NOW + 6, isFromNewDevice: false })
      expect(
        later.rotate({
          id: late.id,
          counter: 0,
          standing: standing(),
          device: DEVICE,
          now: NOW + 6,
          graceSeconds: 60,
          ttlSeconds: 600,
        }),
      ).toEqual({
        outcome: 'ended',
      })
    })
  })

  it('is done once: asked again it puts nothing off', async () => {
    const { ledger } = await ledgerWithTwo()
    await atTime(ledger, NOW + 5, async (later) => later.erase(NOW + 5))
    await atTime(ledger, NOW + 90, async (later) => {
      later.erase(NOW + 90)
      for (const { absoluteExpiresAt } of later.list()) expect(absoluteExpiresAt).toBe(NOW + 5 + 5 * MINUTE)
    })
  })

  it('makes no object of a user who never signed in', async () => {
    const ledger = ledgerOf(crypto.randomUUID())
    await ledger.erase(NOW)
    await runInDurableObject(ledger, async (_, { storage }) => {
      expect(storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
      expect(await storage.getAlarm()).toBeNull()
    })
  })
})
