// Ends any session by its id, for a worker that may end sessions. Whether it may is decided before this is asked.
import { userIdOfSession } from '../objects/session-rules.ts'
import type { Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { revokeLiveSession } from './revoke-live-session.ts'

/**
 * @throws AuthError `not_found` for a session that is unknown or over
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function endSession(deps: Pick<Deps, 'users' | 'ledgers' | 'clock'>, id: string): Promise<void> {
  // The owner must exist before its ledger is asked, so that guessed ids reach no object.
  const ownerId = userIdOfSession(id)
  const owner = ownerId && (await deps.users.findById(ownerId))
  if (!owner) throw new AuthError('not_found', 'no such user')
  await revokeLiveSession(deps, id, owner)
}
