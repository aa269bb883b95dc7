import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { describe, expect, it } from 'vitest'
import { RUNTIME_COST_LIMIT, type ScryptParameters, scrypt, scryptCost } from '../../src/platform/scrypt.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function scryptByReference(password: Uint8Array, salt: Uint8Array, { ln, r, p }: ScryptParameters, dkLen: number): Uint8Array {
  return nobleScrypt(password, salt, { N: 2 ** ln, r, p, dkLen })
}

// RFC 7914 §12 has a fourth vector, N=1048576: it needs 1 GiB of memory where an isolate has 128 MiB, and N·r·p = 2^23 is
// eight times the runtime's cap. Nothing here accepts such parameters, so there is nothing to run it on.
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
    expect(hexOf(await scrypt(bytesOf(password), bytesOf(salt), parameters, 64))).toBe(expected)
  })

  it('comes out of the reference, @noble/hashes', () => {
    expect(hexOf(scryptByReference(bytesOf(password), bytesOf(salt), parameters, 64))).toBe(expected)
  })
})

describe('scrypt()', () => {
  it.each([
    { ln: 1, r: 1, p: 1, keyLength: 16 },
    { ln: 6, r: 3, p: 2, keyLength: 33 },
    { ln: 10, r: 8, p: 1, keyLength: 32 },
    { ln: 11, r: 32, p: 1, keyLength: 64 },
    { ln: 8, r: 8, p: 16, keyLength: 32 },
  ])('is the same as by the reference with ln=$ln, r=$r, p=$p', async ({ keyLength, ...parameters }) => {
    const password = bytesOf('pässwörd 🙂\0and more')
    const salt = Uint8Array.from({ length: 16 }, (_, index) => index * 17)
    const key = await scrypt(password, salt, parameters, keyLength)
    expect(key).toHaveLength(keyLength)
    expect(scryptByReference(password, salt, parameters, keyLength)).toEqual(key)
  })

  it('is run by the runtime at the very cap', async () => {
    const parameters = { ln: 17, r: 8, p: 1 }
    expect(scryptCost(parameters)).toBe(RUNTIME_COST_LIMIT)
    expect(await scrypt(bytesOf('a'), bytesOf('salt'), parameters, 32)).toHaveLength(32)
  })

  it('is refused above the cap', async () => {
    await expect(scrypt(bytesOf('a'), bytesOf('salt'), { ln: 18, r: 8, p: 1 }, 32)).rejects.toThrow()
  })

  it('tells passwords, salts and parameters apart', async () => {
    const parameters = { ln: 4, r: 1, p: 1 }
    const keys = await Promise.all([
      scrypt(bytesOf('a'), bytesOf('salt'), parameters, 32),
      scrypt(bytesOf('b'), bytesOf('salt'), parameters, 32),
      scrypt(bytesOf('a'), bytesOf('pepper'), parameters, 32),
      scrypt(bytesOf('a'), bytesOf('salt'), { ...parameters, p: 2 }, 32),
    ])
    expect(new Set(keys.map(hexOf)).size).toBe(4)
  })

  it('rejects what RFC 7914 does not allow', async () => {
    await expect(scrypt(bytesOf('a'), bytesOf('salt'), { ln: 0, r: 1, p: 1 }, 32)).rejects.toThrow()
    await expect(scrypt(bytesOf('a'), bytesOf('salt'), { ln: 16, r: 1, p: 1 }, 32)).rejects.toThrow()
  })
})
