// Every access granted to a user that has not expired, newest first, ended ones too: one's own, or for a system
// administrator anybody's.
import { parseUsername } from '../../platform/identifiers/username.ts'
import type { User } from '../../stores/accounts/users.ts'
import { authenticateStable, type FreshPrincipal } from '../access/authenticate.ts'
import { type GrantedAccess, grantedAccessOf } from '../access/granted-access-rules.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { SYSTEM_ADMIN } from '../kernel/permissions.ts'

/**
 * @param ofUsername whose; the caller's own when absent
 * @throws AuthError `forbidden` for another user's without `systemAdmin`, `not_found` when there is no such user
 * @throws Unavailable
 */
export async function listGrantedAccess(deps: Deps, token: string | null, ofUsername?: string): Promise<readonly GrantedAccess[]> {
  const principal = await authenticateStable(deps, token)
  const owner = ofUsername === undefined ? principal.user : await requireOwner(deps, principal, ofUsername)
  const sessions = await deps.ledgers.list(owner.id)
  const now = deps.clock()
  return sessions.filter((session) => now < session.expiresAt).map((session) => grantedAccessOf(session, owner, now))
}

async function requireOwner(deps: Deps, { user, permissions }: FreshPrincipal, username: string): Promise<User> {
  const name = parseUsername(username)
  if (name && name.key === user.usernameKey) return user
  if (!permissions.includes(SYSTEM_ADMIN)) throw new AuthError('forbidden', "another user's granted accesses")
  const owner = name && (await deps.users.findByUsernameKey(name.key))
  if (!owner) throw new AuthError('not_found', name ? 'no such user' : 'not a username')
  return owner
}
