// What a new password must be: long enough, text, not among the first that anyone would try, not the account's own name.
// No composition rules (NIST SP 800-63B §3.1.1.2). Asked at registration and change only, never at sign-in.

import { COMMON_PASSWORDS } from './common-passwords.ts'

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
  if (commonPasswords().has(compared)) return 'is one of the commonest passwords'
  if (context.some((own) => toComparable(own) === compared)) return 'must not be your e-mail address or username'
  return null
}

function toComparable(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

let commonPasswordSet: ReadonlySet<string> | null = null

/** Split at the first use: thousands of strings are nothing for a worker's start-up to make. */
function commonPasswords(): ReadonlySet<string> {
  commonPasswordSet ??= new Set(COMMON_PASSWORDS.split('\n'))
  return commonPasswordSet
}
