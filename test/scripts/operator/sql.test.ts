import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { renderScript, renderStatement, sqlLiteral } from '../../../scripts/operator/sql.ts'

describe('sqlLiteral()', () => {
  it.each([
    "O'Brien",
    "'; DROP TABLE users; --",
    "''",
    '\\',
    "\\'",
    '? ?1 :a @b $c',
    '/* */ -- "`',
    'Beyhan Oğur 😀',
    'line\nbreak\r\ttab',
    '\u2028\u202e\u200d',
    '',
  ])('reads back as %j', (text) => {
    const row = new DatabaseSync(':memory:').prepare(`SELECT ${sqlLiteral(text)} AS value`).get()
    expect(row?.value).toBe(text)
  })

  it('writes null and whole numbers', () => {
    expect([sqlLiteral(null), sqlLiteral(0), sqlLiteral(-5)]).toEqual(['NULL', '0', '-5'])
  })

  it.each(['a\0b', '\ud800', 'x\udc00y'])('refuses %j', (text) => {
    expect(() => sqlLiteral(text)).toThrow('not valid Unicode')
  })

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (value) => {
    expect(() => sqlLiteral(value)).toThrow('not a safe integer')
  })
})

describe('renderStatement()', () => {
  it('writes each value in its place, question marks in values included', () => {
    const text = renderStatement({ text: 'SELECT ? WHERE a = ? AND b = ?', values: ['x?y', 2, null] })
    expect(text).toBe("SELECT 'x?y' WHERE a = 2 AND b = NULL")
  })

  it('refuses too few values, too many, and statements with text of their own', () => {
    expect(() => renderStatement({ text: 'SELECT ?', values: [] })).toThrow('0 values')
    expect(() => renderStatement({ text: 'SELECT 1', values: [1] })).toThrow('1 values')
    expect(() => renderStatement({ text: "SELECT '?'", values: [1] })).toThrow('quotes something')
  })

  it('ends each statement of a script', () => {
    expect(
      renderScript([
        { text: 'SELECT ?', values: [1] },
        { text: ' SELECT 2 ', values: [] },
      ]),
    ).toBe('SELECT 1;\nSELECT 2;')
  })
})
