// The password given once more: the session's `auth_time` is now, which opens the way to sensitive calls for a while.

import { authenticateStrictly } from '../../access/authenticate.ts'
import { requireLevel, requireOwnToken } from '../../access/policy.ts'
import { recordAct } from '../../audit/audit.ts'
import type { Caller, Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { askLedger } from '../../kernel/standing.ts'
import { issueAccessToken } from '../../tokens/access-tokens.ts'
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
  { token, client }: Caller,
  password: string | undefined,
): Promise<Reauthentication> {
  const principal = await authenticateStrictly(deps, token)
  requireLevel(principal, 'urn:postern:aal1')
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
  const { token: accessToken, expiresIn } = await issueAccessToken(deps, key, user, session)
  return { accessToken, expiresIn }
}
