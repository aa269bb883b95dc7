// Sets the password of somebody else. All sessions, every other credential and every mailed link end; the user is told by mail.

import { findNewPasswordProblem, hashNewPassword } from '../../credentials/passwords/new-password.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endSessionsBefore } from '../../sessions/end-sessions-before.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount, requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found`, `invalid_request` @throws Unavailable */
export async function setUserPassword(
  deps: Deps,
  caller: OperatorCaller,
  { id, password = '' }: { readonly id: string; readonly password: string | undefined },
): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const user = await requireAccount(deps, id)
  const problem = await findNewPasswordProblem(deps, 'password', password, user)
  if (problem) throw new AuthError('invalid_request', 'password not acceptable', { fields: [problem] })
  const hash = await hashNewPassword(deps, 'password', password)
  const notice = await sealAccountMail(deps, user, caller.client, { kind: 'password_changed', pinRemoved: user.pinName !== null })
  const event = describeOperatorAct(deps, operator, { what: 'password_changed', userId: id })
  const epoch = await applyChange(deps, { event, hasMail: true }, () => deps.managedAccounts.setPassword(id, hash, notice, event))
  if (epoch === null) throw noSuchAccount()
  await endSessionsBefore(deps, id, epoch)
}
