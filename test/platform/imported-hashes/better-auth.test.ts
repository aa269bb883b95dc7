import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { betterAuthPassword, parseBetterAuthHash } from '../../../src/platform/imported-hashes/better-auth.ts'

const SALT = '0123456789abcdef0123456789abcdef'
const KEY = scryptSync('correct horse ﬁ'.normalize('NFKC'), SALT, 64, { N: 16384, r: 16, p: 1, maxmem: 2 ** 26 }).toString('hex')

describe('parseBetterAuthHash()', () => {
  it('reads what scrypt is to be run with, so that it gives the same key', () => {
    const parsed = parseBetterAuthHash(`${SALT}:${KEY}`)
    if (!parsed) throw new Error('not read')
    const { parameters, salt, hash } = parsed
    const options = { N: 2 ** parameters.ln, r: parameters.r, p: parameters.p, maxmem: 2 ** 26 }
    const key = scryptSync(betterAuthPassword('correct horse ﬁ'), salt, hash.length, options)
    expect(new Uint8Array(key)).toEqual(new Uint8Array(hash))
    expect(betterAuthPassword('correct horse ﬁ')).toEqual(betterAuthPassword('correct horse fi'))
  })

  it.each([
    '',
    ':',
    SALT,
    `${SALT}:`,
    `${SALT}:${KEY}0`,
    `${SALT}0:${KEY}`,
    `${SALT.toUpperCase()}:${KEY}`,
    `scrypt:${SALT}:${KEY}`,
    `${SALT}:${KEY}\n`,
  ])('refuses %j', (stored) => {
    expect(parseBetterAuthHash(stored)).toBeNull()
  })
})
