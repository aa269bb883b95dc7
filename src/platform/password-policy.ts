// What a new password must be: long enough, text, not among the first that anyone would try, not the account's own name.
// No composition rules (NIST SP 800-63B §3.1.1.2). Asked at registration and change only, never at sign-in. The list of common
// passwords is kept elsewhere, so whoever asks here asks there too, with `commonPasswordKey`.

export interface PasswordPolicy {
  /** In code points after NFC. */
  readonly minLength: number
  /** In code points after NFC. */
  readonly maxLength: number
}

/**
 * What is wrong with a password, to be said after the member's name, or `null`. Never says anything of its text.
 * @param context the account's e-mail address and username
 */
export function findPasswordProblem(password: string, policy: PasswordPolicy, context: readonly string[] = []): string | null {
  if (!password.isWellFormed()) return 'is not valid Unicode text'
  if (password.includes('\0')) return 'must not contain the character NUL'
  const length = [...password.normalize('NFC')].length
  if (length < policy.minLength) return `must have at least ${policy.minLength} characters`
  if (length > policy.maxLength) return `must have at most ${policy.maxLength} characters`
  const compared = toComparable(password)
  if (context.some((own) => toComparable(own) === compared)) return 'must not be your e-mail address or username'
  return null
}

/** What to say of a password that is on the list. */
export const COMMON_PASSWORD_PROBLEM = 'is one of the commonest passwords'

/** What the list of common passwords is asked for. */
export function commonPasswordKey(password: string): string {
  return toComparable(password)
}

function toComparable(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
