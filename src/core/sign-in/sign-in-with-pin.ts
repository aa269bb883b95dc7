// Sign-in by username and PIN, for a pair of tokens that carry no rights over other users.
import { checkPin, type PinCredentials } from '../credentials/check-pin.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { type Grant, issueGrant } from '../tokens/grant.ts'
import { startSession } from './start-session.ts'

/**
 * @throws AuthError `missing_credentials`, `invalid_credentials`, `account_disabled`, `rate_limited`
 * @throws Unavailable
 */
export async function signInWithPin(deps: Deps, credentials: PinCredentials, client: Client): Promise<Grant> {
  const proven = await checkPin(deps, credentials, client)
  const { sessionTtlSeconds, sessionAbsoluteTtlSeconds } = deps.settings
  const session = await startSession(deps, proven, client, {
    amr: ['pin'],
    ttlSeconds: sessionTtlSeconds,
    absoluteTtlSeconds: sessionAbsoluteTtlSeconds,
  })
  return issueGrant(deps, proven.key, proven.user, session)
}
