// Sets the PIN of the signed-in user, who proves the account by its password once more.
import { addressBucket } from '../platform/client-address.ts'
import { SALT_BYTES } from '../platform/password-hash.ts'
import { hashPin } from '../platform/pin-hash.ts'
import { findPinProblem } from '../platform/pin-policy.ts'
import type { User } from '../stores/users.ts'
import { authenticateStrictly, requirePassword } from './authenticate.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError, type FieldProblem } from './errors.ts'
import { hashInTurn } from './hash-room.ts'
import { judgeAttempt, type ProvenAccount } from './judge-attempt.ts'

export interface PinForm {
  readonly pin?: string | undefined
  readonly currentPassword?: string | undefined
}

/** What the fields of a `PinForm` are called in a refusal. */
const FIELDS = { pin: 'pin', currentPassword: 'current_password' } as const

/**
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `invalid_request`,
 *   `invalid_credentials` for the wrong password, `rate_limited`
 * @throws Unavailable
 */
export async function setPin(deps: Deps, accessToken: string | null, form: PinForm, client: Client): Promise<void> {
  const principal = await authenticateStrictly(deps, accessToken)
  requirePassword(principal)
  const { pin, currentPassword } = requireForm(form)
  const { user, attempt } = await judgePassword(deps, principal.user, currentPassword, client)

  // The password was right whatever becomes of the PIN.
  const now = deps.clock()
  await Promise.all([attempt.succeed(now), user.usernameKey && deps.limits.revivePin(user.usernameKey, now)])
  const { random, settings } = deps
  const stored = await hashInTurn(deps, null, (checkpoint) =>
    hashPin(deps, pin, settings.scrypt, random.bytes(SALT_BYTES), checkpoint),
  )
  const isSet = await deps.users.setPin(user.id, user.passwordHash, stored, now)
  if (!isSet) throw new AuthError('invalid_credentials', 'password changed meanwhile')
}

function requireForm({ pin = '', currentPassword = '' }: PinForm): { pin: string; currentPassword: string } {
  const problem = findPinProblem(pin)
  const fields: FieldProblem[] = [
    ...(problem === null ? [] : [{ field: FIELDS.pin, message: `must ${problem}` }]),
    ...(currentPassword === '' ? [{ field: FIELDS.currentPassword, message: 'is required' }] : []),
  ]
  if (fields.length > 0) throw new AuthError('invalid_request', 'PIN or password not acceptable', { fields })
  return { pin, currentPassword }
}

/** Counted like a sign-in with the user's address, or a stolen session could guess the password for ever. */
function judgePassword(deps: Deps, user: User, password: string, client: Client): Promise<ProvenAccount> {
  const who = { account: `email:${user.email}`, address: addressBucket(client.address) }
  return judgeAttempt(deps, {
    begin: () => deps.limits.beginSignIn(who, deps.clock()),
    find: async () => user,
    verify: (_, checkpoint) => deps.hasher.verify(password, user.passwordHash, checkpoint),
  })
}
