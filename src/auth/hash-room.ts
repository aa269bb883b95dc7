// Room for a password hash: asked for twice, since the first answer is free and the second one counts.
import type { CountedAttempt } from '../objects/login-limits.ts'
import { Unavailable } from '../platform/deadline.ts'
import type { HashSlot } from '../platform/hash-slots.ts'
import type { Deps } from './deps.ts'

const RETRY_AFTER_SECONDS = 2

/** Before anything is counted or read. @throws Unavailable when the isolate has as many hashes pending as it may */
export function requireHashRoom({ hashSlots, clock }: Pick<Deps, 'hashSlots' | 'clock'>): void {
  if (!hashSlots.hasRoom(clock() * 1000)) throw noRoom()
}

/**
 * Right before the hash. What the limiter counted is given back when others were faster.
 * @throws Unavailable
 */
export async function reserveHash(
  { hashSlots, clock, defer }: Pick<Deps, 'hashSlots' | 'clock' | 'defer'>,
  attempt: CountedAttempt,
): Promise<HashSlot> {
  const slot = hashSlots.tryReserve(clock() * 1000)
  if (slot) {
    // A hash holds the isolate, so whoever else was admitted meanwhile has had no turn to say so: it gets one here, or no two
    // hashes would ever be seen pending.
    await new Promise((resolve) => setTimeout(resolve, 0))
    return slot
  }
  defer(attempt.giveBack())
  throw noRoom()
}

function noRoom(): Unavailable {
  return new Unavailable('password hashing', { reason: 'all slots are taken', retryAfterSeconds: RETRY_AFTER_SECONDS })
}
