// Whether a password that somebody chooses is known from breaches. Asked after a limit has counted the attempt, or anybody could
// have lists of passwords looked up through us, and before the hash.
import { describeBrokenRule } from '../../../platform/identifiers/password-policy.ts'
import { Unavailable } from '../../../platform/runtime/deadline.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'

/**
 * @param field what the password is called in the refusal
 * @throws AuthError `invalid_request` @throws Unavailable where BREACHED_PASSWORDS is `closed`
 */
export async function requireUnbreachedPassword(
  { settings, breachedPasswords, log }: Deps,
  field: string,
  password: string,
): Promise<void> {
  if (settings.breachedPasswords === 'off') return
  const isBreached = await breachedPasswords.has(password).catch((error: unknown) => {
    if (error instanceof Unavailable && settings.breachedPasswords === 'open') {
      log('warn', 'password not looked up in breaches', { reason: error.message })
      return false
    }
    throw error
  })
  if (!isBreached) return
  const broken = { rule: 'breached' } as const
  const fields = [{ field, message: describeBrokenRule(broken), broken }]
  throw new AuthError('invalid_request', 'breached password', { fields })
}
