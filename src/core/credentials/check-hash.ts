// Whether a password is the one behind a hash that another worker keeps. The hash is that worker's own affair; what it costs
// here is counted against the client, or the worker that asks where no client is known, and a hash that asks for too much is never run.

import { isRunnable } from '../../platform/hashing/password-hash.ts'
import { clientBucket } from '../../platform/identifiers/client-address.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { hashInTurn, requireHashRoom } from './hash-room.ts'
import { withAttempt } from './with-attempt.ts'

/**
 * @returns `false` also for a hash that is malformed or costs too much, at no cost
 * @throws AuthError `rate_limited` @throws Unavailable
 */
export async function checkHash(deps: Deps, password: string, hash: string, client: Client): Promise<boolean> {
  if (!isRunnable(hash)) return false
  requireHashRoom(deps)
  const begun = await deps.limits.beginHash({ address: clientBucket(client) }, deps.clock())
  return withAttempt(deps, begun, async (attempt) => {
    const isRight = await hashInTurn(deps, (checkpoint) => deps.hasher.verify(password, hash, checkpoint))
    // Right or wrong says nothing about an account of ours: only the hash stays counted.
    return [isRight, attempt.succeedLater()]
  })
}
