// What a new password must be: long enough, text, not among the first that anyone would try, not the account's own name.
// No composition rules (NIST SP 800-63B §3.1.1.2). Asked at registration and change only, never at sign-in. The list of common
// passwords is kept elsewhere, so whoever asks here asks there too, with `commonPasswordKey`.

export interface PasswordPolicy {
  /** In code points after NFC. */
  readonly minLength: number
  /** In code points after NFC. */
  readonly maxLength: number
}

/** What a new password can fail; pages have words for each in every language. */
export type PasswordRule = 'required' | 'not_text' | 'has_nul' | 'too_short' | 'too_long' | 'own_name' | 'common' | 'breached'

/** The rule a password breaks, with the number of characters that the rule is about. */
export interface BrokenRule {
  readonly rule: PasswordRule
  readonly limit?: number
}

/**
 * The first rule that a password breaks, or `null`.
 * @param context the account's e-mail address and username
 */
export function findBrokenRule(password: string, policy: PasswordPolicy, context: readonly string[] = []): BrokenRule | null {
  if (!password.isWellFormed()) return { rule: 'not_text' }
  if (password.includes('\0')) return { rule: 'has_nul' }
  const length = [...password.normalize('NFC')].length
  if (length < policy.minLength) return { rule: 'too_short', limit: policy.minLength }
  if (length > policy.maxLength) return { rule: 'too_long', limit: policy.maxLength }
  const compared = toComparable(password)
  return context.some((own) => toComparable(own) === compared) ? { rule: 'own_name' } : null
}

const PROBLEMS: Readonly<Record<PasswordRule, string>> = {
  required: 'is required',
  not_text: 'is not valid Unicode text',
  has_nul: 'must not contain the character NUL',
  too_short: 'must have at least {limit} characters',
  too_long: 'must have at most {limit} characters',
  own_name: 'must not be your e-mail address or username',
  common: 'is one of the commonest passwords',
  breached: 'is in a list of breached passwords',
}

/** To be said after the member's name. Never says anything of the password's text. */
export function describeBrokenRule({ rule, limit }: BrokenRule): string {
  return PROBLEMS[rule].replace('{limit}', String(limit))
}

/** Both in one, for whoever tells it in English only. */
export function findPasswordProblem(password: string, policy: PasswordPolicy, context: readonly string[] = []): string | null {
  const broken = findBrokenRule(password, policy, context)
  return broken && describeBrokenRule(broken)
}

/** What to say of a password that is on the list. */
export const COMMON_PASSWORD_PROBLEM = PROBLEMS.common

/** What the list of common passwords is asked for. */
export function commonPasswordKey(password: string): string {
  return toComparable(password)
}

function toComparable(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
