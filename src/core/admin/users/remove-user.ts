// Deletes an account for good, put aside or not, with all that belongs to it. No mail tells of it.

import { eraseAccount } from '../../accounts/erase-account.ts'
import type { Deps } from '../../kernel/deps.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function removeUser(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const user = await deps.users.findById(id)
  const event = { ...describeOperatorAct(deps, operator, { what: 'account_deleted', userId: id }), ip: null, userAgent: null }
  const isErased = await applyChange(deps, { event, hasMail: false }, () => deps.managedAccounts.erase(id, event))
  if (!isErased) throw noSuchAccount()
  // What was put aside the cron erases: its names are in `erasures`.
  if (user) await eraseAccount(deps, { userId: id, email: user.email, usernameKey: user.usernameKey })
}
