// What a limiter has counted, until it is settled. Whoever works on a counted attempt has to answer how it ended, and only settling gives
// that answer: an attempt that nobody settles does not compile.
import type { Begun } from '../../objects/login-limiter/login-limits.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'

const SETTLED: unique symbol = Symbol('settled')

/** How an attempt has ended. Nobody has one but from the functions of an `OpenAttempt`. */
export interface Settled {
  readonly mark: typeof SETTLED
}

const END: Settled = { mark: SETTLED }

export interface OpenAttempt {
  /** The credential was right. @throws Unavailable where that is not noted */
  succeed(): Promise<Settled>
  /** The same behind the reply, where nothing depends on it. */
  succeedLater(): Settled
  /** It stays counted, though it has done what it was for: a registration. */
  stand(): Settled
  /** Before a refusal that is not counted. */
  giveBack(): void
}

/**
 * @param work what the attempt is for. What it refuses (AuthError) stays counted, as a failure; an outage, and a fault of ours, says nothing
 *   about the attempt, which is given back.
 * @throws AuthError `rate_limited`, and what `work` throws
 */
export async function withAttempt<T>(
  { clock, defer }: Pick<Deps, 'clock' | 'defer'>,
  begun: Begun,
  work: (attempt: OpenAttempt) => Promise<readonly [T, Settled]>,
): Promise<T> {
  if (!begun.allowed) throw new AuthError('rate_limited', `limit ${begun.policy}`, { limit: begun })
  const { attempt } = begun
  try {
    const [value] = await work({
      succeed: async () => {
        await attempt.succeed(clock())
        return END
      },
      succeedLater: () => {
        defer(attempt.succeed(clock()))
        return END
      },
      stand: () => END,
      giveBack: () => defer(attempt.giveBack()),
    })
    return value
  } catch (error) {
    if (!(error instanceof AuthError)) defer(attempt.giveBack())
    throw error
  }
}
