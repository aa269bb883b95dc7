// The free test before any hash: a password that cannot be hashed soon is refused at once, before it is counted.
import { Unavailable } from '../platform/deadline.ts'
import type { HashSlot } from '../platform/hash-slots.ts'
import type { Deps } from './deps.ts'

/** @throws Unavailable when as many hashes are pending in this isolate as it may have */
export function reserveHash({ hashSlots, clock }: Pick<Deps, 'hashSlots' | 'clock'>): HashSlot {
  const slot = hashSlots.tryReserve(clock() * 1000)
  if (!slot) throw new Unavailable('password hashing', { reason: 'all slots are taken', retryAfterSeconds: 2 })
  return slot
}
