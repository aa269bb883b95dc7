// Sign-out: the session that a token names ends, and the answer is given only when its ledger has it.
import { userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError, type AuthErrorCode } from '../kernel/errors.ts'
import { sessionOfAccessToken } from '../tokens/access-tokens.ts'
import { parseRefreshToken } from '../tokens/refresh-tokens.ts'
import { endOwnSession } from './end-own-session.ts'

export interface SignOutTokens {
  /** Expired or not. */
  readonly accessToken: string | null
  /** Counts where both are given; superseded or not. */
  readonly refreshToken: string | null
}

/**
 * Asks the ledger alone, so that signing out works while D1 is down. The same token once more is told the same.
 * @throws AuthError `unauthorized` without a token, `invalid_access_token` and `invalid_refresh_token` also for a session that the
 *   ledger does not know
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function signOut(deps: Deps, tokens: SignOutTokens, client: Client): Promise<void> {
  const [sessionId, refusal] = await requireSession(deps, tokens)
  const end = await endOwnSession(deps, sessionId)
  if (end === 'unknown') throw new AuthError(refusal, 'session unknown')
  if (end === 'ended') recordAct(deps, client, { what: 'signed_out', userId: userIdOfSession(sessionId), sessionId })
}

async function requireSession(deps: Deps, { accessToken, refreshToken }: SignOutTokens): Promise<[string, AuthErrorCode]> {
  if (refreshToken !== null) {
    const claims = await parseRefreshToken(deps.keyring, refreshToken)
    if (!claims) throw new AuthError('invalid_refresh_token', 'not a refresh token of ours')
    return [claims.sessionId, 'invalid_refresh_token']
  }
  if (accessToken === null) throw new AuthError('unauthorized', 'no token')
  return [(await sessionOfAccessToken(deps, accessToken)).sessionId, 'invalid_access_token']
}
