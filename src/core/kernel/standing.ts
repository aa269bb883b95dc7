// What an account's row says of which of its sessions are alive.
import type { Standing } from '../../objects/session-ledger/session-rules.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from './deps.ts'

export function standingOf({ sessionEpoch, keptSession, pinName }: Account): Standing {
  // By its epoch, so that whatever else raises the number, an operator's SQL for one, ends this session like any other.
  const [keptEpoch, keptSessionId = null] = keptSession?.split(':') ?? []
  return { epoch: sessionEpoch, keptSessionId: keptEpoch === String(sessionEpoch) ? keptSessionId : null, pin: pinName }
}

/**
 * Asks a ledger about a session with what the user's row said, and once more if the row says something else by now: the ledger may
 * have followed a change of the epoch that the row was read before, and a session that is kept must not be refused.
 * @param ask answers `null` where the session is not alive
 */
export async function askLedger<T>(
  { users }: Pick<Deps, 'users'>,
  user: Account,
  ask: (standing: Standing) => Promise<T | null>,
): Promise<T | null> {
  const answer = await ask(standingOf(user))
  if (answer !== null) return answer
  const present = await users.findById(user.id)
  return present === null || present.sessionEpoch === user.sessionEpoch ? null : ask(standingOf(present))
}
