// The live sessions of a user, newest first: one's own, or for a system administrator anybody's.
import { isLive, type SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { findPublicUser } from '../access/find-public-user.ts'
import { requireOwner } from '../access/policy.ts'
import type { Deps } from '../kernel/deps.ts'
import { standingOf } from '../kernel/standing.ts'
import { publicIdOf } from '../tokens/user-view.ts'

export interface SessionList {
  readonly sessions: readonly SessionRecord[]
  readonly currentId: string
}

/**
 * @param ofUserId whose; the caller's own when absent
 * @throws AuthError `forbidden` for another user's without `systemAdmin`, `not_found` when there is no such user
 * @throws Unavailable
 */
export async function listSessions(deps: Deps, accessToken: string | null, ofUserId?: string): Promise<SessionList> {
  const principal = await authenticateStrictly(deps, accessToken)
  const own = [principal.userId, String(publicIdOf(principal.user, deps.settings.userIds))]
  const isOwn = ofUserId === undefined || own.includes(ofUserId)
  const owner = await requireOwner(principal, 'list sessions', isOwn, async () => findPublicUser(deps, ofUserId ?? ''))
  const sessions = await deps.ledgers.list(owner.id)
  const now = deps.clock()
  return { sessions: sessions.filter((session) => isLive(session, standingOf(owner), now)), currentId: principal.sessionId }
}
