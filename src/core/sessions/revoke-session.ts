// Ends one session by its id: one's own, or for a system administrator anybody's.
import { userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { requireOwner } from '../access/policy.ts'
import { actorFor, recordAct } from '../audit/audit.ts'
import type { Caller, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { revokeLiveSession } from './revoke-live-session.ts'

/**
 * @throws AuthError `not_found` for every session that is not live or not the caller's to end
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function revokeSession(deps: Deps, { token, client }: Caller, sessionId: string): Promise<void> {
  const principal = await authenticateStrictly(deps, token)
  const ownerId = userIdOfSession(sessionId)
  if (!ownerId) throw new AuthError('not_found', 'not a session id')
  // The owner must exist before its ledger is asked, so that guessed ids reach no object.
  const owner = await requireOwner(principal, 'end a session', ownerId === principal.userId, () => deps.users.findById(ownerId))
  await revokeLiveSession(deps, sessionId, owner)
  recordAct(deps, client, { what: 'session_revoked', userId: ownerId, sessionId, actor: actorFor(principal, ownerId) })
}
