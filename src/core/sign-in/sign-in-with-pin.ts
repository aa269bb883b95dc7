// Sign-in by username and PIN, for a pair of tokens that carry no rights over other users.
import { checkPin, type PinCredentials } from '../credentials/pins/check-pin.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { type Grant, issueGrant } from '../tokens/grant.ts'
import { startSession } from './start-session.ts'

/**
 * @throws AuthError `missing_credentials`, `invalid_credentials`, `account_disabled`, `rate_limited`
 * @throws Unavailable
 */
export async function signInWithPin(deps: Deps, credentials: PinCredentials, client: Client): Promise<Grant> {
  const { sessionTtlSeconds, sessionAbsoluteTtlSeconds } = deps.settings
  const terms = { amr: ['pin'], ttlSeconds: sessionTtlSeconds, absoluteTtlSeconds: sessionAbsoluteTtlSeconds } as const
  return checkPin(deps, credentials, client, async (proven, attempt) => {
    const [session, settled] = await startSession(deps, proven, attempt, client, terms)
    return [await issueGrant(deps, proven.key, proven.user, session), settled]
  })
}
