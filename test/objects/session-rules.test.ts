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
} from '../../src/objects/session-rules.ts'
import { DAY, NOW, newSession, randomHex32 } from './session-fixtures.ts'

const userId = '0b5f3c1e-9f0a-4b8e-8a57-3f1f6f0d2c11'

function entry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...newSession(userId), counter: 5, rotatedAt: NOW, lastUsedAt: NOW, revokedAt: null, ...changes }
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
    expect(isLive(entry(), 3, NOW + 30 * DAY - 1)).toBe(true)
    expect(isLive(entry(), 3, NOW + 30 * DAY)).toBe(false)
  })

  it('is false past the absolute end, for another epoch in either direction, and once revoked', () => {
    expect(isLive(entry({ expiresAt: NOW + 2, absoluteExpiresAt: NOW + 1 }), 3, NOW + 1)).toBe(false)
    expect(isLive(entry(), 2, NOW)).toBe(false)
    expect(isLive(entry(), 4, NOW)).toBe(false)
    expect(isLive(entry({ revokedAt: NOW + 100 }), 3, NOW)).toBe(false)
  })
})

describe('judgeRotation()', () => {
  const claim = { counter: 5, epoch: 3, now: NOW, graceSeconds: 60 }

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
    ['another epoch ends', { epoch: 4 }, 'end'],
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
