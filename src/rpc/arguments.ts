// Arguments are whatever another worker sent: judged like input from the internet.
import { AuthError } from '../core/kernel/errors.ts'

/** As much as a body over HTTP may hold. */
export const MAX_TEXT_LENGTH = 16 * 1024

/** @throws AuthError `invalid_request` */
export function requireText(value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) return value
  throw new AuthError('invalid_request', typeof value === 'string' ? 'argument too long' : `argument is ${typeof value}`)
}

/** The members of an object, none where there is no argument. @throws AuthError `invalid_request` */
export function requireMembers(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new AuthError('invalid_request', `argument is ${typeof value}`)
}

/** A text that may be left out, as `null` and the empty text are. @throws AuthError `invalid_request` */
export function optionalText(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : requireText(value)
}

/** The same where `null` clears. @throws AuthError `invalid_request` */
export function clearableText(value: unknown): string | null | undefined {
  return value === null ? null : optionalText(value)
}

/** @throws AuthError `invalid_request` */
export function requireTexts(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length <= 100) return value.map(requireText)
  throw new AuthError('invalid_request', 'argument is no list of at most 100 texts')
}
