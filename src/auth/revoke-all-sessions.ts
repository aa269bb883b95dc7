// Signs the user out everywhere, this session included. D1 decides it, by a new epoch that no session carries.

import { isLive } from '../objects/session-rules.ts'
import { authenticateStrictly } from './authenticate.ts'
import type { Deps } from './deps.ts'
import { endSessionsBefore } from './end-sessions-before.ts'
import { AuthError } from './errors.ts'

/**
 * @returns how many sessions ended
 * @throws AuthError as `authenticate` @throws Unavailable
 */
export async function revokeAllSessions(deps: Deps, accessToken: string | null): Promise<number> {
  const { user } = await authenticateStrictly(deps, accessToken)
  const now = deps.clock()
  const sessions = await deps.ledgers.list(user.id)
  const epoch = await deps.users.bumpSessionEpoch(user.id, now)
  if (epoch === null) throw new AuthError('invalid_access_token', 'user deleted meanwhile')
  await endSessionsBefore(deps, user.id, epoch)
  return sessions.filter((session) => isLive(session, user.sessionEpoch, now)).length
}
