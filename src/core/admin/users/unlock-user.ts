// Ends what wrong passwords and PINs have led to for an account: waits from whatever address, and a PIN that guesses have killed. What
// an address has used up by itself stays counted for the address.
import { record } from '../../audit/audit.ts'
import type { Deps } from '../../kernel/deps.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function unlockUser(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const { email, usernameKey } = await requireAccount(deps, id)
  await deps.limits.unlock({ email, usernameKey })
  const event = describeOperatorAct(deps, operator, { what: 'account_unlocked', userId: id })
  record(deps, event)
}
