// The password given once more: the session's `auth_time` is now, which opens the way to sensitive calls for a while.

import { authenticateStrictly } from '../access/authenticate.ts'
import { requireOwnToken, requirePassword } from '../access/policy.ts'
import { recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { askLedger } from '../kernel/standing.ts'
import { issueAccessToken } from '../tokens/access-tokens.ts'
import { checkCurrentPassword } from './check-current-password.ts'

export interface Reauthentication {
  readonly accessToken: string
  readonly expiresIn: number
}

/**
 * @returns an access token that says so; refreshes keep the time
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN and with a shared token, `invalid_request`,
 *   `invalid_credentials`, `rate_limited`
 * @throws Unavailable
 */
export async function reauthenticate(
  deps: Deps,
  accessToken: string | null,
  password: string | undefined,
  client: Client,
): Promise<Reauthentication> {
  const principal = await authenticateStrictly(deps, accessToken)
  requirePassword(principal)
  requireOwnToken(principal)
  if (!password) {
    throw new AuthError('invalid_request', 'no password', { fields: [{ field: 'password', message: 'is required' }] })
  }
  const { user, key } = await checkCurrentPassword(deps, principal, password, client)
  const session = await askLedger(deps, user, (standing) =>
    deps.ledgers.reauthenticate(principal.sessionId, standing, deps.clock()),
  )
  if (!session) throw new AuthError('invalid_access_token', 'session ended')
  recordAct(deps, client, { what: 'reauthenticated', userId: user.id, sessionId: session.id })
  const { token, expiresIn } = await issueAccessToken(deps, key, user, session)
  return { accessToken: token, expiresIn }
}
