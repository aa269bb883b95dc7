// The live sessions of an account, newest first.
import { isLive, type SessionRecord } from '../../../objects/session-ledger/session-rules.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { standingOf } from '../../kernel/standing.ts'
import { type OperatorProof, requireOperator } from '../operator.ts'
import { requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function listUserSessions(
  deps: Deps,
  proof: OperatorProof,
  id: string,
  client: Client,
): Promise<readonly SessionRecord[]> {
  await requireOperator(deps, proof, 'look', client)
  const user = await requireAccount(deps, id)
  const now = deps.clock()
  return (await deps.ledgers.list(id)).filter((session) => isLive(session, standingOf(user), now))
}
