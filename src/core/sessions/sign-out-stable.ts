// Ends the session of a stable token, or the one named: any of one's own, or for a system administrator anybody's.
import { userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { authenticateStable, type FreshPrincipal } from '../access/authenticate.ts'
import { requireOwner } from '../access/policy.ts'
import { actorFor, recordAct } from '../audit/audit.ts'
import type { Caller, Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { verifyStableToken } from '../tokens/stable-tokens.ts'
import { endOwnSession, isRevoked } from './end-own-session.ts'
import { revokeLiveSession } from './revoke-live-session.ts'

/**
 * The token's own session is told as ended as often as it is asked for; another one only once.
 * @param namedSessionId the session of the token when absent
 * @returns the id of the session that ended
 * @throws AuthError `forbidden` for another user's without `systemAdmin`, whether there is one or not; `not_found` for one
 *   that is not live, and for what is no session id
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function signOutStable(deps: Deps, { token, client }: Caller, namedSessionId: string | undefined): Promise<string> {
  try {
    const principal = await authenticateStable(deps, token)
    const sessionId = namedSessionId ?? principal.sessionId
    await (sessionId === principal.sessionId ? endOwn(deps, principal, client) : endNamed(deps, principal, sessionId, client))
    return sessionId
  } catch (error) {
    const own = await revokedSessionOf(deps, token, error)
    if (own === null || (namedSessionId !== undefined && namedSessionId !== own)) throw error
    return own
  }
}

/** Of a genuine token that counts no more for being signed out; whoever shows it may have lost the answer to that. */
async function revokedSessionOf(deps: Deps, token: string | null, refusal: unknown): Promise<string | null> {
  if (token === null || !(refusal instanceof AuthError) || refusal.code !== 'session_ended') return null
  const { sessionId } = await verifyStableToken(deps, token)
  return (await isRevoked(deps, sessionId)) ? sessionId : null
}

async function endOwn(deps: Deps, { userId, sessionId }: FreshPrincipal, client: Client): Promise<void> {
  if ((await endOwnSession(deps, sessionId)) === 'ended') recordAct(deps, client, { what: 'signed_out', userId, sessionId })
}

async function endNamed(deps: Deps, principal: FreshPrincipal, sessionId: string, client: Client): Promise<void> {
  const ownerId = userIdOfSession(sessionId)
  if (!ownerId) throw new AuthError('not_found', 'not a session id')
  // The owner must exist before its ledger is asked, so that guessed ids reach no object.
  const owner = await requireOwner(principal, 'end a granted access', ownerId === principal.userId, () =>
    deps.users.findById(ownerId),
  )
  await revokeLiveSession(deps, sessionId, owner)
  recordAct(deps, client, { what: 'session_revoked', userId: owner.id, sessionId, actor: actorFor(principal, owner.id) })
}
