// Sign-in by username and PIN, for a pair of tokens that carry no rights over other users.
import { checkPin, type PinCredentials } from '../credentials/pins/check-pin.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import type { Grant } from '../tokens/grant.ts'
import { startRefreshed } from './start-session.ts'

/**
 * @throws AuthError `missing_credentials`, `invalid_credentials`, `account_disabled`, `rate_limited`
 * @throws Unavailable
 */
export async function signInWithPin(deps: Deps, credentials: PinCredentials, client: Client): Promise<Grant> {
  return checkPin(deps, credentials, client, startRefreshed(deps, client, 'pin'))
}
