import { describe, expect, it } from 'vitest'
import { commonPasswordKey, findPasswordProblem } from '../../../src/platform/identifiers/password-policy.ts'

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

describe('commonPasswordKey()', () => {
  it('is the same for all capitals and compositions of a password', () => {
    expect(commonPasswordKey('PassWord')).toBe('password')
    expect(commonPasswordKey('Cafe\u0301 con leche')).toBe('caf\u00e9 con leche')
  })
})
