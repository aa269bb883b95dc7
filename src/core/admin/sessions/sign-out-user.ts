// Ends every session of an account.

import type { Deps } from '../../kernel/deps.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endSessionsBefore } from '../../sessions/end-sessions-before.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function signOutUser(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const event = describeOperatorAct(deps, operator, { what: 'all_sessions_revoked', userId: id })
  const epoch = await applyChange(deps, { event, hasMail: false }, () => deps.users.bumpSessionEpoch(id, event, deps.clock()))
  if (epoch === null) throw noSuchAccount()
  await endSessionsBefore(deps, id, epoch)
}
