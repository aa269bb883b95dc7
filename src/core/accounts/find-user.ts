// A user by name: oneself, or for those who may look, anybody.
import { parseUsername } from '../../platform/identifiers/username.ts'
import { authenticateStable } from '../access/authenticate.ts'
import { requireOwner } from '../access/policy.ts'
import type { Deps } from '../kernel/deps.ts'

export interface FoundUser {
  readonly email: string
  readonly permissions: readonly string[]
}

/**
 * @throws AuthError `forbidden` for any name but one's own without the right to look, whether somebody has it or not;
 *   `not_found`, told only to those who may look
 * @throws Unavailable
 */
export async function findUser(deps: Deps, token: string | null, username: string): Promise<FoundUser> {
  const principal = await authenticateStable(deps, token)
  const name = parseUsername(username)
  if (name && name.key === principal.user.usernameKey) return { email: principal.email, permissions: principal.permissions }
  const user = await requireOwner(principal, 'find a user', false, async () => name && deps.users.findByUsernameKey(name.key))
  return { email: user.email, permissions: user.permissions }
}
