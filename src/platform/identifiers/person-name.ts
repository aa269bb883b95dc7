// First and last names: shown to people and put into mail, so nothing in them may break a line or turn the text around.

export const PERSON_NAME_LIMIT = 100

/** Control characters, lone surrogates, line and paragraph separators, and bidi embeddings, overrides and isolates. */
const REFUSED = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}]/u

/** The name trimmed and in NFC, `null` when it is not acceptable. Joiners stay: Persian and Indic names need them. */
export function parsePersonName(text: string): string | null {
  const name = text.trim().normalize('NFC')
  if (REFUSED.test(name) || !VISIBLE.test(name)) return null
  return [...name].length <= PERSON_NAME_LIMIT ? name : null
}
