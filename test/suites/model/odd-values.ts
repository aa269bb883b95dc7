// What no client should send: texts that some layer may read otherwise than the next one, and things that are no text. As
// fast-check draws them, so that what breaks something is made small.
import { type Arbitrary, array, constantFrom, integer, nat, oneof, record, string, tuple } from 'fast-check'

/** A value for a field: the right one, none, the right one with something in it, or another one altogether. */
export type Odd =
  | { readonly is: 'right' }
  | { readonly is: 'absent' }
  | { readonly is: 'spoilt'; readonly by: string; readonly at: number }
  | { readonly is: 'odd'; readonly value: unknown }

export const RIGHT: Odd = { is: 'right' }

const KNOWN = [
  '',
  ' ',
  '\0',
  '\r\n\r\n',
  '\ud800',
  '\udc00\ud800',
  '\u202e',
  '\u200b',
  '\ufeff',
  'e\u0301',
  'ﬀ',
  'ſ',
  'İ',
  'ﷺ',
  '\u0345\u0313',
  '👨‍👩‍👧‍👦',
  '\u{10ffff}',
  '%00',
  '%',
  '%ed%a0%80',
  '..',
  '.',
  '/',
  '\\',
  ';',
  ',',
  '=',
  '"',
  "'--",
  '<b>',
  '$$',
  '{{}}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e309',
  '9007199254740993',
  '0x10',
  '٣',
  'e30.e30.e30',
  '0'.repeat(64),
  'a@b',
  'a@b.c,d@e.f',
  'a@xn--a.example',
] as const

/** U+FFFD is left out: where it is found afterwards, somebody made it of something else. */
const text = (units: Arbitrary<string>) => units.map((drawn) => drawn.replaceAll('\ufffd', ''))

const codeUnits = array(integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units))
const marks = tuple(constantFrom('\u0301', '\u0345', '\u200d', '\ufe0f', 'a', 'ﷺ', '🔑'), constantFrom(2, 65, 300, 6000, 17_000))

export const oddText: Arbitrary<string> = text(
  oneof(
    constantFrom(...KNOWN),
    string({ unit: 'binary', maxLength: 20 }),
    string({ unit: 'grapheme', maxLength: 20 }),
    codeUnits,
    marks.map(([mark, times]) => `x${mark.repeat(times)}`),
  ),
)

const NO_TEXTS: readonly unknown[] = [null, true, 0, -1, 1.5, 1e308, [], {}, ['x'], [[[]]], { length: -1 }, { $gt: '' }]

export const oddJson: Arbitrary<unknown> = oneof({ weight: 3, arbitrary: oddText }, constantFrom(...NO_TEXTS))

export const oddField: Arbitrary<Odd> = oneof(
  { weight: 1, arbitrary: constantFrom<Odd>({ is: 'absent' }) },
  { weight: 4, arbitrary: record({ is: constantFrom('spoilt'), by: oddText, at: nat(100) }) },
  { weight: 4, arbitrary: record({ is: constantFrom('odd'), value: oddJson }) },
)

/** @returns `undefined` for none */
export function spoil(right: unknown, odd: Odd): unknown {
  if (odd.is === 'right') return right
  if (odd.is === 'absent') return undefined
  if (odd.is === 'odd') return odd.value
  const text = right === undefined ? '' : String(right)
  const at = odd.at % (text.length + 1)
  return `${text.slice(0, at)}${odd.by}${text.slice(at)}`
}

/** As much of a text as a header field can carry (RFC 9110 §5.5), each character one byte. */
export function inHeader(value: unknown): string {
  return asText(value)
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '~')
    .slice(0, 4000)
}

/** In the bytes of UTF-8, those of lone surrogates too, which no encoder makes. `%` goes as it is: a broken escape is odd. */
export function inUrl(value: unknown): string {
  return [...asText(value)]
    .map((character) => {
      if (character === '%') return character
      if (character.isWellFormed()) return encodeURIComponent(character)
      const unit = character.charCodeAt(0)
      return [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]
        .map((byte) => `%${byte.toString(16)}`)
        .join('')
    })
    .join('')
    .slice(0, 6000)
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
