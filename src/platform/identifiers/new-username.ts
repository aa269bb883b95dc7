// What a username must be besides acceptable where somebody chooses it anew. Names that accounts have already go on signing in.
import type { Username } from './username.ts'

/**
 * Names that people take for the service itself: mailboxes that RFC 2142 gives a meaning, and what operators and programs are called.
 * RESERVED_USERNAMES takes their place.
 */
export const RESERVED_USERNAMES: readonly string[] = [
  ...['abuse', 'admin', 'administrator', 'api', 'auth', 'billing', 'help', 'hostmaster', 'info', 'mail', 'me', 'moderator'],
  ...['noc', 'noreply', 'null', 'official', 'operator', 'postern', 'postmaster', 'privacy', 'root', 'security', 'service'],
  ...['staff', 'superuser', 'support', 'sysadmin', 'system', 'undefined', 'webmaster', 'www'],
]

/** What is wrong with a name, to be said after the member's name, or `null`. It does not depend on who has the name. */
export function findNewUsernameProblem(username: Username, reserved: readonly string[]): string | null {
  const { key } = username
  // Separators do not make it another name to a reader.
  return (
    findMixtureProblem(username) ??
    (reserved.some((name) => withoutSeparators(name) === withoutSeparators(key)) ? 'is reserved' : null)
  )
}

/** The part of it that binds the operator, too. */
export function findMixtureProblem({ key }: Username): string | null {
  return isHighlyRestrictive(key) ? null : 'must not mix letters or digits of different scripts'
}

function withoutSeparators(name: string): string {
  return name.replace(/[ ._-]/g, '')
}

/** The scripts of Unicode's UAX 31, table 5: those in everyday use. */
const RECOMMENDED_SCRIPTS = [
  ...['Arab', 'Armn', 'Beng', 'Bopo', 'Cyrl', 'Deva', 'Ethi', 'Geor', 'Grek', 'Gujr', 'Guru', 'Hang', 'Hani', 'Hebr', 'Hira'],
  ...['Kana', 'Knda', 'Khmr', 'Laoo', 'Latn', 'Mlym', 'Mymr', 'Orya', 'Sinh', 'Taml', 'Telu', 'Thaa', 'Thai', 'Tibt'],
]

/** UTS 39 §5.2, level 3: what people write together without anybody being deceived. */
const COMBINATIONS = [
  ['Latn', 'Hani', 'Hira', 'Kana'],
  ['Latn', 'Hani', 'Bopo'],
  ['Latn', 'Hani', 'Hang'],
]

const ONLY = [...RECOMMENDED_SCRIPTS.map((script) => [script]), ...COMBINATIONS].map(
  (scripts) => new RegExp(`^[${scripts.map((script) => `\\p{scx=${script}}`).join('')}\\p{scx=Zyyy}\\p{scx=Zinh}]*$`, 'u'),
)

/** UTS 39 §5.2 and, for digits, §5.3. Scripts that are not in everyday use are not told apart from each other, so none is let in. */
function isHighlyRestrictive(text: string): boolean {
  const zeros = new Set([...text].filter((character) => /\p{Nd}/u.test(character)).map(zeroOf))
  return zeros.size <= 1 && ONLY.some((scripts) => scripts.test(text))
}

/** The code point of the zero that a decimal digit belongs to: Unicode keeps each ten together. */
function zeroOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  let start = code
  while (start > 0 && /\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1
  return code - ((code - start) % 10)
}
