import { describe, expect, it } from 'vitest'
import {
  chooseEvicted,
  isLive,
  judgeRotation,
  type LedgerEntry,
  ledgerNameOf,
  newSessionId,
  prolong,
  userIdOfSession,
} from '../../../src/objects/session-ledger/session-rules.ts'
import { DAY, DEVICE, NOW, newSession, randomHex32, standing } from '../../support/session-fixtures.ts'

const userId = '0b5f3c1e-9f0a-4b8e-8a57-3f1f6f0d2c11'

function entry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...newSession(userId), counter: 5, rotatedAt: NOW, rotatedBy: DEVICE, lastUsedAt: NOW, revokedAt: null, ...changes }
}

describe('session ids', () => {
  it('begin with the user and lead back to it', () => {
    const id = newSessionId(userId, 'f'.repeat(32))
    expect(id).toBe(`0b5f3c1e9f0a4b8e8a573f1f6f0d2c11${'f'.repeat(32)}`)
    expect(userIdOfSession(id)).toBe(userId)
  })

  it.each(['', 'x', 'F'.repeat(64), 'f'.repeat(63), 'f'.repeat(65), `${'f'.repeat(64)}\n`, `${'f'.repeat(63)}g`])(
    'lead nowhere when they are not 64 lower-case hex digits: %j',
    (id) => expect(userIdOfSession(id)).toBeNull(),
  )

  it('are not made from anything but a UUID and 32 hex digits', () => {
    expect(() => newSessionId(userId, 'short')).toThrow(TypeError)
    expect(() => newSessionId(userId.toUpperCase(), randomHex32())).toThrow(TypeError)
    expect(() => ledgerNameOf('readiness')).toThrow(TypeError)
  })
})

describe('isLive()', () => {
  it('is true until the second before the expiry', () => {
    expect(isLive(entry(), standing(3), NOW + 30 * DAY - 1)).toBe(true)
    expect(isLive(entry(), standing(3), NOW + 30 * DAY)).toBe(false)
  })

  it('is false past the absolute end, for another epoch in either direction, and once revoked', () => {
    expect(isLive(entry({ expiresAt: NOW + 2, absoluteExpiresAt: NOW + 1 }), standing(3), NOW + 1)).toBe(false)
    expect(isLive(entry(), standing(2), NOW)).toBe(false)
    expect(isLive(entry(), standing(4), NOW)).toBe(false)
    expect(isLive(entry({ revokedAt: NOW + 100 }), standing(3), NOW)).toBe(false)
  })
})

describe('isLive(), by what D1 says,', () => {
  it('is true of the kept session whatever its epoch, and of no other', () => {
    const session = entry()
    expect(isLive(session, standing(9, { keptSessionId: session.id }), NOW)).toBe(true)
    expect(isLive(entry(), standing(9, { keptSessionId: session.id }), NOW)).toBe(false)
    expect(isLive({ ...session, revokedAt: NOW }, standing(9, { keptSessionId: session.id }), NOW)).toBe(false)
  })

  it('goes by the PIN that opened the session, and by none where another credential did', () => {
    const byPin = entry({ amr: ['pin'], credential: 'one' })
    const live = (pin: string | null) => isLive(byPin, standing(3, { pin }), NOW)
    expect([live('one'), live('two'), live(''), live(null)]).toEqual([true, false, false, false])
    expect(isLive(entry({ amr: ['pin'] }), standing(3, { pin: '' }), NOW)).toBe(true)
    expect(isLive(entry(), standing(3, { pin: 'two' }), NOW)).toBe(true)
  })
})

describe('judgeRotation()', () => {
  const device = { ip: '198.51.100.1', userAgent: 'Elsewhere/1' }
  const claim = { counter: 5, standing: standing(), device, now: NOW, graceSeconds: 60 }

  it.each([
    ['the present counter advances', { counter: 5 }, 'advance'],
    ['one behind within the grace repeats', { counter: 4, now: NOW + 59 }, 'repeat'],
    ['one behind at exactly the grace repeats', { counter: 4, now: NOW + 60 }, 'repeat'],
    ['one behind a second past the grace is reuse', { counter: 4, now: NOW + 61 }, 'reuse'],
    ['one behind with a clock that stepped back repeats', { counter: 4, now: NOW - 3600 }, 'repeat'],
    ['the present counter with a clock that stepped back advances', { counter: 5, now: NOW - 3600 }, 'advance'],
    ['two behind is reuse even at once', { counter: 3 }, 'reuse'],
    ['one behind with no grace in the same second repeats', { counter: 4, graceSeconds: 0 }, 'repeat'],
    ['a counter never issued ends and is no reuse', { counter: 6 }, 'end'],
    ['a negative counter ends', { counter: -1 }, 'end'],
    ['a counter that is no number ends', { counter: Number.NaN }, 'end'],
    ['a fractional counter ends', { counter: 4.5 }, 'end'],
    ['another epoch ends', { standing: standing(4) }, 'end'],
    ['an old counter after the expiry ends', { counter: 1, now: NOW + 30 * DAY }, 'end'],
  ] as const)('%s', (_, changes, verdict) => {
    expect(judgeRotation(entry(), { ...claim, ...changes })).toBe(verdict)
  })

  it('has nothing but an end for a revoked session', () => {
    expect(judgeRotation(entry({ revokedAt: NOW }), { ...claim, counter: 1 })).toBe('end')
  })
})

describe('prolong()', () => {
  it('never shortens and never passes the absolute end', () => {
    expect(prolong(entry(), NOW, 60).expiresAt).toBe(NOW + 30 * DAY)
    expect(prolong(entry(), NOW, 40 * DAY).expiresAt).toBe(NOW + 40 * DAY)
    expect(prolong(entry(), NOW, 400 * DAY).expiresAt).toBe(NOW + 90 * DAY)
  })
})

describe('chooseEvicted()', () => {
  it('takes the least recently used live ones, and never the one just made', () => {
    const oldest = entry({ id: 'oldest', lastUsedAt: NOW - 3 })
    const revoked = entry({ id: 'revoked', lastUsedAt: NOW - 9, revokedAt: NOW })
    const expired = entry({ id: 'expired', lastUsedAt: NOW - 9, expiresAt: NOW })
    const used = entry({ id: 'used', lastUsedAt: NOW })
    const made = entry({ id: 'made', lastUsedAt: NOW - 99 })
    const all = [made, used, expired, revoked, oldest]
    expect(chooseEvicted(all, 'made', NOW, 3)).toEqual([])
    expect(chooseEvicted(all, 'made', NOW, 2)).toEqual([oldest])
    expect(chooseEvicted(all, 'made', NOW, 1)).toEqual([oldest, used])
  })
})
