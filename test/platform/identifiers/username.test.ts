import { describe, expect, it } from 'vitest'
import { parseUsername } from '../../../src/platform/identifiers/username.ts'

const keyOf = (text: string) => parseUsername(text)?.key

describe('parseUsername() takes', () => {
  it.each([
    ['a plain name', 'alice', 'alice'],
    ['a name with a space and a breve', 'Beyhan Oğur', 'beyhan oğur'],
    ['dots, underscores and hyphens anywhere', '.a_b-', '.a_b-'],
    ['one letter', 'A', 'a'],
    ['digits of any script', '٣٤', '٣٤'],
    ['letters with marks', 'हिन्दी', 'हिन्दी'],
    ['a name that is a prototype member', '__proto__', '__proto__'],
    ['64 letters outside the BMP', '\u{10400}'.repeat(64), '\u{10428}'.repeat(64)],
  ])('%s, as typed', (_, text, key) => {
    expect(parseUsername(text)).toEqual({ username: text, key })
  })
})

describe('parseUsername() gives one key to', () => {
  it.each([
    ['upper and lower case', 'ALICE', 'alice'],
    ['composed and decomposed letters', 'O\u011Fur', 'og\u0306ur'.toUpperCase()],
    ['full-width letters', 'ａｌｉｃｅ', 'alice'],
    ['ligatures', 'ﬁsh', 'fish'],
    ['a sharp s and two', 'Straße', 'STRASSE'],
    ['a capital sharp s', 'STRAẞE', 'strasse'],
    ['the three sigmas', 'Οδυσσεύς', 'ΟΔΥΣΣΕΎΣ'],
    ['the Kelvin sign and k', '\u212Aate', 'kate'],
    ['the dotless i and i', 'ıvy', 'ivy'],
    ['runs of spaces', 'a   b', 'a b'],
    ['marks in either order', 'a\u0323\u0307', 'a\u0307\u0323'],
    ['an iota subscript wherever it was typed', '\u03B1\u0345\u0301', '\u03B1\u0301\u0345'],
  ])('%s', (_, one, other) => {
    expect(keyOf(one)).toBeDefined()
    expect(keyOf(one)).toBe(keyOf(other))
  })

  it('nothing else: an accent, another script or a space makes another name', () => {
    expect(new Set(['alice', 'álice', '\u0430lice', 'al ice', 'al_ice', 'al-ice', 'al.ice'].map(keyOf)).size).toBe(7)
  })
})

describe('parseUsername() makes keys', () => {
  it('that are their own keys, for every code point there is', () => {
    const unstable: string[] = []
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      const key = keyOf(`a${String.fromCodePoint(codePoint)}b`)
      if (key !== undefined && keyOf(key) !== key) unstable.push(codePoint.toString(16))
    }
    expect(unstable).toEqual([])
  })

  it('of at most 128 characters', () => {
    // U+FDFA is one letter that NFKC makes eighteen characters of.
    expect(keyOf('\uFDFA'.repeat(7))).toHaveLength(126)
    expect(parseUsername('\uFDFA'.repeat(8))).toBeNull()
  })

  it('that are usernames themselves: letters that would begin with a space are refused', () => {
    expect(parseUsername('\u037A')).toBeNull()
    expect(parseUsername('\uFE70')).toBeNull()
  })
})

describe('parseUsername() refuses', () => {
  it.each([
    ['nothing', ''],
    ['a space alone', ' '],
    ['a space at the start', ' a'],
    ['a space at the end', 'a '],
    ['a tab', 'a\tb'],
    ['a newline at the end', 'a\n'],
    ['a no-break space', 'a\u00A0b'],
    ['NUL', 'a\0'],
    ['an @', 'a@b'],
    ['a full-width @', 'a＠b'],
    ['a slash', 'a/b'],
    ['a percent sign', 'a%2Fb'],
    ['markup', '<b>'],
    ['an emoji', 'a🙂'],
    ['a number that is no digit', 'Ⅷ'],
    ['a mark at the start', '\u0301a'],
    ['a soft hyphen', 'ad\u00ADmin'],
    ['a zero width joiner', 'ad\u200Dmin'],
    ['a grapheme joiner', 'ad\u034Fmin'],
    ['a variation selector', 'admin\uFE0F'],
    ['a Hangul filler', 'admin\u3164'],
    ['a byte order mark', '\uFEFFadmin'],
    ['a right-to-left override', '\u202Enimda'],
    ['a tag character', 'admin\u{E0061}'],
    ['a lone high surrogate', 'a\uD800'],
    ['a lone low surrogate', '\uDC00a'],
    ['a code point that is not assigned', 'a\u0378'],
    ['a path segment that URLs swallow', '..'],
    ['punctuation alone', '-_-'],
    ['65 letters', 'a'.repeat(65)],
    ['65 letters outside the BMP', '\u{10400}'.repeat(65)],
    ['a megabyte', 'a'.repeat(2 ** 20)],
  ])('%s', (_, text) => {
    expect(parseUsername(text)).toBeNull()
  })
})
