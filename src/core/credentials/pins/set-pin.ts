// Sets the PIN of the signed-in user, who proves the account by its password once more. Sessions that the PIN before opened end.
import { SALT_BYTES } from '../../../platform/hashing/password-hash.ts'
import { hashPin } from '../../../platform/hashing/pin-hash.ts'
import { findPinProblem } from '../../../platform/identifiers/pin-policy.ts'
import { authenticateStrictly } from '../../access/authenticate.ts'
import { requireRecentPassword } from '../../access/policy.ts'
import { describeAct } from '../../audit/audit.ts'
import type { Caller, Deps } from '../../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../../kernel/errors.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endPinSessions } from '../../sessions/end-pin-sessions.ts'
import { hashInTurn } from '../hash-room.ts'
import { checkCurrentPassword } from '../passwords/check-current-password.ts'

export interface PinForm {
  readonly pin?: string | undefined
  readonly currentPassword?: string | undefined
}

/**
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `reauthentication_required`,
 *   `invalid_request`, `invalid_credentials` for the wrong password, `rate_limited`
 * @throws Unavailable
 */
export async function setPin(deps: Deps, { token, client }: Caller, form: PinForm): Promise<void> {
  const principal = await authenticateStrictly(deps, token)
  requireRecentPassword(deps, principal)
  const { pin, currentPassword } = requireForm(form)
  const { user } = await checkCurrentPassword(deps, principal, currentPassword, client)

  // The password was right whatever becomes of the PIN.
  if (user.usernameKey) await deps.limits.revivePin(user.usernameKey, deps.clock())
  const { random, settings } = deps
  const stored = await hashInTurn(deps, (checkpoint) => hashPin(deps, pin, settings.scrypt, random.bytes(SALT_BYTES), checkpoint))
  const notice = await sealAccountMail(deps, user, client, { kind: 'pin_changed' })
  const event = describeAct(deps, client, { what: 'pin_set', userId: user.id, sessionId: principal.sessionId })
  const isSet = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountChanges.setPin(user, stored, random.hex(8), { notice, event }, deps.clock()),
  )
  if (!isSet) throw new AuthError('invalid_credentials', 'account changed meanwhile')
  await endPinSessions(deps, user.id)
}

function requireForm({ pin = '', currentPassword = '' }: PinForm): { pin: string; currentPassword: string } {
  const problem = findPinProblem(pin)
  const fields: FieldProblem[] = [
    ...(problem === null ? [] : [{ field: 'pin', message: `must ${problem}` }]),
    ...(currentPassword === '' ? [{ field: 'currentPassword', message: 'is required' }] : []),
  ]
  if (fields.length > 0) throw new AuthError('invalid_request', 'PIN or password not acceptable', { fields })
  return { pin, currentPassword }
}
