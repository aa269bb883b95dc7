// Refresh with a refresh token: both tokens anew, the same ones again when the reply was lost.
import { userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { askLedger } from '../kernel/standing.ts'
import { type Grant, issueGrant } from '../tokens/grant.ts'
import { parseRefreshToken } from '../tokens/refresh-tokens.ts'

/**
 * @throws AuthError `invalid_refresh_token`; `token_reused` for a token already replaced, which ends the session
 * @throws Unavailable before the token is spent
 */
export async function refreshSession(deps: Deps, refreshToken: string, client: Client): Promise<Grant> {
  const claims = await parseRefreshToken(deps.keyring, refreshToken)
  const userId = claims && userIdOfSession(claims.sessionId)
  if (!claims || !userId) throw new AuthError('invalid_refresh_token', 'not a refresh token of ours')

  // All that can fail is read before the counter advances; after it there is only signing.
  const [user, key] = await Promise.all([deps.users.findById(userId), deps.signingKeys.current()])
  if (!user || user.disabledAt !== null) throw new AuthError('invalid_refresh_token', user ? 'account disabled' : 'no such user')
  const rotation = await askLedger(deps, user, async (standing) => {
    const answer = await deps.ledgers.rotate({
      id: claims.sessionId,
      counter: claims.counter,
      standing,
      device: { ip: client.address, userAgent: client.userAgent },
      now: deps.clock(),
      graceSeconds: deps.settings.refreshGraceSeconds,
      keepsReplaced: deps.settings.refreshRotation === 'keep',
      ttlSeconds: deps.settings.sessionTtlSeconds,
    })
    return answer.outcome === 'ended' ? null : answer
  })
  if (rotation === null) throw new AuthError('invalid_refresh_token', 'session ended')
  if (!('session' in rotation)) {
    const reason = 'a replaced refresh token came back: session ended'
    const { sessionId } = claims
    recordAct(deps, client, { what: 'refresh_token_reused', outcome: 'refused', reason, userId, sessionId, actor: 'anonymous' })
    throw new AuthError('token_reused', reason)
  }
  return issueGrant(deps, key, user, rotation.session)
}
