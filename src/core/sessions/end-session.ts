// Ends any session by its id, for a worker that may end sessions. Whether it may is decided before this is asked.
import { userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { revokeLiveSession } from './revoke-live-session.ts'

/**
 * @throws AuthError `not_found` for a session that is unknown or over
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function endSession(deps: Deps, id: string, client: Client): Promise<void> {
  // The owner must exist before its ledger is asked, so that guessed ids reach no object.
  const ownerId = userIdOfSession(id)
  const owner = ownerId && (await deps.users.findById(ownerId))
  if (!owner) throw new AuthError('not_found', 'no such user')
  await revokeLiveSession(deps, id, owner)
  recordAct(deps, client, { what: 'session_revoked', userId: owner.id, sessionId: id })
}
