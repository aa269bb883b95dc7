import { describe, expect, it } from 'vitest'
import { findNewUsernameProblem, RESERVED_USERNAMES } from '../../../src/platform/identifiers/new-username.ts'
import { parseUsername } from '../../../src/platform/identifiers/username.ts'

function problemOf(name: string, reserved: readonly string[] = RESERVED_USERNAMES): string | null {
  const username = parseUsername(name)
  if (!username) throw new Error(`${name} is no username`)
  return findNewUsernameProblem(username, reserved)
}

describe('a new username', () => {
  it.each([
    ['an a of Cyrillic in Latin', '\u0430dmin'],
    ['an o of Greek in Latin', 'r\u03bfot'],
    ['Latin in Cyrillic', 'м\u0061ма'],
    ['Hiragana with Hangul', '\u3042\ud55c'],
    ['Arabic digits among Latin ones', 'ada1\u0661'],
    ['a script that is not in everyday use', '\u13a0\u13a1'],
  ])('is refused for mixing scripts: %s', (_, name) => {
    expect(problemOf(name)).toBe('must not mix letters or digits of different scripts')
  })

  it.each([
    'ada',
    'ada lovelace 1815',
    'Beyhan Oğur',
    'Zoë.O-Neil_7',
    'Ολυμπία',
    'Анна 2',
    'שרה',
    'محمد٣',
    '山田たろうTaro',
    '김철수Kim',
    'देवी',
    '1234567',
  ])('may be %s', (name) => expect(problemOf(name)).toBeNull())

  it.each(['admin', 'ADMIN', 'Ad.min', 'post master', '_root_', 'ａｄｍｉｎ'])('must not be %s, which is reserved', (name) => {
    expect(problemOf(name)).toBe('is reserved')
  })

  it('may contain what is reserved, and be anything where nothing is', () => {
    expect([problemOf('administrate'), problemOf('rootbeer'), problemOf('admin', [])]).toEqual([null, null, null])
  })
})
