// Renews the access token of a browser that signed in by PIN. The refresh token stays the one it is, for as long as its session lasts: pages
// and scripts of document 003 keep the first one.
import { isLive, isOpenedBy, userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { standingOf } from '../kernel/standing.ts'
import { issueAccessToken } from '../tokens/access-tokens.ts'
import { parseRefreshToken } from '../tokens/refresh-tokens.ts'

export interface RenewedAccess {
  readonly accessToken: string
  readonly expiresIn: number
}

/**
 * Changes nothing. Tokens of sign-ins by password are not for this: they are replaced at each refresh.
 * @throws AuthError `invalid_refresh_token` @throws Unavailable
 */
export async function renewAccess(deps: Deps, refreshToken: string): Promise<RenewedAccess> {
  const claims = await parseRefreshToken(deps.keyring, refreshToken)
  const userId = claims && userIdOfSession(claims.sessionId)
  if (!claims || !userId) throw new AuthError('invalid_refresh_token', 'not a refresh token of ours')
  const [session, user, key] = await Promise.all([
    deps.ledgers.find(claims.sessionId),
    deps.users.findById(userId),
    deps.signingKeys.current(),
  ])
  if (!user || user.disabledAt !== null) throw new AuthError('invalid_refresh_token', user ? 'account disabled' : 'no such user')
  // The ledger may have followed a change that the row was read before.
  const present = session && session.epoch > user.sessionEpoch ? await deps.users.findById(userId) : user
  if (!present || !session || !isOpenedBy(session, 'pin') || !isLive(session, standingOf(present), deps.clock())) {
    throw new AuthError('invalid_refresh_token', 'session ended, or not of a PIN')
  }
  if (deps.clock() - session.lastUsedAt >= DAY) deps.defer(deps.ledgers.noteUse(session.id, deps.clock()))
  const { token, expiresIn } = await issueAccessToken(deps, key, present, session)
  return { accessToken: token, expiresIn }
}

const DAY = 86_400
