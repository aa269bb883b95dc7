import { describe, expect, it } from 'vitest'
import { cleanText, escapeUnprintable, printable } from '../../../src/platform/identifiers/printable-text.ts'

const KINDS: readonly (readonly [kind: string, character: string])[] = [
  ['NUL', '\0'],
  ['a bell', '\u0007'],
  ['an escape', '\u001B'],
  ['a carriage return', '\r'],
  ['DEL', '\u007F'],
  ['a control sequence introducer of C1', '\u009B'],
  ['a next line of C1', '\u0085'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a right-to-left override', '\u202E'],
  ['a left-to-right isolate', '\u2066'],
  ['a right-to-left mark', '\u200F'],
  ['an Arabic letter mark', '\u061C'],
  ['a lone surrogate', '\uD800'],
]

describe.each(KINDS)('text with %s in it', (_, character) => {
  it('enters and reaches pages and mails with U+FFFD in its place', () => {
    expect(cleanText(`curl${character}/8`, 256)).toBe('curl\uFFFD/8')
    expect(printable(`curl${character}/8`)).toBe('curl\uFFFD/8')
  })

  it('reaches terminals and logs as an escape, and JSON stays the same JSON', () => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0')
    expect(escapeUnprintable(`curl${character}/8`)).toBe(`curl\\u${code}/8`)
    expect(JSON.parse(escapeUnprintable(JSON.stringify({ agent: `a${character}b` })))).toEqual({ agent: `a${character}b` })
  })
})

describe('cleanText()', () => {
  it('leaves what people write as it is', () => {
    const text = 'Mozilla/5.0 (X11; Linux) Oğur 日本語 עברית 👩‍👩‍👧'
    expect([cleanText(text, 256), printable(text), escapeUnprintable(`${text}\n`)]).toEqual([text, text, `${text}\n`])
  })

  it('cuts at the limit, and leaves no half of a pair', () => {
    expect(cleanText('x'.repeat(300), 256)).toBe('x'.repeat(256))
    expect(cleanText(`${'x'.repeat(255)}🔑`, 256)).toBe(`${'x'.repeat(255)}\uFFFD`)
  })
})
