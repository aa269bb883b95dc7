// Ends any session by its id, for a worker that may end sessions. Whether it may is decided before this is asked.
import { isLive, userIdOfSession } from '../objects/session-rules.ts'
import type { Deps } from './deps.ts'
import { AuthError } from './errors.ts'

/**
 * @throws AuthError `not_found` for a session that is unknown or over
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function endSession({ users, ledgers, clock }: Pick<Deps, 'users' | 'ledgers' | 'clock'>, id: string): Promise<void> {
  // The owner must exist before its ledger is asked, so that guessed ids reach no object.
  const ownerId = userIdOfSession(id)
  const owner = ownerId && (await users.findById(ownerId))
  const session = owner ? await ledgers.find(id) : null
  if (!owner || !session || !isLive(session, owner.sessionEpoch, clock())) throw new AuthError('not_found', 'no such session')
  const wasLive = await ledgers.revoke(id, clock())
  if (!wasLive) throw new AuthError('not_found', 'ended in the meantime')
}
