// Text that a client said of itself, or that lies in a store since before it was cleaned: nothing in it may act on what shows it. A
// control character moves a terminal's cursor, a direction mark (UAX #9) makes a line read as another one.

/** Controls of C0 and C1 and DEL, line and paragraph separators, what changes the direction of writing, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu
const REPLACEMENT = '\uFFFD'

/** As much of a User-Agent as is kept. */
export const USER_AGENT_LIMIT = 256

/** As text enters. @param limit in UTF-16 code units, of what is kept */
export function cleanText(text: string, limit: number): string {
  return printable(text.slice(0, limit))
}

/** As text leaves for a page or a mail: for each such character U+FFFD, so that it is seen that there was one. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, REPLACEMENT)
}

/** As text leaves for a terminal or a log: each such character as `\u009b`, which keeps JSON the same JSON. Line feeds stay. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
