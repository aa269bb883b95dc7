import { describe, expect, it } from 'vitest'
import { readExportedHash } from '../../../../src/platform/hashing/imported/exported-hash.ts'
import { isRunnable } from '../../../../src/platform/hashing/password-hash.ts'
import { EXPORTED, MADE_BY_LIBRARIES, PASSWORD } from '../../../support/hash-vectors.ts'
import { verifyPasswordHash } from '../../../support/hasher.ts'

describe('readExportedHash()', () => {
  it.each(EXPORTED)('makes a string that sign-in can check of %s', async (_, exported) => {
    const stored = readExportedHash(exported) ?? ''
    expect(isRunnable(stored)).toBe(true)
    expect(await verifyPasswordHash(PASSWORD, stored)).toBe(true)
    expect(await verifyPasswordHash(PASSWORD.slice(1), stored)).toBe(false)
    expect(readExportedHash(stored)).toBe(stored)
  })

  it.each(MADE_BY_LIBRARIES)('keeps what %s stored, and finds it in base64 of the whole', (_, stored) => {
    expect(readExportedHash(stored)).toBe(stored)
    expect(readExportedHash(btoa(stored))).toBe(stored)
    expect(readExportedHash(btoa(stored).replace(/=+$/, ''))).toBe(stored)
  })

  it.each([
    ['nothing', null],
    ['a number', 5],
    ['a list', ['$2b$05$E3Aaub9LMaw1kY..urHKA.rPpZawGpQJ5gU91fod4enay2WBht5b.']],
    ['a password', 'correct horse'],
    ['base64 of a password', btoa('correct horse')],
    ['base64 of base64', btoa(btoa('$2b$05$E3Aaub9LMaw1kY..urHKA.rPpZawGpQJ5gU91fod4enay2WBht5b.'))],
    ['an object of nobody’s', { digest: 'x' }],
    ['an empty object', {}],
    ['a Clerk hasher that is not safe', { password_hasher: 'md5', password_digest: '5f4dcc3b5aa765d61d8327deb882cf99' }],
    ['a Clerk bcrypt that is none', { password_hasher: 'bcrypt', password_digest: '5f4dcc3b5aa765d61d8327deb882cf99' }],
    ['a Keycloak one-time code', { type: 'otp', secretData: '{"value":"x"}', credentialData: '{"subType":"totp"}' }],
    ['a Keycloak credential without its secret', { type: 'password', credentialData: '{"hashIterations":5,"algorithm":"argon2"}' }],
    [
      'a Keycloak count that is a text of something else',
      {
        secretData: '{"value":"AAAAAAAAAAAAAAAAAAAAAA==","salt":"AAECAwQFBgcICQoLDA0ODw=="}',
        credentialData: '{"hashIterations":"1,l=16","algorithm":"pbkdf2-sha256$i=2"}',
      },
    ],
    ['a passport-local user with half a hash', { salt: 'abcd', hash: 'xyz' }],
  ])('refuses %s', (_, exported) => {
    expect(readExportedHash(exported)).toBeNull()
  })
})
