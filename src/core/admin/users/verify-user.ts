// Lets the address of an account count as proven, on the operator's word.

import type { Deps } from '../../kernel/deps.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function verifyUser(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const event = describeOperatorAct(deps, operator, { what: 'email_verified', userId: id })
  const isVerified = await applyChange(deps, { event, hasMail: false }, () => deps.managedAccounts.verify(id, event))
  if (!isVerified) throw noSuchAccount()
}
