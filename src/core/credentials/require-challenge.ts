// Whether a person asks, where Turnstile is set up: before anything is counted, looked up or hashed, so that whoever has not
// solved a challenge can neither use up somebody's attempts nor learn anything.
import { UNKNOWN_ADDRESS } from '../../platform/identifiers/client-address.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'

/** What widgets may say they were shown for. */
export type ChallengedAction = 'register' | 'login' | 'forgot-password'

/** @throws AuthError `challenge_failed` @throws Unavailable */
export async function requireChallenge({ turnstile, random }: Deps, action: ChallengedAction, client: Client): Promise<void> {
  // Another worker is no person, and trusted to have asked for one.
  if (turnstile === null || client.caller !== undefined) return
  const { challengeToken: token, address } = client
  if (!token) throw new AuthError('challenge_failed', 'no token')
  const problem = await turnstile.findProblem({
    token,
    action,
    address: address === UNKNOWN_ADDRESS ? undefined : address,
    idempotencyKey: random.uuid(),
  })
  if (problem !== null) throw new AuthError('challenge_failed', problem)
}
