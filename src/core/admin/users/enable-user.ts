// Lets an account be signed in to again.

import type { Client, Deps } from '../../kernel/deps.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type OperatorProof, requireOperator } from '../operator.ts'
import { noSuchAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function enableUser(deps: Deps, proof: OperatorProof, id: string, client: Client): Promise<void> {
  const operator = await requireOperator(deps, proof, 'change', client)
  const event = describeOperatorAct(deps, operator, { what: 'account_enabled', userId: id })
  const isEnabled = await applyChange(deps, { event, hasMail: false }, () => deps.managedAccounts.enable(id, event))
  if (!isEnabled) throw noSuchAccount()
}
