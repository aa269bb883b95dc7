// A user by name: oneself, or for those who may look, anybody.
import { parseUsername } from '../../platform/identifiers/username.ts'
import { authenticateStable } from '../access/authenticate.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { SYSTEM_ADMIN, USERS_MANAGER } from '../kernel/permissions.ts'

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
  const mayLook = principal.permissions.includes(SYSTEM_ADMIN) || principal.permissions.includes(USERS_MANAGER)
  if (!mayLook) throw new AuthError('forbidden', 'another user')
  const user = name && (await deps.users.findByUsernameKey(name.key))
  if (!user) throw new AuthError('not_found', name ? 'no such user' : 'not a username')
  return { email: user.email, permissions: user.permissions }
}
