// Ends a session that is live, once it is settled that the caller may: the one way in which single sessions are ended by id.
import { isLive } from '../../objects/session-ledger/session-rules.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { standingOf } from '../kernel/standing.ts'

/**
 * @param owner whose ledger the id leads to, read before: guessed ids must reach no object
 * @throws AuthError `not_found` for a session that is unknown or over
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function revokeLiveSession(
  { ledgers, clock }: Pick<Deps, 'ledgers' | 'clock'>,
  id: string,
  owner: Account,
): Promise<void> {
  const session = await ledgers.find(id)
  if (!session || !isLive(session, standingOf(owner), clock())) throw new AuthError('not_found', 'no such session')
  const wasLive = await ledgers.revoke(id, clock())
  if (!wasLive) throw new AuthError('not_found', 'ended in the meantime')
}
