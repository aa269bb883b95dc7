// The live sessions of an account, newest first.
import { isLive, type SessionRecord } from '../../../objects/session-ledger/session-rules.ts'
import type { Deps } from '../../kernel/deps.ts'
import { standingOf } from '../../kernel/standing.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'
import { requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function listUserSessions(deps: Deps, caller: OperatorCaller, id: string): Promise<readonly SessionRecord[]> {
  await requireOperator(deps, caller, 'look')
  const user = await requireAccount(deps, id)
  const now = deps.clock()
  return (await deps.ledgers.list(id)).filter((session) => isLive(session, standingOf(user), now))
}
