// Tells the ledger what D1 has decided already: the sessions that a PIN opened are over, since it is gone or another one.
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Deps } from '../kernel/deps.ts'

/** Never fails: strict checks and refreshes ask D1 for the PIN. The ledger follows for the copies in KV, like `endSessionsBefore`. */
export async function endPinSessions(
  { ledgers, clock, log }: Pick<Deps, 'ledgers' | 'clock' | 'log'>,
  userId: string,
): Promise<void> {
  await ledgers.revokeMethod(userId, 'pin', clock()).catch((error: unknown) => {
    log('warn', 'ledger did not follow the end of a PIN', { reason: reasonOf(error) })
  })
}
