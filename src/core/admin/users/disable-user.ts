// Lets an account be signed in to no more. Sessions of before stay dead when it is enabled again.
import { logEvent } from '../../audit/audit.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { endSessionsBefore } from '../../sessions/end-sessions-before.ts'
import { describeOperatorAct, type OperatorProof, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function disableUser(deps: Deps, proof: OperatorProof, id: string, client: Client): Promise<void> {
  const operator = await requireOperator(deps, proof, 'change', client)
  const event = describeOperatorAct(deps, operator, { what: 'account_disabled', userId: id })
  const epoch = await deps.managedAccounts.disable(id, event)
  if (epoch === null) throw noSuchAccount()
  logEvent(deps, event)
  await endSessionsBefore(deps, id, epoch)
}
