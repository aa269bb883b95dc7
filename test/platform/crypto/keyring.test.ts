import { describe, expect, it } from 'vitest'
import {
  createKeyring,
  deriveKeyBytes,
  findSecretProblem,
  type Keyring,
  secretKeyId,
} from '../../../src/platform/crypto/keyring.ts'

const SECRET = 'kV3vJ0mY7cQm4sQ9yZ1tB8uN5hR2wX6eL0aD4fG7iKo'
const OTHER = 'Zp8rT2nW5xC9vB1mQ4sD7fG0hJ3kL6yU8iO5eA2wR7t'
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Another character in place of the one at `index`, which stays within base64url. */
function flip(text: string, index: number): string {
  return text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
}

async function mac(keyring: Keyring, purpose: string, keyId?: string): Promise<string> {
  const found = await keyring.hmacKey(purpose, keyId)
  if (!found) throw new Error('no key')
  return hexOf(new Uint8Array(await crypto.subtle.sign('HMAC', found.key, new TextEncoder().encode('message'))))
}

describe('findSecretProblem()', () => {
  it.each([
    ['base64 of 32 bytes', SECRET],
    ['hex of 32 bytes', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    ['padded base64', 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='],
  ])('finds none with %s', (_, secret) => {
    expect(findSecretProblem(secret)).toBeNull()
  })

  it.each([
    ['no secret', undefined, 'missing'],
    ['an empty one', '', 'missing'],
    ['spaces', ' '.repeat(50), 'missing'],
    ['42 characters', SECRET.slice(1), 'shorter than 43 characters'],
    ['one character many times', 'a'.repeat(64), 'weak'],
    ['nine characters', 'abcdefghi'.repeat(6), 'weak'],
    ['a repetition', 'k3JhT9xQw2Lm'.repeat(4), 'weak'],
    ['a repetition that is cut short', 'k3JhT9xQw2LmPz'.repeat(4).slice(0, 45), 'weak'],
    ['a secret said twice', SECRET + SECRET, 'weak'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'weak'],
    ['the alphabet backwards', 'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba', 'weak'],
    ['a placeholder', 'change-me-to-32-random-bytes-before-going-live!', 'weak'],
    ['a placeholder in capitals', 'REPLACE_THIS_WITH_THE_OUTPUT_OF_OPENSSL_RAND_32', 'weak'],
    ['a passphrase about secrets', 'my super secret key that nobody will ever guess', 'weak'],
  ])('finds one with %s', (_, secret, problem) => {
    expect(findSecretProblem(secret)).toBe(problem)
  })

  it('finds none in any of a thousand random secrets', () => {
    for (let run = 0; run < 1000; run += 1) {
      const bytes = crypto.getRandomValues(new Uint8Array(32))
      expect(findSecretProblem(btoa(String.fromCharCode(...bytes)))).toBeNull()
      expect(findSecretProblem(hexOf(bytes))).toBeNull()
    }
  })
})

describe('deriveKeyBytes()', () => {
  it('is HKDF-SHA-256 with no salt and the purpose as info', async () => {
    // By hmac and hashlib of Python: extract with 32 zero bytes, expand with b'postern/test\x01'.
    expect(hexOf(await deriveKeyBytes(SECRET, 'test'))).toBe('b86a5e0b31c7b9b8e0d770ccadfbb18bf701a424c9966e310dae4e5b84430dd2')
    expect(await secretKeyId(SECRET)).toBe('b1e89861')
  })

  it('tells secrets and purposes apart', async () => {
    const keys = await Promise.all([deriveKeyBytes(SECRET, 'a'), deriveKeyBytes(SECRET, 'b'), deriveKeyBytes(OTHER, 'a')])
    expect(new Set(keys.map(hexOf)).size).toBe(3)
  })
})

describe('createKeyring()', () => {
  it('names the current secret', async () => {
    const keyring = createKeyring({ current: SECRET, previous: OTHER })
    expect(await keyring.currentKeyId()).toBe(await secretKeyId(SECRET))
    expect(await keyring.currentKeyId()).toMatch(/^[0-9a-f]{8}$/)
  })

  it('opens what it sealed', async () => {
    const keyring = createKeyring({ current: SECRET })
    for (const text of ['', 'text', '\uFEFFwith a byte order mark', 'ğ🙂\0', 'x'.repeat(5000)]) {
      expect(await keyring.open('mail', await keyring.seal('mail', text, 'row 1'), 'row 1')).toBe(text)
    }
  })

  it('writes version, key id, iv and ciphertext, the iv from the given randomness', async () => {
    const keyring = createKeyring({ current: SECRET }, (length) => new Uint8Array(length).fill(255))
    const [version, keyId, iv, ciphertext] = (await keyring.seal('mail', 'text', '')).split('.')
    expect([version, keyId, iv]).toEqual(['v1', await secretKeyId(SECRET), '________________'])
    expect(ciphertext).toMatch(/^[A-Za-z0-9_-]{27}$/)
  })

  it('never seals twice alike', async () => {
    const keyring = createKeyring({ current: SECRET })
    expect(await keyring.seal('mail', 'text', '')).not.toBe(await keyring.seal('mail', 'text', ''))
  })

  it('does not seal a lone surrogate, which would come back as another character', async () => {
    await expect(createKeyring({ current: SECRET }).seal('mail', '\uD800', '')).rejects.toThrow(TypeError)
  })

  it('opens nothing under another purpose, context or secret', async () => {
    const keyring = createKeyring({ current: SECRET })
    const sealed = await keyring.seal('mail', 'text', 'row 1')
    expect(await keyring.open('signing-key', sealed, 'row 1')).toBeNull()
    expect(await keyring.open('mail', sealed, 'row 2')).toBeNull()
    expect(await keyring.open('mail', sealed, '')).toBeNull()
    expect(await createKeyring({ current: OTHER }).open('mail', sealed, 'row 1')).toBeNull()
  })

  it('opens nothing that was changed anywhere', async () => {
    const keyring = createKeyring({ current: SECRET })
    const sealed = await keyring.seal('mail', 'some text', 'row 1')
    for (let index = 0; index < sealed.length; index += 1) {
      expect(await keyring.open('mail', flip(sealed, index), 'row 1'), `character ${index}`).toBeNull()
    }
  })

  it.each(['', 'v1', 'v1...', 'text', 'v2.00000000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA', '__proto__'])(
    'answers null to what was never sealed: %j',
    async (text) => {
      expect(await createKeyring({ current: SECRET }).open('mail', text, '')).toBeNull()
    },
  )

  it('opens and verifies with the previous secret, and seals with the current one', async () => {
    const before = createKeyring({ current: OTHER })
    const after = createKeyring({ current: SECRET, previous: OTHER })
    const sealed = await before.seal('mail', 'text', 'row 1')
    expect(await after.open('mail', sealed, 'row 1')).toBe('text')
    expect(await after.seal('mail', 'text', 'row 1')).toContain(`.${await secretKeyId(SECRET)}.`)
    expect(await mac(after, 'refresh', await before.currentKeyId())).toBe(await mac(before, 'refresh'))
  })

  it('forgets a secret that is neither current nor previous', async () => {
    const keyring = createKeyring({ current: SECRET })
    expect(await keyring.hmacKey('refresh', await secretKeyId(OTHER))).toBeNull()
    expect(await keyring.hmacKey('refresh', '__proto__')).toBeNull()
  })

  it('takes an empty previous secret for none, and the same secret twice for one', async () => {
    expect(await createKeyring({ current: SECRET, previous: '' }).hmacKey('refresh', await secretKeyId(''))).toBeNull()
    expect(await createKeyring({ current: SECRET, previous: SECRET }).currentKeyId()).toBe(await secretKeyId(SECRET))
  })

  it('gives each purpose a key of its own, and the same one each time', async () => {
    const keyring = createKeyring({ current: SECRET })
    const found = await keyring.hmacKey('refresh')
    expect(found?.keyId).toBe(await secretKeyId(SECRET))
    expect(await keyring.hmacKey('refresh')).toEqual(found)
    expect((await keyring.hmacKey('refresh'))?.key).toBe(found?.key)
    expect(await mac(keyring, 'refresh')).not.toBe(await mac(keyring, 'account'))
    expect(found?.key.extractable).toBe(false)
    expect([...(found?.key.usages ?? [])].sort()).toEqual(['sign', 'verify'])
  })

  it('works when everything is asked for at once', async () => {
    const keyring = createKeyring({ current: SECRET })
    const macs = await Promise.all(Array.from({ length: 20 }, () => mac(keyring, 'refresh')))
    expect(new Set(macs).size).toBe(1)
  })
})
