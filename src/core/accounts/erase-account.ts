// Erases what Durable Objects still know of an account that D1 has deleted already: sessions, and what limits counted.
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Erasure } from '../../stores/accounts/erasures.ts'
import type { Deps } from '../kernel/deps.ts'

/** Never fails: an object that does not answer is asked again by the cron. */
export async function eraseAccount(deps: Deps, { userId, email, usernameKey }: Omit<Erasure, 'createdAt'>): Promise<void> {
  try {
    await Promise.all([deps.ledgers.erase(userId, deps.clock()), deps.limits.forget({ email, usernameKey })])
    await deps.erasures.finish(userId)
  } catch (error) {
    deps.log('warn', 'account not erased everywhere yet', { reason: reasonOf(error) })
  }
}
