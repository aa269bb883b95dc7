import { describe, expect, it } from 'vitest'
import { parsePersonName } from '../../../src/platform/identifiers/person-name.ts'

describe('parsePersonName() takes', () => {
  it.each([
    ['a name as it is', 'Beyhan', 'Beyhan'],
    ['punctuation that names have', "Jean-Luc O'Neill, Jr.", "Jean-Luc O'Neill, Jr."],
    ['spaces around, which go', '  Ada  ', 'Ada'],
    ['a newline around, which goes', 'Ada\r\n', 'Ada'],
    ['decomposed letters, composed', 'Og\u0306ur', 'O\u011Fur'],
    ['a joiner inside a Persian name', 'علی\u200Cرضا', 'علی\u200Cرضا'],
    ['one letter', 'O', 'O'],
    ['100 code points', '😀'.repeat(100), '😀'.repeat(100)],
  ])('%s', (_, text, expected) => {
    expect(parsePersonName(text)).toBe(expected)
  })

  it('counts after composing', () => {
    expect(parsePersonName('e\u0301'.repeat(100))).toBe('é'.repeat(100))
  })
})

describe('parsePersonName() refuses', () => {
  it.each([
    ['nothing', ''],
    ['white space alone', ' \u3000 '],
    ['invisible characters alone', '\u200B\u200D'],
    ['101 code points', 'a'.repeat(101)],
    ['a newline inside', 'Ada\nBcc: x@y.zz'],
    ['NUL', 'Ada\0'],
    ['an escape', 'Ada\u001B[31m'],
    ['a C1 control', 'Ada\u0085B'],
    ['a line separator', 'Ada\u2028B'],
    ['a paragraph separator', 'Ada\u2029B'],
    ['a right-to-left override', 'Ada\u202Efdp.exe'],
    ['an embedding', 'Ada\u202Ab'],
    ['an isolate', 'Ada\u2066b'],
    ['a lone surrogate', 'Ada\uD83D'],
  ])('%s', (_, text) => {
    expect(parsePersonName(text)).toBeNull()
  })
})
