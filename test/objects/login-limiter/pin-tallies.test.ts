// The rules of PINs by themselves: what a streak is, what ends it, and that the rest is as for passwords.
import { describe, expect, it } from 'vitest'
import { EMPTY_TALLY } from '../../../src/objects/login-limiter/limit-rules.ts'
import {
  acceptPinAttempt,
  countPinAttempt,
  DEFAULT_PIN_POLICY,
  giveBackPinAttempt,
  type PinTallies,
} from '../../../src/objects/login-limiter/pin-tallies.ts'

const START = 1_800_000_000
const DAY = 86_400
const EMPTY: PinTallies = { pair: EMPTY_TALLY, failures: EMPTY_TALLY, known: EMPTY_TALLY, streak: EMPTY_TALLY }
/** Only the streak is of interest here. */
const POLICY = { ...DEFAULT_PIN_POLICY, account: { quota: 1000, windowSeconds: 1 }, deadAfterFailures: 3 }

const attempt = (id: string) => ({ id, pair: `from ${id}` })
const count = (tallies: PinTallies, id: string, now = START) => countPinAttempt(tallies, attempt(id), now, POLICY)
const countAll = (ids: readonly string[]) => ids.reduce((tallies, id) => count(tallies, id).tallies, EMPTY)
const streakOf = ({ streak }: PinTallies) => streak.marks.map(({ id }) => id)

describe('a streak', () => {
  it('lets as many attempts as kill be judged, says which is the last, and judges no more', () => {
    const two = countAll(['a', 'b'])
    expect(count(two, 'c').decision).toEqual({ allowed: true, isDead: false, isLast: true })
    const three = count(two, 'c').tallies
    expect(count(three, 'd').decision).toEqual({ allowed: true, isDead: true, isLast: false })
  })

  it('grows no longer than that, while attempts on the dead PIN are counted like others', () => {
    const tallies = countAll(['a', 'b', 'c', 'd', 'e'])
    expect(streakOf(tallies)).toEqual(['a', 'b', 'c'])
    expect(tallies.failures.marks).toHaveLength(5)
  })

  it('ends with a success, but for the attempts counted after it', () => {
    const tallies = acceptPinAttempt(countAll(['a', 'b', 'c']), attempt('b'), START, POLICY)
    expect(streakOf(tallies)).toEqual(['c'])
    expect(count(tallies, 'd').decision).toEqual({ allowed: true, isDead: false, isLast: false })
  })

  it('is not ended by a success that is settled twice', () => {
    const once = acceptPinAttempt(countAll(['a']), attempt('a'), START, POLICY)
    const later = count(once, 'b').tallies
    expect(streakOf(acceptPinAttempt(later, attempt('a'), START, POLICY))).toEqual(['b'])
  })

  it('is shorter by an attempt that was given back, and alive again', () => {
    const tallies = giveBackPinAttempt(countAll(['a', 'b', 'c']), attempt('b'))
    expect(streakOf(tallies)).toEqual(['a', 'c'])
    expect(count(tallies, 'd').decision).toEqual({ allowed: true, isDead: false, isLast: true })
  })

  it('is forgotten after 400 days, unless it killed', () => {
    const alive = countAll(['a', 'b'])
    expect(streakOf(count(alive, 'c', START + 400 * DAY - 1).tallies)).toEqual(['a', 'b', 'c'])
    expect(streakOf(count(alive, 'c', START + 400 * DAY).tallies)).toEqual(['c'])
    expect(count(countAll(['a', 'b', 'c']), 'd', START + 10_000 * DAY).decision).toEqual({
      allowed: true,
      isDead: true,
      isLast: false,
    })
  })

  it('is not lengthened by what a limit refuses', () => {
    const strict = { ...POLICY, account: { quota: 1, windowSeconds: 3600 } }
    const one = countPinAttempt(EMPTY, attempt('a'), START, strict).tallies
    const refused = countPinAttempt(one, attempt('b'), START, strict)
    expect(refused.decision).toMatchObject({ allowed: false, policy: 'account', retryAfterSeconds: 3600 })
    expect(streakOf(refused.tallies)).toEqual(['a'])
  })
})

describe('the default rules', () => {
  it('judge 10 guesses an hour, exempt nobody, and kill after 50', () => {
    expect(DEFAULT_PIN_POLICY).toMatchObject({
      account: { quota: 10, windowSeconds: 3600 },
      exemptForSeconds: 0,
      deadAfterFailures: 50,
      pair: { freeAttempts: 5, stepSeconds: 60 },
    })
  })

  it('remember no address, however often it signed in', () => {
    const { tallies } = countPinAttempt(EMPTY, attempt('a'), START, DEFAULT_PIN_POLICY)
    expect(acceptPinAttempt(tallies, attempt('a'), START, DEFAULT_PIN_POLICY)).toEqual(EMPTY)
  })
})
