// Sign-in by e-mail address or username and password, for a pair of tokens.
import { type Credentials, checkPassword } from './check-password.ts'
import type { Client, Deps } from './deps.ts'
import { type Grant, issueGrant } from './grant.ts'
import { startSession } from './start-session.ts'

/**
 * @throws AuthError `missing_credentials`, `invalid_request`, `invalid_credentials`, `account_disabled`, `rate_limited`
 * @throws Unavailable
 */
export async function signIn(deps: Deps, credentials: Credentials, client: Client): Promise<Grant> {
  const proven = await checkPassword(deps, credentials, client)
  const { sessionTtlSeconds, sessionAbsoluteTtlSeconds } = deps.settings
  const session = await startSession(deps, proven, client, {
    amr: ['pwd'],
    ttlSeconds: sessionTtlSeconds,
    absoluteTtlSeconds: sessionAbsoluteTtlSeconds,
  })
  return issueGrant(deps, proven.key, proven.user, session)
}
