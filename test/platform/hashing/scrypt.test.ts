import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { describe, expect, it, vi } from 'vitest'
import romix from '../../../src/platform/hashing/romix.wasm'
import { HASH_MEMORY_BYTES, ScryptEngine, type ScryptParameters } from '../../../src/platform/hashing/scrypt.ts'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'
import { atOnce, engine } from '../../support/hasher.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function derive(password: string, salt: string, parameters: ScryptParameters, keyLength: number, by = engine): Promise<Uint8Array> {
  return by.derive(bytesOf(password), bytesOf(salt), parameters, keyLength, atOnce)
}

function scryptByReference(password: Uint8Array, salt: Uint8Array, { ln, r, p }: ScryptParameters, dkLen: number): Uint8Array {
  return nobleScrypt(password, salt, { N: 2 ** ln, r, p, dkLen })
}

// RFC 7914 §12 has a fourth vector, N=1048576, r=8, p=1: 1 GiB by the book. The engine computes it in 64 MiB, but that takes half a
// minute, and password-hash.ts never asks for it.
const VECTORS = [
  {
    name: 'N=16, r=1, p=1, empty password and salt',
    password: '',
    salt: '',
    parameters: { ln: 4, r: 1, p: 1 },
    expected:
      '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442' +
      'fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
  },
  {
    name: 'N=1024, r=8, p=16',
    password: 'password',
    salt: 'NaCl',
    parameters: { ln: 10, r: 8, p: 16 },
    expected:
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162' +
      '2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
  },
  {
    name: 'N=16384, r=8, p=1',
    password: 'pleaseletmein',
    salt: 'SodiumChloride',
    parameters: { ln: 14, r: 8, p: 1 },
    expected:
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
      'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  },
]

describe.each(VECTORS)('RFC 7914 §12, $name', ({ password, salt, parameters, expected }) => {
  it('comes out of the engine', async () => {
    expect(hexOf(await derive(password, salt, parameters, 64))).toBe(expected)
  })

  it('comes out of the reference, @noble/hashes', () => {
    expect(hexOf(scryptByReference(bytesOf(password), bytesOf(salt), parameters, 64))).toBe(expected)
  })
})

describe('ScryptEngine', () => {
  it.each([
    { ln: 1, r: 1, p: 1, keyLength: 16 },
    { ln: 2, r: 1, p: 7, keyLength: 32 },
    { ln: 6, r: 3, p: 2, keyLength: 33 },
    { ln: 10, r: 8, p: 1, keyLength: 32 },
    { ln: 9, r: 32, p: 1, keyLength: 64 },
    { ln: 8, r: 8, p: 16, keyLength: 32 },
    { ln: 7, r: 8, p: 10, keyLength: 32 },
    { ln: 4, r: 64, p: 1, keyLength: 32 },
    { ln: 11, r: 16, p: 1, keyLength: 64 },
  ])('computes what the reference computes, with ln=$ln, r=$r, p=$p', async ({ keyLength, ...parameters }) => {
    const password = bytesOf('pässwörd 🙂\0and more')
    const salt = Uint8Array.from({ length: 16 }, (_, index) => index * 17)
    const key = await engine.derive(password, salt, parameters, keyLength, atOnce)
    expect(key).toHaveLength(keyLength)
    expect(hexOf(key)).toBe(hexOf(scryptByReference(password, salt, parameters, keyLength)))
  })

  // At r=8 a row is 1 KiB: N=1024 needs 1 MiB a lane by the book.
  it.each([
    { pages: 64, what: 'all rows of three lanes' },
    { pages: 40, what: 'most rows' },
    { pages: 25, what: 'half the rows and a few' },
    { pages: 17, what: 'a third' },
    { pages: 9, what: 'less than a fifth' },
    { pages: 4, what: 'a fifteenth' },
    { pages: 2, what: 'one in 32' },
  ])('computes the same with memory for $what ($pages pages)', async ({ pages }) => {
    const cramped = new ScryptEngine(romix, pages * 65_536)
    for (const parameters of [1, 2, 3, 4].map((p) => ({ ln: 10, r: 8, p }))) {
      const key = await derive('password', 'NaCl', parameters, 64, cramped)
      expect(hexOf(key)).toBe(hexOf(scryptByReference(bytesOf('password'), bytesOf('NaCl'), parameters, 64)))
    }
    expect(cramped.memoryBytes).toBeLessThanOrEqual(pages * 65_536)
  })

  it('computes one hash after another in the same memory, whatever their parameters', async () => {
    const one = new ScryptEngine(romix)
    const all = [
      { ln: 10, r: 8, p: 3 },
      { ln: 4, r: 1, p: 1 },
      { ln: 11, r: 2, p: 2 },
      { ln: 10, r: 8, p: 3 },
    ]
    for (const parameters of all) {
      expect(await derive('a', 'salt', parameters, 32, one)).toEqual(
        await derive('a', 'salt', parameters, 32, new ScryptEngine(romix)),
      )
    }
  })

  it('never takes more than 64 MiB, not even for parameters that need 128 by the book', async () => {
    const one = new ScryptEngine(romix)
    await derive('a', 'salt', { ln: 15, r: 8, p: 3 }, 32, one)
    await derive('a', 'salt', { ln: 17, r: 8, p: 1 }, 32, one)
    expect(one.memoryBytes).toBeGreaterThan(HASH_MEMORY_BYTES / 2)
    expect(one.memoryBytes).toBeLessThanOrEqual(HASH_MEMORY_BYTES)
  })

  // Made with hashlib.scrypt of Python, by OpenSSL: the reference in JavaScript takes seconds for these.
  it.each([
    { ln: 13, r: 8, p: 10, expected: 'a7456f587fa88d9547cd5a7a3201f62d70e2341e0bfa20a8ff505d7b21ddaba1' },
    { ln: 14, r: 8, p: 6, expected: 'cda8abfba23bc79bce73ea5a746dfac42239bd943b64c886a094b9dbb64b0fbf' },
    { ln: 14, r: 16, p: 1, expected: '5ff30a01cd7181e0f1f9d1a7260df08ad36cf96781b928867498d562d6cbe054' },
    { ln: 15, r: 8, p: 3, expected: 'd5d2edacfb882371445fa09d8c0bd433c3fd5ae0e7129f9b94afa6b6b4a65550' },
    { ln: 16, r: 8, p: 2, expected: 'f7adef604f069c96e8a7b511bfd33c6f2879c4ddf21d7a880d3f1d4dd7134810' },
    { ln: 17, r: 8, p: 1, expected: 'c2071233af7bbe61585462b1f1e38324299497e9114e275b595b925b38323267' },
  ])('computes in 64 MiB what OpenSSL computes, with ln=$ln, r=$r, p=$p', async ({ expected, ...parameters }) => {
    expect(hexOf(await derive('password', 'NaCl', parameters, 32))).toBe(expected)
  })

  it('lends its memory, all of it and no more, and computes the same afterwards', async () => {
    const one = new ScryptEngine(romix)
    const before = await derive('a', 'salt', { ln: 10, r: 8, p: 3 }, 32, one)
    one.lend(HASH_MEMORY_BYTES).fill(0xffffffff)
    expect(one.memoryBytes).toBe(HASH_MEMORY_BYTES)
    expect(() => one.lend(HASH_MEMORY_BYTES + 4)).toThrow(Unavailable)
    expect(await derive('a', 'salt', { ln: 10, r: 8, p: 3 }, 32, one)).toEqual(before)
  })

  it('asks before the first slice and between slices, some ten times for one hash of today', async () => {
    let slices = 0
    await engine.derive(bytesOf('a'), bytesOf('salt'), { ln: 15, r: 8, p: 3 }, 32, async () => {
      slices += 1
    })
    expect(slices).toBeGreaterThanOrEqual(4)
    expect(slices).toBeLessThanOrEqual(12)
  })

  it('touches the memory no more once the checkpoint throws', async () => {
    const one = new ScryptEngine(romix)
    const parameters = { ln: 14, r: 8, p: 3 }
    let slices = 0
    let resume = () => {}
    const stopped = new Promise<void>((resolve) => {
      resume = resolve
    })
    const lost = one.derive(bytesOf('a'), bytesOf('salt'), parameters, 32, async () => {
      slices += 1
      if (slices < 2) return
      await stopped
      throw new Error('lost')
    })
    lost.catch(() => {})
    while (slices < 2) await new Promise((resolve) => setTimeout(resolve, 0))

    let others = 0
    const other = one.derive(bytesOf('b'), bytesOf('salt'), parameters, 32, async () => {
      others += 1
      if (others === 2) resume()
      await new Promise((resolve) => setTimeout(resolve, 0))
    })
    await expect(lost).rejects.toThrow('lost')
    expect(hexOf(await other)).toBe(hexOf(await derive('b', 'salt', parameters, 32)))
  })

  it('is an outage when there is no memory left', async () => {
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('Memory.grow(): Maximum memory size exceeded')
    })
    await expect(derive('a', 'salt', { ln: 10, r: 8, p: 1 }, 32, new ScryptEngine(romix))).rejects.toThrow(Unavailable)
    grow.mockRestore()
  })

  it('tells passwords, salts and parameters apart', async () => {
    const parameters = { ln: 4, r: 1, p: 1 }
    const keys = await Promise.all([
      derive('a', 'salt', parameters, 32),
      derive('b', 'salt', parameters, 32),
      derive('a', 'pepper', parameters, 32),
      derive('a', 'salt', { ...parameters, p: 2 }, 32),
    ])
    expect(new Set(keys.map(hexOf)).size).toBe(4)
  })

  it.each([
    { ln: 0, r: 1, p: 1 },
    { ln: 16, r: 1, p: 1 },
    { ln: 4, r: 0, p: 1 },
    { ln: 4, r: 1, p: 0 },
  ])('refuses what RFC 7914 §2 does not allow: ln=$ln, r=$r, p=$p', async (parameters) => {
    await expect(derive('a', 'salt', parameters, 32)).rejects.toThrow(RangeError)
  })
})
