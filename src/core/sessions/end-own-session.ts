// Ends the session that a genuine token names, for whoever holds the token: the step that all ways of signing out share.
import type { Deps } from '../kernel/deps.ts'

/** `had ended`: revoked before, by this token's first try or by anything else. `unknown`: no ledger remembers it. */
export type OwnSessionEnd = 'ended' | 'had ended' | 'unknown'

/**
 * Asked again, it is told as done: the first answer may have been lost, and nobody who holds the token can be told more
 * usefully that its session is over.
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function endOwnSession({ ledgers, clock }: Pick<Deps, 'ledgers' | 'clock'>, id: string): Promise<OwnSessionEnd> {
  if (await ledgers.revoke(id, clock())) return 'ended'
  return (await isRevoked({ ledgers }, id)) ? 'had ended' : 'unknown'
}

/** @throws Unavailable */
export async function isRevoked({ ledgers }: Pick<Deps, 'ledgers'>, id: string): Promise<boolean> {
  const session = await ledgers.find(id)
  return session !== null && session.revokedAt !== null
}
