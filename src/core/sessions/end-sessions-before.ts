// Tells the ledger what D1 has decided already: every session of an earlier epoch is over, but for the one that is kept.
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Deps } from '../kernel/deps.ts'

/**
 * Never fails: from the bump of the epoch on all are ended for every strict check and refresh. The ledger follows for the
 * copies in KV; if it cannot now, `edge` and `token` checks are bounded by the life of an access token all the same.
 */
export async function endSessionsBefore(
  { ledgers, clock, log }: Pick<Deps, 'ledgers' | 'clock' | 'log'>,
  userId: string,
  epoch: number,
  keptSessionId: string | null = null,
): Promise<void> {
  await ledgers.revokeAll(userId, clock(), epoch, keptSessionId).catch((error: unknown) => {
    log('warn', 'ledger did not follow a new epoch', { reason: reasonOf(error) })
  })
}
