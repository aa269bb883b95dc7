import { describe, expect, it } from 'vitest'
import { createSigningKeyStore } from '../../../src/stores/keys/signing-keys.ts'
import { BINDINGS } from '../../support/harness.ts'
import { emptyDatabase, newEvent } from '../../support/store-fixtures.ts'

async function setUp() {
  return createSigningKeyStore(await emptyDatabase(), BINDINGS.SESSIONS, 5000)
}

const newKey = (kid: string, generation: number) => ({
  ...{ kid, generation, publicJwk: '{}', sealedPrivateJwk: `sealed ${kid}`, createdAt: 0, activeFrom: 0 },
})

describe('signing keys', () => {
  it('are listed oldest first', async () => {
    const store = await setUp()
    for (const [kid, generation] of [
      ['b', 2],
      ['c', 10],
      ['a', 1],
    ] as const)
      await store.insert(newKey(kid, generation), newEvent({ userId: null }))
    expect((await store.list()).map(({ kid }) => kid)).toEqual(['a', 'b', 'c'])
  })

  it('of one generation made by many at once are one, and nobody fails', async () => {
    const store = await setUp()
    await Promise.all(Array.from({ length: 10 }, (_, index) => store.insert(newKey(`kid ${index}`, 1), newEvent({ userId: null }))))
    expect(await store.list()).toHaveLength(1)
  })

  it('are re-sealed only where the seal is still the one that was opened', async () => {
    const store = await setUp()
    await store.insert(newKey('a', 1), newEvent({ userId: null }))
    await store.reseal('a', 'sealed by another', 'sealed late')
    expect(await store.list()).toMatchObject([{ sealedPrivateJwk: 'sealed a' }])
    await store.reseal('a', 'sealed a', 'sealed anew')
    expect(await store.list()).toMatchObject([{ sealedPrivateJwk: 'sealed anew' }])
  })

  it('are removed by name, and no names remove none', async () => {
    const store = await setUp()
    for (const generation of [1, 2, 3]) await store.insert(newKey(`kid ${generation}`, generation), newEvent({ userId: null }))
    await store.remove([])
    await store.remove(['kid 1', 'kid 3', 'unknown'])
    expect((await store.list()).map(({ kid }) => kid)).toEqual(['kid 2'])
  })

  it('have their public parts copied to KV', async () => {
    const store = await setUp()
    expect(await store.readPublicCopy()).toBeNull()
    await store.writePublicCopy('{"keys":[]}')
    expect(await store.readPublicCopy()).toBe('{"keys":[]}')
  })

  it('are an outage, not a missing copy, when KV fails or is slow', async () => {
    const database = await emptyDatabase()
    const broken = { get: () => Promise.reject(new Error('KV GET failed: 500')) } as unknown as KVNamespace
    await expect(createSigningKeyStore(database, broken, 50).readPublicCopy()).rejects.toMatchObject({ name: 'Unavailable' })
    const slow = { get: () => new Promise(() => {}) } as unknown as KVNamespace
    await expect(createSigningKeyStore(database, slow, 50).readPublicCopy()).rejects.toMatchObject({ name: 'Unavailable' })
  })
})
