// Every access granted to a user that has not expired, newest first, ended ones too: one's own, or for a system
// administrator anybody's.
import { parseUsername } from '../../platform/identifiers/username.ts'
import { authenticateStable } from '../access/authenticate.ts'
import { type GrantedAccess, grantedAccessOf } from '../access/granted-access-rules.ts'
import { requireOwner } from '../access/policy.ts'
import type { Deps } from '../kernel/deps.ts'

/**
 * @param ofUsername whose; the caller's own when absent
 * @throws AuthError `forbidden` for another user's without `systemAdmin`, `not_found` when there is no such user
 * @throws Unavailable
 */
export async function listGrantedAccess(deps: Deps, token: string | null, ofUsername?: string): Promise<readonly GrantedAccess[]> {
  const principal = await authenticateStable(deps, token)
  const name = ofUsername === undefined ? null : parseUsername(ofUsername)
  const isOwn = ofUsername === undefined || (name !== null && name.key === principal.user.usernameKey)
  const owner = await requireOwner(
    principal,
    'list granted accesses',
    isOwn,
    async () => name && deps.users.findByUsernameKey(name.key),
  )
  const sessions = await deps.ledgers.list(owner.id)
  const now = deps.clock()
  return sessions.filter((session) => now < session.expiresAt).map((session) => grantedAccessOf(session, owner, now))
}
