// Sign-in by username and PIN, for a pair of tokens that carry no rights over other users.
import { verifyPin } from '../platform/pin-hash.ts'
import { checkPin, type PinCredentials, storedPin } from './check-pin.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { type Grant, issueGrant } from './grant.ts'
import { hashInTurn } from './hash-room.ts'
import type { ProvenAccount } from './judge-attempt.ts'
import { startSession } from './start-session.ts'

/**
 * @throws AuthError `missing_credentials`, `invalid_request`, `invalid_credentials`, `account_disabled`, `rate_limited`
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
  await requireSamePin(deps, proven, credentials.pin ?? '').catch((error: unknown) => {
    deps.defer(deps.ledgers.revoke(session.id, deps.clock()))
    throw error
  })
  return issueGrant(deps, proven.key, proven.user, session)
}

/**
 * A PIN that ends while somebody signs in with it ends the sessions that the ledger knows by then, and this one may have come later.
 * No new epoch shuts it out, as after a change of the password: the other sessions go on.
 */
async function requireSamePin(deps: Deps, { user }: ProvenAccount, pin: string): Promise<void> {
  const present = storedPin(await deps.users.findById(user.id))
  // Another hash of the same PIN: a sign-in at the same time has renewed it.
  const isSame =
    present !== null &&
    (present.pinHash === user.pinHash || (await hashInTurn(deps, null, (checkpoint) => verifyPin(deps, pin, present, checkpoint))))
  if (!isSame) throw new AuthError('invalid_credentials', 'PIN changed meanwhile')
}
