// Lets an account be signed in to again.

import type { Deps } from '../../kernel/deps.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function enableUser(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const event = describeOperatorAct(deps, operator, { what: 'account_enabled', userId: id })
  const isEnabled = await applyChange(deps, { event, hasMail: false }, () => deps.managedAccounts.enable(id, event))
  if (!isEnabled) throw noSuchAccount()
}
