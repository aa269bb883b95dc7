import { argon2id } from '@noble/hashes/argon2.js'
import bcryptjs from 'bcryptjs'
import { describe, expect, it } from 'vitest'
import { encodeBase64 } from '../../../../src/platform/crypto/base64.ts'
import { createPasswordHasher, isRunnable } from '../../../../src/platform/hashing/password-hash.ts'
import { MADE_BY_LIBRARIES, PASSWORD } from '../../../support/hash-vectors.ts'
import { engine, hasher, hashPassword, verifyPasswordHash as verify } from '../../../support/hasher.ts'

/** Published with the software or the standard that is named; the passwords are theirs. */
const PUBLISHED: readonly [form: string, password: string, stored: string][] = [
  ['bcrypt $2a$, OpenBSD', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt $2a$, OpenBSD, empty', '', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
  ['bcrypt $2a$, jBCrypt', 'abcdefghijklmnopqrstuvwxyz', '$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC'],
  [
    'bcrypt $2a$, crypt_blowfish, 72 bytes and more',
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored',
    '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
  ],
  ['bcrypt $2y$, crypt_blowfish', 'U*U*', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
  [
    'argon2id, phc-winner-argon2, 256 KiB',
    'password',
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  ],
  [
    'argon2id, phc-winner-argon2, two lanes',
    'password',
    '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
  ],
  ['PBKDF2-SHA256, passlib', 'password', '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ'],
  [
    'PBKDF2-SHA512, passlib',
    'password',
    '$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww',
  ],
]

describe('verify() of what other systems stored', () => {
  it.each(PUBLISHED)('knows the password of a published %s, and no other', async (_, password, stored) => {
    expect(isRunnable(stored)).toBe(true)
    expect(await verify(password, stored)).toBe(true)
    expect(await verify(`x${password}`, stored)).toBe(false)
    expect(await verify(password.toUpperCase(), stored)).toBe(password.toUpperCase() === password)
  })

  it('tells any change of salt, hash or parameters', async () => {
    const [, password, stored] = PUBLISHED[5] ?? ['', '', '']
    for (const changed of [
      stored.replace('c29tZXNhbHQ', 'c29tZXNhbHU'),
      stored.replace('Gi/4', 'Gi/8'),
      stored.replace('t=2', 't=3'),
      stored.replace('m=256', 'm=264'),
      stored.replace('p=1', 'p=2'),
    ]) {
      expect([changed, isRunnable(changed), await verify(password, changed)]).toEqual([changed, true, false])
    }
  })

  it.each([
    ['a', 1],
    ['exactly seventy-one bytes of password, and one of closing NUL behind it', 4],
    ['Beyhan Oğur 🔑', 4],
    ['Ağ🔑'.repeat(30), 4],
    ['line\nbreak\ttab', 5],
  ])('agrees with bcryptjs on %j', async (password, cost) => {
    const stored = bcryptjs.hashSync(password, Math.max(cost, 4))
    expect(await verify(password, stored)).toBe(true)
    expect(await verify(`~${password.slice(1)}`, stored)).toBe(false)
  })

  it.each([
    { m: 8, t: 1, p: 1, dkLen: 16 },
    { m: 71, t: 3, p: 2, dkLen: 32 },
    { m: 600, t: 2, p: 1, dkLen: 64 },
    { m: 1100, t: 4, p: 3, dkLen: 33 },
    { m: 2048, t: 1, p: 16, dkLen: 32 },
  ])('agrees with @noble/hashes on argon2id of $m KiB, $t passes, $p lanes, $dkLen bytes', async ({ m, t, p, dkLen }) => {
    const salt = crypto.getRandomValues(new Uint8Array(24))
    const hash = argon2id('Beyhan Oğur 🔑', salt, { m, t, p, dkLen })
    const stored = `$argon2id$v=19$m=${m},t=${t},p=${p}$${encodeBase64(salt)}$${encodeBase64(hash)}`
    expect(await verify('Beyhan Oğur 🔑', stored)).toBe(true)
    expect(await verify('Beyhan Ogur 🔑', stored)).toBe(false)
  })

  it.each([
    ['SHA-256', 'sha256', 100_000, 32],
    ['SHA-256', 'sha256', 100_001, 32],
    ['SHA-512', 'sha512', 100_001, 64],
  ] as const)(
    'agrees with the runtime on PBKDF2 with %s (%s), %i times, %i bytes, in PHC and Django form',
    async (hash, name, iterations, length) => {
      const salt = new TextEncoder().encode('wbpFoqEwJXAP')
      const { pbkdf2Sync } = await import('node:crypto')
      const key = new Uint8Array(pbkdf2Sync('Beyhan Oğur 🔑', salt, iterations, length, name))
      const phc = `$pbkdf2-${name}$i=${iterations},l=${length}$${encodeBase64(salt)}$${encodeBase64(key)}`
      expect(await verify('Beyhan Oğur 🔑', phc)).toBe(true)
      if (hash !== 'SHA-256' || length !== 32) return
      expect(await verify('Beyhan Oğur', phc)).toBe(false)
      expect(await verify('Beyhan Oğur 🔑', `pbkdf2_sha256$${iterations}$wbpFoqEwJXAP$${encodeBase64(key)}=`)).toBe(true)
    },
    30_000,
  )

  it('tries the text as typed, and composed where that differs', async () => {
    const [decomposed, composed] = ['og\u0306ur og\u0306ur', 'oğur oğur']
    const [hashOfTyped, hashOfComposed] = [decomposed, composed].map((text) => bcryptjs.hashSync(text, 4))
    expect(await verify(decomposed, hashOfTyped ?? '')).toBe(true)
    expect(await verify(decomposed, hashOfComposed ?? '')).toBe(true)
    expect(await verify(composed, hashOfComposed ?? '')).toBe(true)
    expect(await verify(composed, hashOfTyped ?? '')).toBe(false)
  })

  it('takes no text with a NUL for bcrypt, which would end the password there, nor one that is not Unicode', async () => {
    const stored = bcryptjs.hashSync('correct', 4)
    expect(await verify('correct', stored)).toBe(true)
    expect(await verify('correct\0 and more', stored)).toBe(false)
    const replaced = bcryptjs.hashSync('correct \uFFFD', 4)
    expect(await verify('correct \uD800', replaced)).toBe(false)
  })

  it.each([
    ['bcrypt', bcryptjs.hashSync('a', 9), 2],
    ['argon2id', '$argon2id$v=19$m=4096,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 3],
    ['PBKDF2', '$pbkdf2-sha256$i=110000$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 11],
  ])('gives way after a counted slice of %s, and stops when its turn was lost', async (_, stored, atLeast) => {
    let slices = 0
    const count = async () => {
      slices += 1
    }
    await hasher.verify('a', stored, count)
    expect(slices).toBeGreaterThanOrEqual(atLeast)

    let asked = 0
    const lost = async () => {
      asked += 1
      throw new Error('turn lost')
    }
    await expect(hasher.verify('a', stored, lost)).rejects.toThrow('turn lost')
    expect(asked).toBe(1)
  })

  it('works in memory that is lent, whatever was in it', async () => {
    const [, password, stored] = PUBLISHED[6] ?? ['', '', '']
    const asked: number[] = []
    const lend = (bytes: number) => {
      asked.push(bytes)
      return new Uint32Array(bytes / 4).fill(0xdeadbeef)
    }
    const derive = engine.derive.bind(engine)
    expect(await createPasswordHasher({ derive, lend }).verify(password, stored, async () => {})).toBe(true)
    expect(asked).toEqual([256 * 1024])
  })

  it.each(MADE_BY_LIBRARIES)('knows the password that %s stored, and no other', async (_, stored) => {
    expect(isRunnable(stored)).toBe(true)
    expect(await verify(PASSWORD, stored)).toBe(true)
    expect(await verify(PASSWORD.slice(1), stored)).toBe(false)
  })

  it('reads argon2id without a version as 1.0 and as 1.3, since its makers differ', async () => {
    const [old = ''] = MADE_BY_LIBRARIES.filter(([, stored]) => stored.includes('$v=16$')).map(([, stored]) => stored)
    const [today = ''] = MADE_BY_LIBRARIES.filter(([, stored]) => stored.includes('$argon2id$v=19$')).map(([, stored]) => stored)
    for (const stored of [old.replace('$v=16', ''), today.replace('$v=19', '')]) {
      expect([stored, await verify(PASSWORD, stored)]).toEqual([stored, true])
      expect(await verify(`${PASSWORD}.`, stored)).toBe(false)
    }
    expect(await verify(PASSWORD, old.replace('v=16', 'v=19'))).toBe(false)
  })

  it('takes what was composed in another way for the same text, also by scrypt of another system', async () => {
    const decomposed = 'og\u0306ur og\u0306ur'
    const salt = new Uint8Array(16)
    const made = await engine.derive(new TextEncoder().encode(decomposed), salt, { ln: 4, r: 8, p: 1 }, 32, async () => {})
    const stored = `$scrypt$ln=4,r=8,p=1$${encodeBase64(salt)}$${encodeBase64(made)}`
    expect(await verify(decomposed, stored)).toBe(true)
    expect(await verify('ogur ogur', stored)).toBe(false)
  })
})

describe('renew()', () => {
  const PARAMETERS = { ln: 5, r: 8, p: 1 }
  const SALT = new Uint8Array(16).fill(7)
  const renew = (password: string, stored: string) => hasher.renew(password, stored, PARAMETERS, SALT, async () => {})
  const betterAuth = async (password: string) => {
    const salt = '0123456789abcdef0123456789abcdef'
    const input = new TextEncoder().encode(password.normalize('NFKC'))
    const key = await engine.derive(input, new TextEncoder().encode(salt), { ln: 14, r: 16, p: 1 }, 64, async () => {})
    return `${salt}:${Array.from(key, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }

  it('locks nobody out for a slip behind the 72 bytes that bcrypt reads', async () => {
    const right = `${'correct horse battery staple '.repeat(3)}and its end`
    const slip = `${right.slice(0, 80)}, mistyped`
    const renewed = await renew(slip, bcryptjs.hashSync(right, 4))
    expect(renewed).toMatch(/^\$scrypt\$ln=5,r=8,p=1,input=bcrypt\$/)
    for (const typed of [slip, right, right.slice(0, 72)])
      expect([typed, await verify(typed, renewed ?? '')]).toEqual([typed, true])
    for (const typed of [right.slice(0, 71), `x${right}`])
      expect([typed, await verify(typed, renewed ?? '')]).toEqual([typed, false])
  })

  it('reads what bcrypt read to its end like any new password', async () => {
    for (const typed of ['x'.repeat(71), 'ğ'.repeat(35)]) {
      const renewed = await renew(typed, bcryptjs.hashSync(typed, 4))
      expect(renewed).toBe(await hashPassword(typed, PARAMETERS, SALT))
    }
    expect(await renew('x'.repeat(72), bcryptjs.hashSync('x'.repeat(72), 4))).toContain('input=bcrypt')
  })

  it('keeps a bcrypt hash where it is not certain which of two spellings it is of', async () => {
    const typed = 'o\u0308'.repeat(40)
    expect(await renew(typed, bcryptjs.hashSync(typed, 4))).toBeNull()
  })

  it.each([
    ['full width', 'ｐａｓｓｗｏｒｄ１２', 'password12'],
    ['ASCII', 'password12', 'ｐａｓｓｗｏｒｄ１２'],
    ['a ligature', 'ﬁsh and chips', 'fish and chips'],
  ])('keeps taking what better-auth took for one password, after a sign-in that typed %s', async (_, typed, other) => {
    const renewed = await renew(typed, await betterAuth(other))
    expect(renewed).toMatch(/^\$scrypt\$ln=5,r=8,p=1,input=nfkc\$/)
    for (const text of [typed, other]) expect([text, await verify(text, renewed ?? '')]).toEqual([text, true])
    expect(await verify(`${typed}3`, renewed ?? '')).toBe(false)
  })

  it('keeps the rule when parameters are raised again', async () => {
    const first = (await renew('ﬁshﬁsh12', await betterAuth('fishfish12'))) ?? ''
    const second = await hasher.renew('fishfish12', first, { ln: 6, r: 8, p: 1 }, SALT, async () => {})
    expect(second).toMatch(/^\$scrypt\$ln=6,r=8,p=1,input=nfkc\$/)
    expect(await verify('ﬁshﬁsh12', second ?? '')).toBe(true)
  })

  it.each(MADE_BY_LIBRARIES)('takes the password that %s stored after it was renewed', async (_, stored) => {
    const renewed = (await renew(PASSWORD, stored)) ?? ''
    expect(await verify(PASSWORD, renewed)).toBe(true)
    expect(await verify(PASSWORD.normalize('NFD'), renewed)).toBe(true)
    expect(await verify(`${PASSWORD}.`, renewed)).toBe(false)
  })
})

describe('isRunnable()', () => {
  const salt = 'c29tZXNhbHQ'
  const hash = 'nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  const bcrypt = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

  it.each([
    `$2b$14$${bcrypt}`,
    `$argon2id$v=19$m=65536,t=4,p=1$${salt}$${hash}`,
    `$argon2id$v=19$m=65536,t=3,p=4$${salt}$${hash}`,
    `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${hash}`,
    `$pbkdf2-sha256$i=2000000,l=32$${salt}$${hash}`,
    `$pbkdf2-sha512$i=210000$${salt}$${hash}`,
    `pbkdf2_sha256$1500000$abc$${hash}=`,
  ])('takes %s', (stored) => {
    expect(isRunnable(stored)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['a word', 'password'],
    ['bcrypt with a bug of its own', `$2x$10$${bcrypt}`],
    ['bcrypt without its letter', `$2$10$${bcrypt}`],
    ['bcrypt that costs nothing', `$2b$03$${bcrypt}`],
    ['bcrypt that costs too much', `$2b$15$${bcrypt}`],
    ['bcrypt that costs years', `$2b$31$${bcrypt}`],
    ['bcrypt cut off', `$2b$10$${bcrypt.slice(1)}`],
    ['bcrypt and more', `$2b$10$${bcrypt}x`],
    ['bcrypt on two lines', `$2b$10$${bcrypt}\n`],
    ['argon2id with too much memory', `$argon2id$v=19$m=65537,t=1,p=1$${salt}$${hash}`],
    ['argon2id with too little memory', `$argon2id$v=19$m=15,t=1,p=2$${salt}$${hash}`],
    ['argon2id with too many passes', `$argon2id$v=19$m=65536,t=5,p=1$${salt}$${hash}`],
    ['argon2id with passes that add up', `$argon2id$v=19$m=8,t=99999,p=1$${salt}$${hash}`],
    ['argon2id with too many lanes', `$argon2id$v=19$m=65536,t=1,p=17$${salt}$${hash}`],
    ['argon2id with no pass', `$argon2id$v=19$m=256,t=0,p=1$${salt}$${hash}`],
    ['argon2id of a version that is none', `$argon2id$v=17$m=256,t=2,p=1$${salt}$${hash}`],
    ['argon2id with a parameter twice', `$argon2id$v=19$m=256,t=2,t=2,p=1$${salt}$${hash}`],
    ['argon2id with a parameter more', `$argon2id$v=19$m=256,t=2,p=1,keyid=x$${salt}$${hash}`],
    ['argon2id without a version that would cost twice too much', `$argon2id$m=65536,t=3,p=1$${salt}$${hash}`],
    ['argon2id with half its padding', `$argon2id$v=19$m=256,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg=$${hash}`],
    ['argon2i', `$argon2i$v=19$m=256,t=2,p=1$${salt}$${hash}`],
    ['argon2id with a short salt', `$argon2id$v=19$m=256,t=2,p=1$c29tZQ$${hash}`],
    ['argon2id with a short hash', `$argon2id$v=19$m=256,t=2,p=1$${salt}$c29tZXNhbHQ`],
    ['PBKDF2-SHA256 that counts too far', `$pbkdf2-sha256$i=2000001$${salt}$${hash}`],
    ['PBKDF2-SHA512 that counts too far', `$pbkdf2-sha512$i=500001$${salt}$${hash}`],
    ['PBKDF2 that counts for ever', `$pbkdf2-sha256$99999999999$${salt}$${hash}`],
    ['PBKDF2 of a digest that is not known', `$pbkdf2-sha224$i=1000$${salt}$${hash}`],
    ['PBKDF2-SHA1 that counts too far', `$pbkdf2$2000001$${salt}$${hash}`],
    ['PBKDF2 with a key of more than a KiB', `$pbkdf2-sha256$i=1000$${salt}$${'A'.repeat(1368)}`],
    ['PBKDF2 with a key of less than 16 bytes', `$pbkdf2-sha256$i=1000$${salt}$${'A'.repeat(20)}`],
    ['passlib’s bcrypt_sha256 that costs too much', `$bcrypt-sha256$v=2,t=2b,r=15$${bcrypt.slice(0, 22)}$${bcrypt.slice(22)}`],
    ['Django’s bcrypt_sha256 that costs too much', `bcrypt_sha256$$2b$15$${bcrypt}`],
    ['Django’s scrypt by an N that is no power of two', `scrypt$saltsalt$1000$8$1$${hash}=`],
    ['Django’s scrypt that costs too much', `scrypt$saltsalt$1048576$8$5$${hash}=`],
    ['Firebase’s that costs too much', `$fbscrypt$v=1,n=20,r=8,p=1,ss=Bw==,sk=${hash}=$${salt}$${hash}=`],
    ['Firebase’s without its signer key', `$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==$${salt}$${hash}=`],
    ['Firebase’s with a signer key of another length', `$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=AAAA$${salt}$${hash}=`],
    ['scrypt read in a way that is not known', `$scrypt$ln=4,r=8,p=1,input=rot13$${salt}$${hash}`],
    ['more than any hash is long', `$pbkdf2-sha256$i=1000$${salt}$${'A'.repeat(3000)}`],
    ['PBKDF2 that does not count', `$pbkdf2-sha256$i=0$${salt}$${hash}`],
    ['PBKDF2 of another length than it says', `$pbkdf2-sha256$i=1000,l=31$${salt}$${hash}`],
    ['Django’s that counts too far', `pbkdf2_sha256$2000001$abc$${hash}=`],
  ])('refuses %s, and a check of it runs nothing', async (_, stored) => {
    expect(isRunnable(stored)).toBe(false)
    const mustNotRun = async () => {
      throw new Error('has run')
    }
    expect(await hasher.verify('password', stored, mustNotRun)).toBe(false)
  })
})
