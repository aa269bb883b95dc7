// What may be a username, and when two usernames are the same. The typed form is kept for people to read; only the key is
// compared, so that no one signs up as a look-alike that differs by case, width or composition.

export interface Username {
  /** As typed. */
  readonly username: string
  /** What is compared and unique. */
  readonly key: string
}

export const USERNAME_LIMIT = 64
const KEY_LIMIT = 128

/** Letters, marks, decimal digits, `. _ -`, and U+0020 inside; no mark at the start, as it would attach to what precedes. */
const SHAPE = /^[\p{L}\p{Nd}._-](?:[\p{L}\p{M}\p{Nd}._ -]*[\p{L}\p{M}\p{Nd}._-])?$/u
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u
const LETTER_OR_DIGIT = /[\p{L}\p{Nd}]/u

/** The username and its key, `null` when it is not acceptable. */
export function parseUsername(text: string): Username | null {
  // Counted in UTF-16 units first, so that a long text is refused before anything walks over it.
  if (text.length > 2 * USERNAME_LIMIT || [...text].length > USERNAME_LIMIT || !isAcceptable(text)) return null
  const key = foldToKey(text)
  // Some ligatures become eighteen letters or begin with a space under NFKC: the key has to be a username as well.
  if (key === null || [...key].length > KEY_LIMIT || !isAcceptable(key)) return null
  return { username: text, key }
}

function isAcceptable(text: string): boolean {
  // `.` and `..` cannot be said in a URL's path, so at least one letter or digit is asked for.
  return SHAPE.test(text) && !INVISIBLE.test(text) && LETTER_OR_DIGIT.test(text)
}

/** The fixed point of `fold`: one round can leave something that a second one would still change, such as a moved mark. */
function foldToKey(text: string): string | null {
  let key = text
  for (let round = 0; round < 4; round += 1) {
    const folded = fold(key)
    if (folded === key) return key
    key = folded
  }
  return null
}

/**
 * JavaScript has no case folding. Upper and then lower case is the nearest thing: it unites `ß` with `ss` and all three
 * sigmas, where lower case alone does not. It also unites the Turkish `ı` with `i`, which only ever refuses a look-alike.
 * NFKD before it makes widths and the order of marks one (the Unicode Standard, D145 and D146: U+0345 becomes a letter in
 * upper case, so it has to stand in its place by then); NFKC after it composes again what was taken apart.
 */
function fold(text: string): string {
  return text.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKC').replace(/ +/g, ' ')
}
