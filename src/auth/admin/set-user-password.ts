// Sets the password of somebody else. All sessions, every other credential and every mailed link end; the user is told by mail.
import { sealAccountMail } from '../account-mail.ts'
import { logEvent } from '../audit.ts'
import { deliverMail } from '../deliver-mail.ts'
import type { Client, Deps } from '../deps.ts'
import { endSessionsBefore } from '../end-sessions-before.ts'
import { AuthError } from '../errors.ts'
import { findNewPasswordProblem, hashNewPassword } from '../new-password.ts'
import { describeOperatorAct, type OperatorProof, requireOperator } from './operator.ts'
import { noSuchAccount, requireAccount } from './require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found`, `invalid_request` @throws Unavailable */
export async function setUserPassword(
  deps: Deps,
  proof: OperatorProof,
  { id, password = '' }: { readonly id: string; readonly password: string | undefined },
  client: Client,
): Promise<void> {
  const operator = await requireOperator(deps, proof, 'change', client)
  const user = await requireAccount(deps, id)
  const problem = await findNewPasswordProblem(deps, 'password', password, user)
  if (problem) throw new AuthError('invalid_request', 'password not acceptable', { fields: [problem] })
  const hash = await hashNewPassword(deps, 'password', password, null)
  const notice = await sealAccountMail(deps, user, client, { kind: 'password_changed', pinRemoved: user.pinHash !== null })
  const event = describeOperatorAct(deps, operator, { what: 'password_changed', userId: id })
  const epoch = await deps.managedAccounts.setPassword(id, hash, notice, event)
  if (epoch === null) throw noSuchAccount()
  logEvent(deps, event)
  await endSessionsBefore(deps, id, epoch)
  deps.defer(deliverMail(deps))
}
