// Sign-in by e-mail address or username and password, for a pair of tokens.

import { requireHashRoom } from '../credentials/hash-room.ts'
import { type Credentials, checkPassword, requireCredentials } from '../credentials/passwords/check-password.ts'
import { requireChallenge } from '../credentials/require-challenge.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import type { Grant } from '../tokens/grant.ts'
import { startRefreshed } from './start-session.ts'

/**
 * @throws AuthError `missing_credentials`, `invalid_request`, `challenge_failed`, `invalid_credentials`, `account_disabled`,
 *   `rate_limited`
 * @throws Unavailable
 */
export async function signIn(deps: Deps, credentials: Credentials, client: Client): Promise<Grant> {
  const claim = requireCredentials(credentials)
  // Before the challenge, too: its token is spent by asking.
  requireHashRoom(deps)
  await requireChallenge(deps, 'login', client)
  return checkPassword(deps, claim, client, startRefreshed(deps, client, 'pwd'))
}
