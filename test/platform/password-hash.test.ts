import { describe, expect, it } from 'vitest'
import {
  DEFAULT_SCRYPT,
  decoyHash,
  hashPassword,
  isBelowFloor,
  isWeakerThan,
  verifyPasswordHash,
} from '../../src/platform/password-hash.ts'

const CHEAP = { ln: 4, r: 8, p: 1 }
const SALT = Uint8Array.from({ length: 16 }, (_, index) => index)
const SALT_TEXT = 'AAECAwQFBgcICQoLDA0ODw'

describe('hashPassword()', () => {
  it('writes a PHC string with today’s parameters, which verifies', async () => {
    const phc = await hashPassword('correct horse', DEFAULT_SCRYPT, SALT)
    expect(phc).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$AAECAwQFBgcICQoLDA0ODw\$[A-Za-z0-9+/]{43}$/)
    expect(await verifyPasswordHash('correct horse', phc)).toBe(true)
    expect(await verifyPasswordHash('correct horsf', phc)).toBe(false)
  })

  it('writes what other implementations read', async () => {
    // hashlib.scrypt(b'password', salt=bytes(range(16)), n=16, r=8, p=1, dklen=32) of Python.
    expect(await hashPassword('password', CHEAP, SALT)).toBe(
      `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$SifLA7K0t5yM6JUFWSfwEu2b21TUGoi7m1p3x7fgMoI`,
    )
  })

  it('takes composed and decomposed letters for the same password', async () => {
    const phc = await hashPassword('pa\u0308ssword', CHEAP, SALT)
    expect(phc).toBe(await hashPassword('p\u00E4ssword', CHEAP, SALT))
    expect(await verifyPasswordHash('p\u00E4ssword', phc)).toBe(true)
  })

  it('keeps apart what only NFKC would unite', async () => {
    const phc = await hashPassword('ﬁshﬁsh12', CHEAP, SALT)
    expect(await verifyPasswordHash('fishfish12', phc)).toBe(false)
  })

  it('reads a password to its end, past NUL and past 72 bytes', async () => {
    const long = 'x'.repeat(300)
    expect(await verifyPasswordHash(`${long}a`, await hashPassword(`${long}b`, CHEAP, SALT))).toBe(false)
    expect(await verifyPasswordHash('secret\0a', await hashPassword('secret\0b', CHEAP, SALT))).toBe(false)
  })

  it('throws for a lone surrogate', async () => {
    await expect(hashPassword('abc\uD800', CHEAP, SALT)).rejects.toThrow(
      new TypeError('Cannot hash password: it is not valid Unicode text'),
    )
  })
})

describe('verifyPasswordHash()', () => {
  it('never matches a lone surrogate, not even with the character it is encoded as', async () => {
    const phc = await hashPassword('abc\uFFFD', CHEAP, SALT)
    expect(await verifyPasswordHash('abc\uFFFD', phc)).toBe(true)
    expect(await verifyPasswordHash('abc\uD800', phc)).toBe(false)
  })

  it('matches the empty password only where it was hashed', async () => {
    expect(await verifyPasswordHash('', await hashPassword('', CHEAP, SALT))).toBe(true)
    expect(await verifyPasswordHash('', await hashPassword('a', CHEAP, SALT))).toBe(false)
  })

  it('reads hashes of 16 to 64 bytes and salts of 8 to 64', async () => {
    const short = '$scrypt$ln=4,r=8,p=1$AAECAwQFBgc$Z4LlvQtq4v9q4xfibnPdKA'
    expect(await verifyPasswordHash('password', short)).toBe(true)
    expect(await verifyPasswordHash('Password', short)).toBe(false)
  })

  const hash = 'A'.repeat(43)
  it.each([
    ['nothing', ''],
    ['plain text', 'password'],
    ['another algorithm', '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAA'],
    ['bcrypt', '$2b$12$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui'],
    ['a missing hash', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}`],
    ['an empty hash', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$`],
    ['a hash of 15 bytes', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$${'A'.repeat(20)}`],
    ['a hash of 65 bytes', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$${'A'.repeat(87)}`],
    ['a salt of 7 bytes', `$scrypt$ln=4,r=8,p=1$AAAAAAAAAA$${hash}`],
    ['a salt of 65 bytes', `$scrypt$ln=4,r=8,p=1$${'A'.repeat(87)}$${hash}`],
    ['padding', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}==$${hash}`],
    ['spare bits in the salt', `$scrypt$ln=4,r=8,p=1$AAECAwQFBgcICQoLDA0ODx$${hash}`],
    ['base64url', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT.slice(0, -2)}-w$${hash}`],
    ['parameters in another order', `$scrypt$r=8,ln=4,p=1$${SALT_TEXT}$${hash}`],
    ['a leading zero', `$scrypt$ln=04,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['a negative parameter', `$scrypt$ln=-4,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['ln=0', `$scrypt$ln=0,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['a newline behind', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$${hash}\n`],
    ['something in front', `x$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['ln beyond 20', `$scrypt$ln=21,r=1,p=1$${SALT_TEXT}$${hash}`],
    ['ln=63', `$scrypt$ln=63,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['r beyond 32', `$scrypt$ln=4,r=33,p=1$${SALT_TEXT}$${hash}`],
    ['p beyond 16', `$scrypt$ln=4,r=8,p=17$${SALT_TEXT}$${hash}`],
    ['more cost than the runtime takes', `$scrypt$ln=17,r=8,p=2$${SALT_TEXT}$${hash}`],
    ['N that RFC 7914 §2 does not allow for r=1', `$scrypt$ln=16,r=1,p=1$${SALT_TEXT}$${hash}`],
  ])('answers false to %s', async (_, phc) => {
    expect(await verifyPasswordHash('password', phc)).toBe(false)
    expect(isWeakerThan(phc, CHEAP)).toBe(true)
  })
})

describe('isWeakerThan()', () => {
  const phcWith = (ln: number, r: number, p: number) => decoyHash({ ln, r, p }, SALT)

  it('is false for what was made with the same parameters, or with more', () => {
    expect(isWeakerThan(phcWith(15, 8, 3), DEFAULT_SCRYPT)).toBe(false)
    expect(isWeakerThan(phcWith(15, 8, 4), DEFAULT_SCRYPT)).toBe(false)
    expect(isWeakerThan(phcWith(17, 8, 1), DEFAULT_SCRYPT)).toBe(false)
  })

  it('is true for less memory or less work', () => {
    expect(isWeakerThan(phcWith(14, 8, 8), DEFAULT_SCRYPT)).toBe(true)
    expect(isWeakerThan(phcWith(15, 8, 2), DEFAULT_SCRYPT)).toBe(true)
    expect(isWeakerThan(phcWith(16, 8, 1), DEFAULT_SCRYPT)).toBe(true)
  })

  it('is true for a short salt or a short hash', () => {
    expect(isWeakerThan(decoyHash(DEFAULT_SCRYPT, SALT.subarray(0, 8)), DEFAULT_SCRYPT)).toBe(true)
    expect(isWeakerThan(`$scrypt$ln=15,r=8,p=3$${SALT_TEXT}$${'A'.repeat(22)}`, DEFAULT_SCRYPT)).toBe(true)
  })
})

describe('isBelowFloor()', () => {
  it.each([
    [17, 8, 1],
    [16, 8, 2],
    [15, 8, 3],
    [14, 8, 5],
    [13, 8, 10],
    [15, 8, 4],
  ])('lets ln=%i, r=%i, p=%i pass', (ln, r, p) => {
    expect(isBelowFloor({ ln, r, p })).toBe(false)
  })

  it.each([
    [4, 8, 1],
    [16, 8, 1],
    [15, 8, 2],
    [14, 8, 4],
    [13, 8, 9],
    [12, 8, 16],
    [15, 4, 4],
  ])('refuses ln=%i, r=%i, p=%i', (ln, r, p) => {
    expect(isBelowFloor({ ln, r, p })).toBe(true)
  })
})

describe('decoyHash()', () => {
  it('looks like any other hash with the same parameters', async () => {
    const real = await hashPassword('correct horse', CHEAP, SALT)
    expect(decoyHash(CHEAP, SALT)).toHaveLength(real.length)
    expect(isWeakerThan(decoyHash(CHEAP, SALT), CHEAP)).toBe(false)
  })

  it.each(['', 'password', '\0', 'abc\uD800'])('is matched by nothing: %j', async (password) => {
    expect(await verifyPasswordHash(password, decoyHash(CHEAP, SALT))).toBe(false)
  })
})
