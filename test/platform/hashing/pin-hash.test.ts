import { describe, expect, it } from 'vitest'
import { createKeyring, secretKeyId } from '../../../src/platform/crypto/keyring.ts'
import { hashPin, verifyPin } from '../../../src/platform/hashing/pin-hash.ts'
import { atOnce, hasher, hashPassword, verifyPasswordHash } from '../../support/hasher.ts'

const SECRET = 'kV3vJ0mY7cQm4sQ9yZ1tB8uN5hR2wX6eL0aD4fG7iKo'
const OTHER = 'Zp8rT2nW5xC9vB1mQ4sD7fG0hJ3kL6yU8iO5eA2wR7t'
const CHEAP = { ln: 4, r: 8, p: 1 }
const SALT = Uint8Array.from({ length: 16 }, (_, index) => index)

const keyring = createKeyring({ current: SECRET })
const rotated = createKeyring({ current: OTHER, previous: SECRET })
const stranger = createKeyring({ current: OTHER })

describe('hashPin()', () => {
  it('writes a PHC string and names the secret', async () => {
    const { pinHash, pinKeyId } = await hashPin({ hasher, keyring }, '1234', CHEAP, SALT, atOnce)
    expect(pinHash).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/)
    expect(pinKeyId).toBe(await secretKeyId(SECRET))
  })

  it('hashes otherwise under another secret', async () => {
    const { pinHash } = await hashPin({ hasher, keyring }, '1234', CHEAP, SALT, atOnce)
    expect((await hashPin({ hasher, keyring: rotated }, '1234', CHEAP, SALT, atOnce)).pinHash).not.toBe(pinHash)
  })

  it('throws for a lone surrogate', async () => {
    await expect(hashPin({ hasher, keyring }, '12\uD800', CHEAP, SALT, atOnce)).rejects.toThrow(TypeError)
  })
})

describe('verifyPin()', () => {
  it('matches the PIN and nothing else', async () => {
    const stored = await hashPin({ hasher, keyring }, '1234', CHEAP, SALT, atOnce)
    expect(await verifyPin({ hasher, keyring }, '1234', stored, atOnce)).toBe(true)
    expect(await verifyPin({ hasher, keyring }, '1235', stored, atOnce)).toBe(false)
    expect(await verifyPin({ hasher, keyring }, '01234', stored, atOnce)).toBe(false)
    expect(await verifyPin({ hasher, keyring }, '１２３４', stored, atOnce)).toBe(false)
    expect(await verifyPin({ hasher, keyring }, '', stored, atOnce)).toBe(false)
  })

  it('goes by the secret that the PIN names, as long as it is accepted', async () => {
    const stored = await hashPin({ hasher, keyring }, '1234', CHEAP, SALT, atOnce)
    expect(await verifyPin({ hasher, keyring: rotated }, '1234', stored, atOnce)).toBe(true)
    expect(await verifyPin({ hasher, keyring: rotated }, '1235', stored, atOnce)).toBe(false)
    expect(await verifyPin({ hasher, keyring: stranger }, '1234', stored, atOnce)).toBe(false)
    expect(await verifyPin({ hasher, keyring: rotated }, '1234', { ...stored, pinKeyId: await secretKeyId(OTHER) }, atOnce)).toBe(
      false,
    )
  })

  it('takes no PIN for a password and no password for a PIN', async () => {
    const stored = await hashPin({ hasher, keyring }, '12345678', CHEAP, SALT, atOnce)
    expect(await verifyPasswordHash('12345678', stored.pinHash)).toBe(false)
    const password = { ...stored, pinHash: await hashPassword('12345678', CHEAP, SALT) }
    expect(await verifyPin({ hasher, keyring }, '12345678', password, atOnce)).toBe(false)
  })

  it('never matches a lone surrogate', async () => {
    const stored = await hashPin({ hasher, keyring }, '12\uFFFD', CHEAP, SALT, atOnce)
    expect(await verifyPin({ hasher, keyring }, '12\uD800', stored, atOnce)).toBe(false)
  })

  it.each(['', '1234', '$scrypt$ln=30,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA'])(
    'answers false to a broken hash: %j',
    async (pinHash) => {
      expect(await verifyPin({ hasher, keyring }, '1234', { pinHash, pinKeyId: await secretKeyId(SECRET) }, atOnce)).toBe(false)
    },
  )
})
