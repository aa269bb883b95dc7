// Lets an account be signed in to no more. Sessions of before stay dead when it is enabled again.

import type { Deps } from '../../kernel/deps.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endSessionsBefore } from '../../sessions/end-sessions-before.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function disableUser(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const event = describeOperatorAct(deps, operator, { what: 'account_disabled', userId: id })
  const epoch = await applyChange(deps, { event, hasMail: false }, () => deps.managedAccounts.disable(id, event))
  if (epoch === null) throw noSuchAccount()
  await endSessionsBefore(deps, id, epoch)
}
