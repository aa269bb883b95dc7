// A new password by the old one. Every other session ends, this one goes on; every other credential ends unless its user keeps it.
import type { Account } from '../../../stores/accounts/account.ts'
import { authenticateStrictly } from '../../access/authenticate.ts'
import { requireLevel, requireOwnToken } from '../../access/policy.ts'
import { describeAct } from '../../audit/audit.ts'
import type { Caller, Deps } from '../../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../../kernel/errors.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endSessionsBefore } from '../../sessions/end-sessions-before.ts'
import { requireHashRoom } from '../hash-room.ts'
import { checkCurrentPassword } from './check-current-password.ts'
import { findNewPasswordProblem, hashNewPassword } from './new-password.ts'

export interface PasswordForm {
  readonly currentPassword?: string | undefined
  readonly newPassword?: string | undefined
  /** Whether every other credential ends too: yes when left out. */
  readonly endOtherCredentials?: boolean | undefined
}

/**
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN and with a shared token, `invalid_request`,
 *   `invalid_credentials` for the wrong password, of two changes at once for the later one too; `rate_limited`
 * @throws Unavailable
 */
export async function changePassword(deps: Deps, { token, client }: Caller, form: PasswordForm): Promise<void> {
  const principal = await authenticateStrictly(deps, token)
  requireLevel(principal, 'urn:postern:aal1')
  requireOwnToken(principal)
  const { user } = principal
  const { currentPassword, newPassword } = await requireForm(deps, form, user)
  requireHashRoom(deps)
  await checkCurrentPassword(deps, principal, currentPassword, client)
  const passwordHash = await hashNewPassword(deps, 'newPassword', newPassword)
  const endsOthers = form.endOtherCredentials ?? true
  const notice = await sealAccountMail(deps, user, client, {
    kind: 'password_changed',
    pinRemoved: endsOthers && user.pinName !== null,
  })
  const event = describeAct(deps, client, { what: 'password_changed', userId: user.id, sessionId: principal.sessionId })
  const terms = { keptSessionId: principal.sessionId, endsOthers }
  const epoch = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountChanges.changePassword(user, passwordHash, terms, { notice, event }, deps.clock()),
  )
  if (epoch === null) throw new AuthError('invalid_credentials', 'account changed meanwhile')
  await endSessionsBefore(deps, user.id, epoch, principal.sessionId)
}

async function requireForm(
  deps: Deps,
  { currentPassword = '', newPassword = '' }: PasswordForm,
  user: Account,
): Promise<{ currentPassword: string; newPassword: string }> {
  const problem = await findNewPasswordProblem(deps, 'newPassword', newPassword, user)
  const isSame = newPassword !== '' && newPassword.normalize('NFC') === currentPassword.normalize('NFC')
  const fields: FieldProblem[] = [
    ...(currentPassword === '' ? [{ field: 'currentPassword', message: 'is required' }] : []),
    ...(problem ? [problem] : []),
    ...(isSame && !problem ? [{ field: 'newPassword', message: 'must be another one than now' }] : []),
  ]
  if (fields.length > 0) throw new AuthError('invalid_request', 'passwords not acceptable', { fields })
  return { currentPassword, newPassword }
}
