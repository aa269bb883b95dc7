// The rules alone, as functions of tallies and times; the objects around them are tested in login-limiter.test.ts.
import { describe, expect, it } from 'vitest'
import {
  backoffTally,
  backoffWait,
  blockSeconds,
  DEFAULT_LIMIT_POLICY,
  type Decision,
  EMPTY_TALLY,
  type LimitPolicy,
  type Mark,
  rememberedMarks,
  windowWait,
  withoutFuture,
} from '../../../src/objects/login-limiter/limit-rules.ts'
import {
  type AccountTallies,
  type AddressTallies,
  acceptAccountAttempt,
  acceptAddressAttempt,
  countAccountAttempt,
  countAddressAttempt,
  countRegistration,
  giveBackAccountAttempt,
  giveBackAddressAttempt,
} from '../../../src/objects/login-limiter/sign-in-tallies.ts'

const policy = DEFAULT_LIMIT_POLICY
const START = 1_800_000_000
const MINUTE = 60
const HOUR = 3600
const DAY = 24 * HOUR

const marksAt = (...times: number[]): Mark[] => times.map((at, index) => ({ id: `${index}`, at }))
const refusal = (decision: Decision) => (decision.allowed ? null : decision)

/** An account and one attempt after the other, as the object keeps them. */
class Account {
  pairs = new Map<string, AccountTallies['pair']>()
  failures = EMPTY_TALLY
  known = EMPTY_TALLY
  #ids = 0
  readonly #policy: LimitPolicy

  constructor(limits: LimitPolicy = policy) {
    this.#policy = limits
  }

  tallies(pair: string): AccountTallies {
    return { pair: this.pairs.get(pair) ?? EMPTY_TALLY, failures: this.failures, known: this.known }
  }

  #keep(pair: string, tallies: AccountTallies) {
    this.pairs.set(pair, tallies.pair)
    this.failures = tallies.failures
    this.known = tallies.known
  }

  try(pair: string, now: number): { id: string; decision: Decision } {
    const id = `attempt-${this.#ids++}`
    const { decision, tallies } = countAccountAttempt(this.tallies(pair), { id, pair }, now, this.#policy)
    this.#keep(pair, tallies)
    return { id, decision }
  }

  succeed(pair: string, id: string, now: number) {
    this.#keep(pair, acceptAccountAttempt(this.tallies(pair), { id, pair }, now, this.#policy))
  }

  giveBack(pair: string, id: string) {
    this.#keep(pair, giveBackAccountAttempt(this.tallies(pair), { id, pair }))
  }

  signIn(pair: string, now: number) {
    this.succeed(pair, this.try(pair, now).id, now)
  }

  wait(pair: string, now: number): number {
    const { decision } = countAccountAttempt(this.tallies(pair), { id: 'asks only', pair }, now, this.#policy)
    return refusal(decision)?.retryAfterSeconds ?? 0
  }
}

describe('a sliding window', () => {
  const limit = { quota: 3, windowSeconds: 60 }

  it('has room below its quota', () => {
    expect(windowWait(marksAt(START, START), limit, START)).toBe(0)
  })

  it('is full at its quota until the oldest mark is exactly one window old', () => {
    const marks = marksAt(START, START + 10, START + 20)
    expect(windowWait(marks, limit, START + 20)).toBe(40)
    expect(windowWait(marks, limit, START + 59)).toBe(1)
    expect(windowWait(marks, limit, START + 60)).toBe(0)
  })

  it('waits for as many marks to leave as a lowered quota demands', () => {
    expect(windowWait(marksAt(START, START + 1, START + 2, START + 3, START + 4), limit, START + 4)).toBe(58)
  })

  it('lets nothing pass when its quota is 0', () => {
    expect(windowWait([], { quota: 0, windowSeconds: 60 }, START)).toBe(60)
  })
})

describe('the backoff', () => {
  it('follows Fibonacci after the free attempts, up to its cap', () => {
    const minutes = Array.from({ length: 22 }, (_, index) => blockSeconds(index + 1, policy.pair) / MINUTE)
    expect(minutes).toEqual([0, 0, 0, 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1440, 1440])
  })

  it('counts a block from the last mark', () => {
    const marks = marksAt(START, START + 1, START + 2, START + 3, START + 30)
    expect(backoffWait(marks, policy.pair, START + 30)).toBe(60)
    expect(backoffWait(marks, policy.pair, START + 89)).toBe(1)
    expect(backoffWait(marks, policy.pair, START + 90)).toBe(0)
    expect(backoffWait(marks, policy.pair, START + 900)).toBe(0)
  })

  it('forgets a day after the last mark, or after the end of the block it opened', () => {
    const open = marksAt(START)
    expect(rememberedMarks(open, policy.pair, START + DAY - 1)).toBe(open)
    expect(rememberedMarks(open, policy.pair, START + DAY)).toEqual([])
    const blocked = marksAt(START, START, START, START, START)
    expect(backoffTally(blocked, policy.pair).until).toBe(START + MINUTE + DAY)
    expect(rememberedMarks(blocked, policy.pair, START + MINUTE + DAY - 1)).toBe(blocked)
    expect(rememberedMarks(blocked, policy.pair, START + MINUTE + DAY)).toEqual([])
  })
})

describe('a clock that goes back', () => {
  it('moves marks of the future to this moment and leaves others alone', () => {
    const marks = marksAt(START - 5, START, START + 500)
    expect(withoutFuture(marks, START).map((mark) => mark.at)).toEqual([START - 5, START, START])
    expect(withoutFuture(marks, START + 500)).toBe(marks)
  })

  it('neither opens a pair nor blocks it for longer than its block', () => {
    const account = new Account()
    for (let i = 0; i < 5; i++) account.try('a', START)
    expect(refusal(account.try('a', START - 10 * DAY).decision)?.retryAfterSeconds).toBe(60)
    expect(account.wait('a', START - 10 * DAY + 59)).toBe(1)
    expect(account.wait('a', START - 10 * DAY + 60)).toBe(0)
  })

  it('neither opens an account nor blocks it for longer than an hour', () => {
    const account = new Account()
    for (let i = 0; i < 100; i++) account.try(`${i}`, START)
    expect(refusal(account.try('new', START - DAY).decision)).toMatchObject({ policy: 'account', retryAfterSeconds: HOUR })
    expect(account.wait('new', START - DAY + HOUR - 1)).toBe(1)
    expect(account.wait('new', START - DAY + HOUR)).toBe(0)
  })

  it('does not lengthen an exemption', () => {
    const account = new Account()
    account.signIn('owner', START + 365 * DAY)
    account.try('owner', START)
    for (let i = 0; i < 100; i++) account.try(`${i}`, START + 30 * DAY)
    expect(account.wait('owner', START + 30 * DAY - 1)).toBe(0)
    expect(account.wait('owner', START + 30 * DAY)).toBe(HOUR)
  })
})

describe('account and address together', () => {
  it('judges five, then one after each block of 1, 1, 2, 3, 5, 8 minutes', () => {
    const account = new Account()
    for (let i = 0; i < 5; i++) expect(account.try('a', START).decision.allowed).toBe(true)
    let now = START
    for (const minutes of [1, 1, 2, 3, 5, 8]) {
      expect(refusal(account.try('a', now).decision)).toEqual({
        allowed: false,
        policy: 'account-address',
        quota: 5,
        windowSeconds: DAY,
        retryAfterSeconds: minutes * MINUTE,
      })
      now += minutes * MINUTE
      expect(account.try('a', now - 1).decision.allowed).toBe(false)
      expect(account.try('a', now).decision.allowed).toBe(true)
    }
  })

  it('does not prolong a block by attempts it refuses', () => {
    const account = new Account()
    for (let i = 0; i < 5; i++) account.try('a', START)
    for (let second = 1; second < 60; second++) account.try('a', START + second)
    expect(account.wait('a', START + 60)).toBe(0)
  })

  it('starts afresh a day after the end of the last block', () => {
    const account = new Account()
    for (let i = 0; i < 5; i++) account.try('a', START)
    const end = START + MINUTE + DAY
    for (let i = 0; i < 5; i++) expect(account.try('a', end).decision.allowed).toBe(true)
    expect(account.wait('a', end)).toBe(60)
  })

  it('keeps the longest block for as long as attempts go on, with a bounded number of marks', () => {
    const account = new Account()
    let now = START
    for (let i = 0; i < 300; i++) {
      now += account.wait('a', now)
      account.try('a', now)
    }
    expect(account.wait('a', now)).toBe(DAY)
    expect(account.pairs.get('a')?.marks.length).toBeLessThan(120)
  })

  it('gives back an attempt in the middle as if it had not happened', () => {
    const account = new Account()
    const ids = [0, 1, 2, 3, 4].map((second) => account.try('a', START + second).id)
    const sixth = account.try('a', START + 64).id
    expect(account.wait('a', START + 64)).toBe(60)
    account.giveBack('a', ids[2] ?? '')
    // Five are left, the last of them at 64: the first minute again, from that one.
    expect(account.wait('a', START + 65)).toBe(59)
    account.giveBack('a', sixth)
    expect(account.wait('a', START + 65)).toBe(0)
    account.giveBack('a', sixth)
    account.giveBack('a', 'unknown')
    expect(account.pairs.get('a')?.marks.map((mark) => mark.at - START)).toEqual([0, 1, 3, 4])
    expect(account.failures.marks.map((mark) => mark.at - START)).toEqual([0, 1, 3, 4])
  })

  it('is cleared by a success, the other pairs and the account are not', () => {
    const account = new Account()
    for (let i = 0; i < 3; i++) account.try('a', START)
    for (let i = 0; i < 3; i++) account.try('b', START)
    account.signIn('a', START)
    expect(account.pairs.get('a')?.marks).toEqual([])
    expect(account.pairs.get('b')?.marks).toHaveLength(3)
    expect(account.failures.marks).toHaveLength(6)
  })

  it('lets two right answers that arrive together both leave the account alone', () => {
    const account = new Account()
    const [first, second] = [account.try('a', START).id, account.try('a', START).id]
    account.succeed('a', first, START)
    account.succeed('a', second, START)
    expect(account.failures.marks).toEqual([])
  })

  it('takes a success of an unknown or settled attempt for nothing', () => {
    const account = new Account()
    const { id } = account.try('a', START)
    account.giveBack('a', id)
    account.succeed('a', id, START)
    account.succeed('a', 'unknown', START)
    expect(account.known.marks).toEqual([])
  })
})

describe('an account over all addresses', () => {
  it('counts exactly its quota in a sliding hour', () => {
    const account = new Account()
    const allowed = Array.from({ length: 200 }, (_, i) => account.try(`${i}`, START + i)).filter(({ decision }) => decision.allowed)
    expect(allowed).toHaveLength(100)
    expect(account.wait('new', START + HOUR - 1)).toBe(1)
    expect(account.try('new', START + HOUR).decision.allowed).toBe(true)
    expect(refusal(account.try('newer', START + HOUR).decision)).toEqual({
      allowed: false,
      policy: 'account',
      quota: 100,
      windowSeconds: HOUR,
      retryAfterSeconds: 1,
    })
  })

  it('lets in an address that signed in less than 30 days ago, without counting it', () => {
    const account = new Account()
    account.signIn('owner', START)
    const later = START + 30 * DAY
    for (let i = 0; i < 100; i++) account.try(`${i}`, later - 10)
    expect(account.try('owner', later - 1).decision.allowed).toBe(true)
    expect(account.failures.marks).toHaveLength(100)
    expect(account.try('owner', later).decision).toMatchObject({ allowed: false, policy: 'account' })
  })

  it('tells a blocked pair the longer wait when its exemption ends before the block', () => {
    const account = new Account()
    account.signIn('owner', START)
    const late = START + 30 * DAY - 30
    for (let i = 0; i < 100; i++) account.try(`${i}`, late)
    for (let i = 0; i < 5; i++) account.try('owner', late)
    expect(refusal(account.try('owner', late).decision)).toMatchObject({ policy: 'account', retryAfterSeconds: HOUR })
  })

  it('exempts nobody under a policy that says so, as a limit for PINs does', () => {
    const account = new Account({ ...policy, account: { quota: 10, windowSeconds: HOUR }, exemptForSeconds: 0 })
    account.signIn('owner', START)
    const allowed = Array.from({ length: 30 }, (_, i) => account.try(`${i % 3}`, START)).filter(({ decision }) => decision.allowed)
    expect(allowed).toHaveLength(10)
    expect(account.wait('owner', START)).toBe(HOUR)
  })

  it('remembers a bounded number of addresses that signed in, the latest ones', () => {
    const account = new Account()
    for (let i = 0; i < 1_200; i++) account.signIn(`${i}`, START + i)
    expect(account.known.marks).toHaveLength(1_000)
    expect(account.known.marks.at(-1)).toEqual({ id: '1199', at: START + 1_199 })
  })
})

describe('an address', () => {
  const none: AddressTallies = { failures: EMPTY_TALLY, hashes: EMPTY_TALLY, registrations: EMPTY_TALLY }

  it('fails exactly its quota in an hour', () => {
    let tallies = none
    let allowed = 0
    for (let i = 0; i < 300; i++) {
      const counted = countAddressAttempt(tallies, `${i}`, START + i, policy)
      tallies = counted.tallies
      if (counted.decision.allowed) allowed++
    }
    expect(allowed).toBe(100)
    expect(countAddressAttempt(tallies, 'x', START + HOUR - 1, policy).decision).toMatchObject({
      policy: 'address',
      retryAfterSeconds: 1,
    })
    expect(countAddressAttempt(tallies, 'x', START + HOUR, policy).decision.allowed).toBe(true)
  })

  it('hashes exactly its quota in a minute, right or wrong', () => {
    let tallies = none
    for (let i = 0; i < 120; i++) {
      const counted = countAddressAttempt(tallies, `${i}`, START, policy)
      expect(counted.decision.allowed).toBe(true)
      tallies = acceptAddressAttempt(counted.tallies, `${i}`)
    }
    const refused = { policy: 'hashes', quota: 120, windowSeconds: 60, retryAfterSeconds: 60 }
    expect(countAddressAttempt(tallies, 'x', START, policy).decision).toMatchObject(refused)
    expect(countRegistration(tallies, 'x', START, policy).decision).toMatchObject(refused)
    expect(countAddressAttempt(tallies, 'x', START + 60, policy).decision.allowed).toBe(true)
  })

  it('gets the hash back with an attempt that was never judged, but not after a success', () => {
    const { tallies } = countAddressAttempt(none, 'a', START, policy)
    expect(giveBackAddressAttempt(tallies, 'a')).toEqual(none)
    const accepted = acceptAddressAttempt(tallies, 'a')
    expect(giveBackAddressAttempt(accepted, 'a')).toBe(accepted)
    expect(accepted.hashes.marks).toHaveLength(1)
  })

  it('registers exactly its quota in an hour and can get one back', () => {
    let tallies = none
    for (let i = 0; i < 20; i++) tallies = countRegistration(tallies, `${i}`, START + i, policy).tallies
    expect(countRegistration(tallies, 'x', START + 20, policy).decision).toEqual({
      allowed: false,
      policy: 'registrations',
      quota: 20,
      windowSeconds: HOUR,
      retryAfterSeconds: HOUR - 20,
    })
    const returned = giveBackAddressAttempt(tallies, '7')
    expect(returned.hashes.marks).toHaveLength(19)
    expect(countRegistration(returned, 'x', START + 20, policy).decision.allowed).toBe(true)
  })
})

describe('waiting exactly as long as told', () => {
  it('is enough, and one second less is not, whatever happened before', () => {
    const random = pseudoRandom(20_261_120)
    const limits = { ...policy, account: { quota: 12, windowSeconds: HOUR }, exemptForSeconds: 2 * HOUR }
    const account = new Account(limits)
    let now = START
    for (let turn = 0; turn < 5_000; turn++) {
      now += Math.floor(random() * 200) - (random() < 0.02 ? Math.floor(random() * 10 * HOUR) : 0)
      const pair = `${Math.floor(random() * 5)}`
      const { id, decision } = account.try(pair, now)
      const wait = refusal(decision)?.retryAfterSeconds
      if (wait !== undefined) {
        expect(wait).toBeGreaterThanOrEqual(1)
        expect(account.wait(pair, now + wait)).toBe(0)
        if (wait > 1) expect(account.wait(pair, now + wait - 1)).toBeGreaterThanOrEqual(1)
      } else if (random() < 0.1) account.succeed(pair, id, now)
      else if (random() < 0.2) account.giveBack(pair, id)
    }
  })
})

/** mulberry32, so that a failure can be repeated. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
