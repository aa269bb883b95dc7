import { describe, expect, it } from 'vitest'
import { DEFAULT_SCRYPT, decoyHash, isBelowFloor, isWeakerThan } from '../../../src/platform/hashing/password-hash.ts'
import { hashPassword, verifyPasswordHash } from '../../support/hasher.ts'

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

  it('refuses a password with NUL behind it, which HMAC takes for the same key', async () => {
    const phc = await hashPassword('password', CHEAP, SALT)
    for (const typed of ['password\0', 'password\0\0', 'password\0more', '\0password']) {
      expect([typed, await verifyPasswordHash(typed, phc)]).toEqual([typed, false])
    }
    expect(await verifyPasswordHash('password', phc)).toBe(true)
  })

  it('reads parameters in any order, and base64 with its padding', async () => {
    const phc = await hashPassword('correct horse', CHEAP, SALT)
    const [, , , salt, hash] = phc.split('$')
    expect(await verifyPasswordHash('correct horse', `$scrypt$r=8,p=1,ln=4$${salt}==$${hash}=`)).toBe(true)
  })

  it('reads hashes of 16 to 64 bytes and salts of 8 to 64', async () => {
    const short = '$scrypt$ln=4,r=8,p=1$AAECAwQFBgc$Z4LlvQtq4v9q4xfibnPdKA'
    expect(await verifyPasswordHash('password', short)).toBe(true)
    expect(await verifyPasswordHash('Password', short)).toBe(false)
  })

  // Made with hashlib.scrypt of Python.
  it.each([
    '$scrypt$ln=1,r=1,p=1$AAECAwQFBgcICQoLDA0ODw$PlfQuSs1JKk9pEqO/dGLwff6kqcM1uZNReLl7gisXEg',
    '$scrypt$ln=4,r=33,p=1$AAECAwQFBgcICQoLDA0ODw$0MyWCcpgFEtnVeVitYgfuPP1capUZNZ4xqpsvkikkSk',
    '$scrypt$ln=4,r=8,p=17$AAECAwQFBgcICQoLDA0ODw$YRNhf7ifwZ6ErrgtLMKiujgIy5W3ccAHcKX96+1XYk4',
    '$scrypt$ln=2,r=1,p=128$AAECAwQFBgcICQoLDA0ODw$wTMFAs3EFijxaR5Udj7vGRUrlT2YkAniecXMfvqE3nA',
    '$scrypt$ln=10,r=8,p=16$AAECAwQFBgcICQoLDA0ODw$4g82js/BJLO299tHt9dTi5WIPuq16dcXIKI4H1kIYAc',
    '$scrypt$ln=13,r=8,p=10$AAECAwQFBgcICQoLDA0ODw$V/RgFAhPrvByQFJdnqs+J3zmjH6fGH20oCxrFPa6NUI',
    '$scrypt$ln=16,r=8,p=2$AAECAwQFBgcICQoLDA0ODw$X1OfQB7Cc6sa7FmPlPsbVMzz+KWD1XfKr+szOssLbE4',
    '$scrypt$ln=18,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$rUo0Qon88dJ6zthdGb991s55wR9Fj0Lp8dLFsQJcVJo',
  ])('verifies what others made, whatever the parameters: %s', async (phc) => {
    expect(await verifyPasswordHash('password', phc)).toBe(true)
    expect(await verifyPasswordHash('passwore', phc)).toBe(false)
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
    ['half the padding', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}=$${hash}`],
    ['spare bits in the salt', `$scrypt$ln=4,r=8,p=1$AAECAwQFBgcICQoLDA0ODx$${hash}`],
    ['base64url', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT.slice(0, -2)}-w$${hash}`],
    ['a parameter twice', `$scrypt$ln=4,ln=4,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['a leading zero', `$scrypt$ln=04,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['a negative parameter', `$scrypt$ln=-4,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['ln=0', `$scrypt$ln=0,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['a newline behind', `$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$${hash}\n`],
    ['something in front', `x$scrypt$ln=4,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['ln=63', `$scrypt$ln=63,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['more memory than can be made up for', `$scrypt$ln=20,r=8,p=1$${SALT_TEXT}$${hash}`],
    ['more lanes than can be paid for', `$scrypt$ln=10,r=8,p=9999$${SALT_TEXT}$${hash}`],
    ['a block size of four digits', `$scrypt$ln=12,r=9999,p=1$${SALT_TEXT}$${hash}`],
    ['a parameter of five digits', `$scrypt$ln=1,r=1,p=10000$${SALT_TEXT}$${hash}`],
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
