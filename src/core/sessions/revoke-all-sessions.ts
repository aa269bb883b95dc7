// Signs the user out everywhere, this session included. D1 decides it, by a new epoch that no session carries.

import { isLive } from '../../objects/session-ledger/session-rules.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { describeAct } from '../audit/audit.ts'
import type { Caller, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { standingOf } from '../kernel/standing.ts'
import { applyChange } from '../mail/apply-change.ts'
import { endSessionsBefore } from './end-sessions-before.ts'

/**
 * @returns how many sessions ended
 * @throws AuthError as `authenticate` @throws Unavailable
 */
export async function revokeAllSessions(deps: Deps, { token, client }: Caller): Promise<number> {
  const { user, sessionId } = await authenticateStrictly(deps, token)
  const now = deps.clock()
  const sessions = await deps.ledgers.list(user.id)
  const event = describeAct(deps, client, { what: 'all_sessions_revoked', userId: user.id, sessionId })
  const epoch = await applyChange(deps, { event, hasMail: false }, () => deps.users.bumpSessionEpoch(user.id, event, now))
  if (epoch === null) throw new AuthError('invalid_access_token', 'user deleted meanwhile')
  await endSessionsBefore(deps, user.id, epoch)
  return sessions.filter((session) => isLive(session, standingOf(user), now)).length
}
