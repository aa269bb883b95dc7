// Ends the session of a stable token, or the one named: any of one's own, or for a system administrator anybody's.
import { userIdOfSession } from '../objects/session-rules.ts'
import type { User } from '../stores/users.ts'
import { actorFor, recordAct } from './audit.ts'
import { authenticateStable, type FreshPrincipal } from './authenticate.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { SYSTEM_ADMIN } from './permissions.ts'
import { revokeLiveSession } from './revoke-live-session.ts'

/**
 * @param namedSessionId the session of the token when absent
 * @returns the id of the session that ended
 * @throws AuthError `forbidden` for another user's without `systemAdmin`, whether there is one or not; `not_found` for one
 *   that is not live, and for what is no session id
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function signOutStable(
  deps: Deps,
  token: string | null,
  namedSessionId: string | undefined,
  client: Client,
): Promise<string> {
  const principal = await authenticateStable(deps, token)
  const sessionId = namedSessionId ?? principal.sessionId
  const owner = await requireOwner(deps, principal, sessionId)
  await revokeLiveSession(deps, sessionId, owner)
  const what = sessionId === principal.sessionId ? 'signed_out' : 'session_revoked'
  recordAct(deps, client, { what, userId: owner.id, sessionId, actor: actorFor(principal, owner.id) })
  return sessionId
}

/** The owner must exist before its ledger is asked, so that guessed ids reach no object. */
async function requireOwner(deps: Deps, { user, permissions }: FreshPrincipal, sessionId: string): Promise<User> {
  const ownerId = userIdOfSession(sessionId)
  if (!ownerId) throw new AuthError('not_found', 'not a session id')
  if (ownerId === user.id) return user
  if (!permissions.includes(SYSTEM_ADMIN)) throw new AuthError('forbidden', "another user's session")
  const owner = await deps.users.findById(ownerId)
  if (!owner) throw new AuthError('not_found', 'no such user')
  return owner
}
