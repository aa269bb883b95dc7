// Sign-out: the session of this very token ends, and the answer is given only when its ledger has it.
import { verifyAccessToken } from './access-tokens.ts'
import { recordAct } from './audit.ts'
import type { Client, Deps } from './deps.ts'
import { endOwnSession } from './end-own-session.ts'
import { AuthError } from './errors.ts'

/**
 * Asks the ledger alone, so that signing out works while D1 is down. The same token once more is told the same.
 * @throws AuthError `unauthorized`, `invalid_access_token` also for a session that the ledger does not know
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function signOut(deps: Deps, accessToken: string | null, client: Client): Promise<void> {
  if (accessToken === null) throw new AuthError('unauthorized', 'no bearer token')
  const { userId, sessionId } = await verifyAccessToken(deps, accessToken)
  const end = await endOwnSession(deps, sessionId)
  if (end === 'unknown') throw new AuthError('invalid_access_token', 'session unknown')
  if (end === 'ended') recordAct(deps, client, { what: 'signed_out', userId, sessionId })
}
