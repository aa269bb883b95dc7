import { describe, expect, it } from 'vitest'
import type { KeySet, PosternResult } from '../../src/client/bindings.ts'
import { createKeyCache } from '../../src/client/key-cache.ts'
import type { Report } from '../../src/client/troubles.ts'
import { generateSigningKey, type PublicJwk } from '../../src/platform/crypto/jwt.ts'

const NOW = 1_800_000_000
const TERMS = { issuer: 'https://postern.example', audience: 'https://postern.example', maxTokenAgeSeconds: 900 }
const OUTAGE = { ok: false, code: 'unavailable', retryAfter: 1 } as const

async function newKey(): Promise<PublicJwk> {
  return (await generateSigningKey()).publicJwk
}

/** With keys that may be a day old. */
function cacheOf(ask: () => Promise<PosternResult<KeySet>>, report: Report = () => {}) {
  const cache = createKeyCache()
  return { find: (kid: string, now: number, maxAgeSeconds = 86_400) => cache.find(kid, now, maxAgeSeconds, { ask, report }) }
}

/** A Postern whose answers a test decides; counts how often it is asked. */
function setUp(...keys: PublicJwk[]) {
  const postern = { keys, asked: 0, isOut: false, hangs: false, milliseconds: 1 }
  const ask = async (): Promise<PosternResult<KeySet>> => {
    postern.asked += 1
    if (postern.hangs) return new Promise(() => {})
    await new Promise((resolve) => setTimeout(resolve, postern.milliseconds))
    return postern.isOut ? OUTAGE : { ok: true, value: { keys: postern.keys, ...TERMS, cacheSeconds: 600 } }
  }
  return { postern, cache: cacheOf(ask) }
}

describe('find()', () => {
  it('asks once, and not again while the keys are fresh', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    expect(await cache.find(key.kid, NOW)).toMatchObject({ terms: TERMS })
    expect(await cache.find(key.kid, NOW + 599)).toMatchObject({ terms: TERMS })
    expect(postern.asked).toBe(1)
    await cache.find(key.kid, NOW + 600)
    expect(postern.asked).toBe(2)
  })

  it('asks once for many requests at the same time', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    const found = await Promise.all(Array.from({ length: 20 }, () => cache.find(key.kid, NOW)))
    expect(found.every((each) => each !== null && 'key' in each)).toBe(true)
    expect(postern.asked).toBe(1)
  })

  it('does not hang with a request that was cancelled while it asked', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    postern.hangs = true
    void cache.find(key.kid, NOW)
    postern.hangs = false
    expect(await cache.find(key.kid, NOW)).toMatchObject({ terms: TERMS })
  })

  it('asks once for many requests at the same time, however slow the answer is', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    postern.milliseconds = 1500
    const found = await Promise.all(Array.from({ length: 12 }, () => cache.find(key.kid, NOW)))
    expect(found.every((each) => each !== null && 'key' in each)).toBe(true)
    // One more for every fifth of a second: the request that asked may have been cancelled.
    expect(postern.asked).toBeLessThan(10)
  })

  it('waits only once for the answer that a cancelled request would have had', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    postern.hangs = true
    void cache.find(key.kid, NOW)
    postern.hangs = false
    await cache.find(key.kid, NOW)
    const startedAt = Date.now()
    for (let count = 0; count < 10; count++) expect(await cache.find(`forged-${count}`, NOW + 1)).toBeNull()
    expect(Date.now() - startedAt).toBeLessThan(150)
    expect(postern.asked).toBe(2)
  })

  it('leaves out a key that cannot be used, and goes on with the others', async () => {
    const key = await newKey()
    const unusable = [
      { ...key, kid: 'no-point', x: 'AA' },
      { kid: 'symmetric', kty: 'oct', k: 'c2VjcmV0', alg: 'ES256', use: 'sig' },
      { kid: 'nothing', alg: 'ES256', use: 'sig' },
    ] as PublicJwk[]
    const { cache } = setUp(...unusable, key)
    expect(await cache.find(key.kid, NOW)).toMatchObject({ terms: TERMS })
    for (const { kid } of unusable) expect(await cache.find(kid, NOW)).toBeNull()
  })

  it.each([undefined, { ok: true }, { ok: true, value: { keys: 'none' } }])(
    'tells an answer that makes no sense as an outage, and keeps the old keys: %j',
    async (nonsense) => {
      const key = await newKey()
      let answer: unknown = nonsense
      const told: unknown[] = []
      const cache = cacheOf(
        async () => answer as PosternResult<KeySet>,
        (error) => told.push(error),
      )
      expect(await cache.find(key.kid, NOW)).toEqual(OUTAGE)
      expect(told).toEqual([expect.objectContaining({ name: 'SetUpError' })])
      answer = { ok: true, value: { keys: [key], ...TERMS, cacheSeconds: 600 } }
      expect(await cache.find(key.kid, NOW + 5)).toMatchObject({ terms: TERMS })
      answer = nonsense
      expect(await cache.find(key.kid, NOW + 605)).toMatchObject({ terms: TERMS })
    },
  )

  it('keeps the imported keys', async () => {
    const key = await newKey()
    const { cache } = setUp(key)
    const [first, second] = [await cache.find(key.kid, NOW), await cache.find(key.kid, NOW)]
    expect(first && 'key' in first && first.key).toBe(second && 'key' in second && second.key)
  })

  it('asks again for a key id it does not know, but not for each forgery', async () => {
    const [old, young] = [await newKey(), await newKey()]
    const { postern, cache } = setUp(old)
    await cache.find(old.kid, NOW)
    postern.keys = [old, young]
    expect(await cache.find(young.kid, NOW + 4)).toBeNull()
    expect(await cache.find(young.kid, NOW + 5)).toMatchObject({ terms: TERMS })
    for (let count = 0; count < 10; count++) expect(await cache.find(`forged-${count}`, NOW + 6)).toBeNull()
    expect(postern.asked).toBe(2)
  })

  it('goes on with old keys while Postern does not answer, and does not ask it each time', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    await cache.find(key.kid, NOW)
    postern.isOut = true
    for (const seconds of [600, 601, 604, 86_400]) expect(await cache.find(key.kid, NOW + seconds)).toMatchObject({ terms: TERMS })
    expect(postern.asked).toBe(3)
  })

  it('uses no key any more that could not be fetched anew within the bound, and says so as an outage', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    await cache.find(key.kid, NOW, 3600)
    postern.isOut = true
    expect(await cache.find(key.kid, NOW + 3600, 3600)).toMatchObject({ terms: TERMS })
    expect(await cache.find(key.kid, NOW + 3601, 3600)).toEqual(OUTAGE)
    postern.hangs = true
    void cache.find(key.kid, NOW + 3610, 3600)
    postern.hangs = false
    expect(await cache.find(key.kid, NOW + 3610, 3600)).toEqual(OUTAGE)
    postern.isOut = false
    expect(await cache.find(key.kid, NOW + 3620, 3600)).toMatchObject({ terms: TERMS })
  })

  it('tells an outage as one: for a key nobody knows yet it is no refusal', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    postern.isOut = true
    expect(await cache.find(key.kid, NOW)).toEqual(OUTAGE)
    expect(await cache.find(key.kid, NOW + 1)).toEqual(OUTAGE)
    postern.isOut = false
    expect(await cache.find(key.kid, NOW + 5)).toMatchObject({ terms: TERMS })
    postern.isOut = true
    expect(await cache.find('new', NOW + 10)).toEqual(OUTAGE)
  })

  it('goes on when the clock is set back: asks anew at once, and counts the age of what it has from then on', async () => {
    const [old, young] = [await newKey(), await newKey()]
    const { postern, cache } = setUp(old)
    await cache.find(old.kid, NOW, 3600)
    const earlier = NOW - 86_400
    postern.keys = [old, young]
    expect(await cache.find(young.kid, earlier, 3600)).toMatchObject({ terms: TERMS })
    expect(postern.asked).toBe(2)
    await cache.find(young.kid, earlier + 599, 3600)
    expect(postern.asked).toBe(2)
    await cache.find(young.kid, earlier + 600, 3600)
    expect(postern.asked).toBe(3)
    postern.isOut = true
    const again = earlier - 86_400
    expect(await cache.find(old.kid, again, 3600)).toMatchObject({ terms: TERMS })
    expect(await cache.find(old.kid, again + 3600, 3600)).toMatchObject({ terms: TERMS })
    expect(await cache.find(old.kid, again + 3601, 3600)).toEqual(OUTAGE)
  })

  it('asks after an outage as soon as ever where the clock is set back', async () => {
    const key = await newKey()
    const { postern, cache } = setUp(key)
    postern.isOut = true
    expect(await cache.find(key.kid, NOW)).toEqual(OUTAGE)
    postern.isOut = false
    expect(await cache.find(key.kid, NOW - 3600)).toMatchObject({ terms: TERMS })
  })

  it('forgets a key that is not published any more', async () => {
    const [old, young] = [await newKey(), await newKey()]
    const { postern, cache } = setUp(old)
    await cache.find(old.kid, NOW)
    postern.keys = [young]
    expect(await cache.find(old.kid, NOW + 600)).toBeNull()
  })
})
