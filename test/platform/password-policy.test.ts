import { describe, expect, it } from 'vitest'
import { COMMON_PASSWORDS } from '../../src/platform/common-passwords.ts'
import { findPasswordProblem } from '../../src/platform/password-policy.ts'

const POLICY = { minLength: 8, maxLength: 256 }
const problemOf = (password: string, context?: readonly string[]) => findPasswordProblem(password, POLICY, context)

describe('findPasswordProblem()', () => {
  it.each([
    ['a passphrase', 'correct horse battery staple'],
    ['eight characters', 'k3J hT9x'],
    ['256 characters', 'kä'.repeat(128)],
    ['no letters', '8402 7719 5530'],
    ['spaces around', ' k3JhT9x '],
    ['emoji, each one character', '🐎🔋📎🐴🌵🧲🪁🎈'],
    ['a control character', 'k3Jh\tT9x'],
    ['the name of a prototype member', 'hasOwnProperty'],
  ])('finds none with %s', (_, password) => {
    expect(problemOf(password)).toBeNull()
  })

  it.each([
    ['nothing', '', 'must have at least 8 characters'],
    ['seven characters', 'k3JhT9x', 'must have at least 8 characters'],
    ['four emoji, though they are eight units of UTF-16', '🐎🔋📎🐴', 'must have at least 8 characters'],
    ['letters counted only once composed', 'e\u0301'.repeat(7), 'must have at least 8 characters'],
    ['257 characters', 'kJ'.repeat(128) + 'x', 'must have at most 256 characters'],
    ['a lone surrogate', 'correct horse \uD800', 'is not valid Unicode text'],
    ['NUL', 'correct\0horse', 'must not contain the character NUL'],
    ['a common one', 'password', 'is one of the commonest passwords'],
    ['a common one in capitals', 'PassWord', 'is one of the commonest passwords'],
    ['digits in a row', '123456789', 'is one of the commonest passwords'],
    ['keys in a row', 'qwertyuiop', 'is one of the commonest passwords'],
  ])('finds one with %s', (_, password, problem) => {
    expect(problemOf(password)).toBe(problem)
  })

  it('follows the policy it is given', () => {
    expect(findPasswordProblem('k3JhT9x', { minLength: 7, maxLength: 9 })).toBeNull()
    expect(findPasswordProblem('k3JhT9xQw2', { minLength: 7, maxLength: 9 })).toBe('must have at most 9 characters')
  })

  it('refuses the account’s own names, in any case and composition', () => {
    const context = ['oğur@example.com', 'Beyhan Oğur']
    expect(problemOf('OĞUR@example.com', context)).toBe('must not be your e-mail address or username')
    expect(problemOf('beyhan og\u0306ur', context)).toBe('must not be your e-mail address or username')
    expect(problemOf('beyhan oğur 1', context)).toBeNull()
  })
})

describe('COMMON_PASSWORDS', () => {
  const words = COMMON_PASSWORDS.split('\n')

  it('holds some thousand words, each once, in lower case and of eight characters or more', () => {
    expect(words.length).toBeGreaterThan(3000)
    expect(new Set(words).size).toBe(words.length)
    expect(words.filter((word) => word.length < 8 || word !== word.toLowerCase() || word !== word.trim())).toEqual([])
  })

  it('adds at most 14 KiB to the bundle', async () => {
    const stream = new Blob([COMMON_PASSWORDS]).stream().pipeThrough(new CompressionStream('gzip'))
    expect((await new Response(stream).arrayBuffer()).byteLength).toBeLessThanOrEqual(14.5 * 1024)
  })
})
