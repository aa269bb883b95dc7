// Sign-out of a browser that holds both tokens: each genuine one names a session that ends.
import { userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { sessionOfAccessToken } from '../tokens/access-tokens.ts'
import { parseRefreshToken } from '../tokens/refresh-tokens.ts'
import { endOwnSession } from './end-own-session.ts'

export interface TokenPair {
  readonly accessToken: string | null
  readonly refreshToken: string | null
}

/**
 * Asks the ledger alone, so that signing out works while D1 is down. Tokens of two sessions end both: neither is to be of use
 * to whoever sits down next. The same tokens once more are told the same, or a browser that lost the answer would keep its cookies.
 * @throws AuthError `unauthorized` when neither token names a session that a ledger knows
 * @throws Unavailable when the ledger has not confirmed it
 */
export async function signOutBrowser(deps: Deps, { accessToken, refreshToken }: TokenPair, client: Client): Promise<void> {
  const named = await Promise.all([
    accessToken === null ? null : sessionIfGenuine(deps, accessToken),
    refreshToken === null ? null : parseRefreshToken(deps.keyring, refreshToken).then((claims) => claims?.sessionId ?? null),
  ])
  const sessionIds = [...new Set(named.filter((id) => id !== null))]
  const ends = await Promise.all(sessionIds.map((id) => endOwnSession(deps, id)))
  for (const sessionId of sessionIds.filter((_, index) => ends[index] === 'ended')) {
    recordAct(deps, client, { what: 'signed_out', userId: userIdOfSession(sessionId), sessionId })
  }
  if (ends.every((end) => end === 'unknown'))
    throw new AuthError('unauthorized', ends.length > 0 ? 'session unknown' : 'no token that counts')
}

/** `null` for a forged token: the refresh token may be genuine. */
async function sessionIfGenuine(deps: Deps, accessToken: string): Promise<string | null> {
  try {
    return (await sessionOfAccessToken(deps, accessToken)).sessionId
  } catch (error) {
    if (error instanceof AuthError) return null
    throw error
  }
}
