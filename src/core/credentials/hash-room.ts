// Room for a password hash: asked for twice, since the first answer is free and the second one counts.
import type { Checkpoint } from '../../platform/hashing/checkpoint.ts'
import { Unavailable } from '../../platform/runtime/deadline.ts'
import type { Deps } from '../kernel/deps.ts'

const RETRY_AFTER_SECONDS = 2

/** Before anything is counted or read. @throws Unavailable when the isolate has as many hashes pending as it may */
export function requireHashRoom({ hashQueue }: Pick<Deps, 'hashQueue'>): void {
  if (!hashQueue.hasRoom()) throw noRoom()
}

/**
 * Hashes with `work` when it is its turn, to the end even if the client leaves: a hash that stops in the middle keeps others waiting
 * until its lease is over.
 * @throws Unavailable
 */
export async function hashInTurn<T>(
  { hashQueue, defer }: Pick<Deps, 'hashQueue' | 'defer'>,
  work: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> {
  const turn = hashQueue.enter()
  if (!turn) throw noRoom()
  const hashed = work(turn.checkpoint)
  defer(hashed.then(turn.leave, turn.leave))
  return hashed
}

function noRoom(): Unavailable {
  return new Unavailable('password hashing', { reason: 'all places are taken', retryAfterSeconds: RETRY_AFTER_SECONDS })
}
