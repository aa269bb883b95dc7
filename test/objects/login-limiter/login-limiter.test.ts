// One limiter object in workerd: what its storage keeps, for how long, and that nothing of it lives in memory.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMIT_POLICY } from '../../../src/objects/login-limiter/limit-rules.ts'
import { LoginLimiterObject } from '../../../src/objects/login-limiter/login-limiter.ts'
import { DEFAULT_PIN_POLICY } from '../../../src/objects/login-limiter/pin-tallies.ts'

const namespace = (env as unknown as { LOGIN_LIMITER: DurableObjectNamespace<LoginLimiterObject> }).LOGIN_LIMITER
const policy = DEFAULT_LIMIT_POLICY
const START = 1_800_000_000
const HOUR = 3600
const DAY = 24 * HOUR

let objects = 0
const newObject = () => namespace.getByName(`account:${objects++}`)
type Stub = ReturnType<typeof newObject>

const storedKeys = (stub: Stub) => runInDurableObject(stub, (_, { storage }) => [...storage.kv.list()].map(([key]) => key))
const alarmTime = (stub: Stub) => runInDurableObject(stub, (_, { storage }) => storage.getAlarm())
const sweepTime = (stub: Stub) => runInDurableObject(stub, (_, { storage }) => storage.kv.get<number>('sweep-at'))
const tryFrom = (stub: Stub, pair: string, now: number, id: string = crypto.randomUUID()) =>
  stub.countAccountAttempt({ id, pair }, now, policy)

describe('LoginLimiterObject', () => {
  it('offers nothing over RPC but what the client wrapper calls', () => {
    expect(Object.getOwnPropertyNames(LoginLimiterObject.prototype).sort()).toEqual([
      'acceptAccountAttempt',
      'acceptAddressAttempt',
      'acceptPinAttempt',
      'alarm',
      'clearPairs',
      'constructor',
      'countAccountAttempt',
      'countAddressAttempt',
      'countPinAttempt',
      'describe',
      'describeAddress',
      'forget',
      'giveBackAccountAttempt',
      'giveBackAddressAttempt',
      'giveBackPinAttempt',
      'ping',
      'revivePin',
      'takeRegistration',
      'unlock',
    ])
  })

  it('answers a ping, and settles attempts it does not know, without writing anything', async () => {
    const stub = newObject()
    expect(await stub.ping()).toBe('ok')
    await stub.acceptAccountAttempt({ id: 'unknown', pair: 'a' }, START, policy)
    await stub.giveBackAccountAttempt({ id: 'unknown', pair: 'a' }, START)
    await stub.acceptAddressAttempt('unknown', START)
    await stub.acceptPinAttempt({ id: 'unknown', pair: 'a' }, START, DEFAULT_PIN_POLICY)
    await stub.giveBackPinAttempt({ id: 'unknown', pair: 'a' }, START)
    await stub.revivePin(START)
    await stub.clearPairs()
    await stub.forget()
    await stub.giveBackAddressAttempt('unknown', START)
    expect(await storedKeys(stub)).toEqual([])
    expect(await alarmTime(stub)).toBeNull()
  })

  it('keeps its counts when it is evicted from memory', async () => {
    const stub = newObject()
    for (let i = 0; i < 5; i++) await tryFrom(stub, 'a', START)
    await evictDurableObject(stub)
    expect(await tryFrom(stub, 'a', START)).toMatchObject({ allowed: false, policy: 'account-address', retryAfterSeconds: 60 })
  })

  it('writes nothing for an attempt it refuses', async () => {
    const stub = newObject()
    for (let i = 0; i < 5; i++) await tryFrom(stub, 'a', START)
    const dump = () => runInDurableObject(stub, (_, { storage }) => JSON.stringify([...storage.kv.list()]))
    const before = await dump()
    await tryFrom(stub, 'a', START + 1)
    expect(await dump()).toBe(before)
  })

  it('sets its alarm by the distance to the moment when something can go, at least an hour', async () => {
    const stub = newObject()
    await stub.countAddressAttempt('a', START, policy)
    const ahead = ((await alarmTime(stub)) ?? 0) - Date.now()
    expect(Math.abs(ahead - HOUR * 1000)).toBeLessThan(30_000)
    expect(await sweepTime(stub)).toBe(START + HOUR)
  })

  it('is empty after the alarm when nothing is live any more', async () => {
    const stub = newObject()
    await stub.countAddressAttempt('a', START, policy)
    await stub.takeRegistration('b', START, policy)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await storedKeys(stub)).toEqual([])
    expect(await alarmTime(stub)).toBeNull()
    // And it counts again, with an alarm of its own.
    for (let i = 0; i < 20; i++) expect(await stub.takeRegistration(`${i}`, START + HOUR, policy)).toEqual({ allowed: true })
    expect(await alarmTime(stub)).not.toBeNull()
  })

  it('drops by the alarm only what is over, and rings again for the rest', async () => {
    const stub = newObject()
    await tryFrom(stub, 'a', START)
    await tryFrom(stub, 'known', START, 'right')
    await stub.acceptAccountAttempt({ id: 'right', pair: 'known' }, START, policy)
    expect((await storedKeys(stub)).sort()).toEqual(['sweep-at', 'tally:failures', 'tally:known', 'tally:pair:a'])

    await runDurableObjectAlarm(stub)
    expect((await storedKeys(stub)).sort()).toEqual(['sweep-at', 'tally:known', 'tally:pair:a'])
    expect(await sweepTime(stub)).toBe(START + DAY)

    await runDurableObjectAlarm(stub)
    expect((await storedKeys(stub)).sort()).toEqual(['sweep-at', 'tally:known'])
    expect(await sweepTime(stub)).toBe(START + 30 * DAY)

    await runDurableObjectAlarm(stub)
    expect(await storedKeys(stub)).toEqual([])
  })

  it('brings the alarm forward when something shorter-lived comes in, and sets a lost one again', async () => {
    const stub = newObject()
    await tryFrom(stub, 'known', START, 'right')
    await stub.acceptAccountAttempt({ id: 'right', pair: 'known' }, START, policy)
    await runDurableObjectAlarm(stub)
    expect(await sweepTime(stub)).toBe(START + 30 * DAY)
    await tryFrom(stub, 'a', START + DAY)
    expect(await sweepTime(stub)).toBe(START + DAY + HOUR)

    await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm())
    await tryFrom(stub, 'a', START + 3 * DAY)
    expect(await sweepTime(stub)).toBe(START + 3 * DAY + HOUR)
    expect(await alarmTime(stub)).not.toBeNull()
  })
})
