// Tells the ledger what D1 has decided already: every session of an earlier epoch is over.
import { reasonOf } from '../platform/log.ts'
import type { Deps } from './deps.ts'

/**
 * Never fails: from the bump of the epoch on all are ended for every strict check and refresh. The ledger follows for the
 * copies in KV; if it cannot now, `edge` and `token` checks are bounded by the life of an access token all the same.
 */
export async function endSessionsBefore(
  { ledgers, clock, log }: Pick<Deps, 'ledgers' | 'clock' | 'log'>,
  userId: string,
  epoch: number,
): Promise<void> {
  await ledgers.revokeAll(userId, clock(), epoch).catch((error: unknown) => {
    log('warn', 'ledger did not follow a new epoch', { reason: reasonOf(error) })
  })
}
