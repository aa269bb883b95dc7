// Sign-in limits as the core sees them: real objects in workerd, asked in parallel, with outages injected at their stubs.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMIT_POLICY, type LimitPolicy } from '../../../src/objects/login-limiter/limit-rules.ts'
import type { LoginLimiterObject } from '../../../src/objects/login-limiter/login-limiter.ts'
import { type Begun, type CountedAttempt, createLoginLimits } from '../../../src/objects/login-limiter/login-limits.ts'
import { DEFAULT_PIN_POLICY } from '../../../src/objects/login-limiter/pin-tallies.ts'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'

type Namespace = DurableObjectNamespace<LoginLimiterObject>
const limiters = (env as unknown as { LOGIN_LIMITER: Namespace }).LOGIN_LIMITER
const START = 1_800_000_000
const HOUR = 3600
const DAY = 24 * HOUR

// Storage is shared by the tests of a file, so every test has accounts and addresses of its own.
let tests = 0

function setUp(options: { namespace?: Namespace; policy?: LimitPolicy; deadlineMilliseconds?: number } = {}) {
  const run = tests++
  const nameOf = async (_: string, text: string) => `${run}.${text}`
  const limits = createLoginLimits({
    namespace: options.namespace ?? limiters,
    nameOf,
    policy: options.policy ?? DEFAULT_LIMIT_POLICY,
    pinPolicy: DEFAULT_PIN_POLICY,
    deadlineMilliseconds: options.deadlineMilliseconds ?? 5_000,
  })
  const marks = (kind: 'account' | 'address', text: string, tally: string) =>
    runInDurableObject(limiters.getByName(`${kind}:${run}.${text}`), (_, { storage }) => {
      const key = tally.startsWith('pair:') ? `tally:pair:address:${run}.${tally.slice(5)}` : `tally:${tally}`
      return storage.kv.get<{ marks: unknown[] }>(key)?.marks.length ?? 0
    })
  return { limits, marks }
}

const allowed = (begun: readonly Begun[]) => begun.flatMap((one) => (one.allowed ? [one.attempt] : []))

function attemptOf(begun: Begun): CountedAttempt {
  if (!begun.allowed) throw new Error(`Refused by ${begun.policy}`)
  return begun.attempt
}

/** The real namespace, except that calls on objects whose name starts with `kind` go to `fail`. */
function failing(kind: string, fail: (call: () => Promise<unknown>, method: string) => Promise<unknown>): Namespace {
  const getByName = (name: string) => {
    const stub = limiters.getByName(name)
    if (!name.startsWith(kind)) return stub
    const methods = stub as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    return new Proxy(
      {},
      {
        get:
          (_, method: string) =>
          (...args: unknown[]) =>
            fail(async () => methods[method]?.(...args), method),
      },
    )
  }
  return { getByName } as unknown as Namespace
}

describe('beginSignIn', () => {
  it('judges exactly five of a burst of 60 wrong attempts on one account from one address', async () => {
    const { limits, marks } = setUp()
    const burst = await Promise.all(Array.from({ length: 60 }, () => limits.beginSignIn({ account: 'a', address: 'x' }, START)))
    expect(allowed(burst)).toHaveLength(5)
    expect(burst.find((one) => !one.allowed)).toEqual({
      allowed: false,
      policy: 'account-address',
      quota: 5,
      windowSeconds: DAY,
      retryAfterSeconds: 60,
    })
    // What the account refused was given back to the address, hashes included.
    expect(await marks('address', 'x', 'failures')).toBe(5)
    expect(await marks('address', 'x', 'hashes')).toBe(5)
    expect((await limits.beginSignIn({ account: 'a', address: 'x' }, START + 59)).allowed).toBe(false)
    expect((await limits.beginSignIn({ account: 'a', address: 'x' }, START + 60)).allowed).toBe(true)
  })

  it('judges exactly 100 an hour of 200 attempts on one account from many addresses, and still lets the owner in', async () => {
    const { limits, marks } = setUp()
    const owner = { account: 'a', address: 'home' }
    await attemptOf(await limits.beginSignIn(owner, START - 29 * DAY)).succeed(START - 29 * DAY)

    const strangers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => limits.beginSignIn({ account: 'a', address: `x${i}` }, START)),
    )
    expect(allowed(strangers)).toHaveLength(100)
    expect(strangers.find((one) => !one.allowed)).toMatchObject({ policy: 'account', quota: 100, retryAfterSeconds: HOUR })

    await attemptOf(await limits.beginSignIn(owner, START)).succeed(START)
    expect(await marks('account', 'a', 'failures')).toBe(100)
    expect((await limits.beginSignIn({ account: 'a', address: 'new' }, START + HOUR - 1)).allowed).toBe(false)
    expect((await limits.beginSignIn({ account: 'a', address: 'new' }, START + HOUR)).allowed).toBe(true)
  })

  it('judges exactly 100 an hour from one address over many accounts', async () => {
    const { limits, marks } = setUp()
    const burst = await Promise.all(
      Array.from({ length: 200 }, (_, i) => limits.beginSignIn({ account: `a${i}`, address: 'x' }, START)),
    )
    expect(allowed(burst)).toHaveLength(100)
    expect(burst.find((one) => !one.allowed)).toMatchObject({ policy: 'address', quota: 100, retryAfterSeconds: HOUR })
    // The accounts do not pay for what the address was refused.
    const counts = await Promise.all(burst.map((_, i) => marks('account', `a${i}`, 'failures')))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100)
    expect((await limits.beginSignIn({ account: 'b', address: 'x' }, START + HOUR - 1)).allowed).toBe(false)
    expect((await limits.beginSignIn({ account: 'b', address: 'x' }, START + HOUR)).allowed).toBe(true)
  })

  it('computes at most 120 hashes a minute for one address, although all of them are right', async () => {
    const { limits } = setUp()
    for (let round = 0; round < 12; round++) {
      const right = await Promise.all(
        Array.from({ length: 10 }, (_, i) => limits.beginSignIn({ account: `a${round}.${i}`, address: 'x' }, START)),
      )
      await Promise.all(allowed(right).map((attempt) => attempt.succeed(START)))
      expect(allowed(right)).toHaveLength(10)
    }
    const next = { account: 'b', address: 'x' }
    expect(await limits.beginSignIn(next, START + 59)).toMatchObject({
      policy: 'hashes',
      quota: 120,
      windowSeconds: 60,
      retryAfterSeconds: 1,
    })
    expect((await limits.beginSignIn(next, START + 60)).allowed).toBe(true)
  })

  it('clears only the pair by a success', async () => {
    const { limits, marks } = setUp()
    const here = { account: 'a', address: 'x' }
    for (let i = 0; i < 4; i++) await limits.beginSignIn(here, START)
    for (let i = 0; i < 4; i++) await limits.beginSignIn({ account: 'a', address: 'y' }, START)
    await attemptOf(await limits.beginSignIn(here, START)).succeed(START)

    expect(await marks('account', 'a', 'pair:x')).toBe(0)
    expect(await marks('account', 'a', 'pair:y')).toBe(4)
    expect(await marks('account', 'a', 'failures')).toBe(8)
    expect(await marks('address', 'x', 'failures')).toBe(4)
    expect(await marks('address', 'x', 'hashes')).toBe(5)
  })

  it('gives back exactly what was not judged among parallel attempts, however often it is told', async () => {
    const { limits, marks } = setUp()
    const who = { account: 'a', address: 'x' }
    const attempts = allowed(await Promise.all(Array.from({ length: 5 }, () => limits.beginSignIn(who, START))))
    expect((await limits.beginSignIn(who, START)).allowed).toBe(false)

    await Promise.all([1, 3].flatMap((i) => [attempts[i]?.giveBack(), attempts[i]?.giveBack(), attempts[i]?.succeed(START)]))
    expect(await marks('account', 'a', 'pair:x')).toBe(3)
    expect(await marks('account', 'a', 'failures')).toBe(3)
    expect(await marks('address', 'x', 'failures')).toBe(3)
    expect(await marks('address', 'x', 'hashes')).toBe(3)

    const again = await Promise.all(Array.from({ length: 10 }, () => limits.beginSignIn(who, START)))
    expect(allowed(again)).toHaveLength(2)
  })

  it('does not take back a hash after a success', async () => {
    const { limits, marks } = setUp()
    const attempt = attemptOf(await limits.beginSignIn({ account: 'a', address: 'x' }, START))
    await attempt.succeed(START)
    await attempt.giveBack()
    await attempt.succeed(START)
    expect(await marks('address', 'x', 'hashes')).toBe(1)
  })

  it('tells the longer wait when both refuse', async () => {
    const { limits } = setUp({ policy: { ...DEFAULT_LIMIT_POLICY, address: { quota: 5, windowSeconds: HOUR } } })
    const who = { account: 'a', address: 'x' }
    for (let i = 0; i < 5; i++) await limits.beginSignIn(who, START)
    expect(await limits.beginSignIn(who, START + 1)).toMatchObject({ policy: 'address', retryAfterSeconds: HOUR - 1 })
  })
})

describe('beginRegistration', () => {
  it('takes exactly 20 an hour of a parallel burst, and one more for one given back', async () => {
    const { limits, marks } = setUp()
    const burst = await Promise.all(Array.from({ length: 40 }, () => limits.beginRegistration({ address: 'x' }, START)))
    expect(allowed(burst)).toHaveLength(20)
    expect(burst.find((one) => !one.allowed)).toMatchObject({ policy: 'registrations', quota: 20, retryAfterSeconds: HOUR })
    expect(await marks('address', 'x', 'hashes')).toBe(20)

    const [made, failed] = allowed(burst)
    await made?.succeed(START)
    await made?.giveBack()
    expect((await limits.beginRegistration({ address: 'x' }, START)).allowed).toBe(false)
    await failed?.giveBack()
    expect((await limits.beginRegistration({ address: 'x' }, START)).allowed).toBe(true)
    expect((await limits.beginRegistration({ address: 'x' }, START)).allowed).toBe(false)
  })

  it('does not count as a failed sign-in', async () => {
    const { limits, marks } = setUp()
    await limits.beginRegistration({ address: 'x' }, START)
    expect(await marks('address', 'x', 'failures')).toBe(0)
  })
})

describe('an outage', () => {
  const refuse = () => Promise.reject(new Error('object is gone'))
  const never = () => new Promise<never>(() => {})

  it.each([
    ['account', 'address', 'x'],
    ['address', 'account', 'a'],
  ] as const)('of the %s object is Unavailable, and the %s gets its attempt back', async (broken, other, text) => {
    const { limits, marks } = setUp({ namespace: failing(broken, refuse) })
    await expect(limits.beginSignIn({ account: 'a', address: 'x' }, START)).rejects.toThrow(Unavailable)
    expect(await marks(other, text, 'failures')).toBe(0)
  })

  it('is an object that does not answer in time', async () => {
    const { limits, marks } = setUp({ namespace: failing('account', never), deadlineMilliseconds: 300 })
    await expect(limits.beginSignIn({ account: 'a', address: 'x' }, START)).rejects.toThrow(Unavailable)
    expect(await marks('address', 'x', 'hashes')).toBe(0)
    await expect(setUp({ namespace: failing('', never), deadlineMilliseconds: 300 }).limits.ping()).rejects.toThrow(Unavailable)
  })

  it('gives back what was counted although the answer got lost', async () => {
    const lost = async (call: () => Promise<unknown>, method: string) => {
      const answer = await call()
      if (method.startsWith('count')) throw new Error('answer got lost')
      return answer
    }
    const { limits, marks } = setUp({ namespace: failing('account', lost) })
    await expect(limits.beginSignIn({ account: 'a', address: 'x' }, START)).rejects.toThrow(Unavailable)
    expect(await marks('account', 'a', 'pair:x')).toBe(0)
    expect(await marks('account', 'a', 'failures')).toBe(0)
  })

  it('while settling is told for a success and borne for a give-back', async () => {
    const onlyCounting = (call: () => Promise<unknown>, method: string) => (method.startsWith('count') ? call() : refuse())
    const { limits, marks } = setUp({ namespace: failing('account', onlyCounting) })
    const who = { account: 'a', address: 'x' }
    await expect(attemptOf(await limits.beginSignIn(who, START)).succeed(START)).rejects.toThrow(Unavailable)
    await attemptOf(await limits.beginSignIn(who, START)).giveBack()
    expect(await marks('account', 'a', 'failures')).toBe(2)
    expect(await marks('address', 'x', 'failures')).toBe(0)
  })

  it('does not stop a ping that is answered', async () => {
    await setUp().limits.ping()
  })
})
