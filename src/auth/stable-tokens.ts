// Stable tokens: long-lived, and for that reason worth nothing by themselves. They say which session, and no more; whoever
// takes one asks the session's ledger and the user's row.
import type { SessionRecord } from '../objects/session-rules.ts'
import { readKeyId, type SigningKey } from '../platform/jwt.ts'
import type { User } from '../stores/users.ts'
import type { Deps } from './deps.ts'
import { issueSessionToken, type SessionClaims, type TokenKind, verifySessionToken } from './session-tokens.ts'

const KIND: TokenKind = { type: 'st+jwt', name: 'stable token', ownClaims: [] }

/** Lasts as long as its session, which nothing prolongs. */
export async function issueStableToken(
  deps: Pick<Deps, 'settings' | 'random' | 'clock'>,
  key: SigningKey,
  user: User,
  session: SessionRecord,
): Promise<string> {
  const ttlSeconds = deps.settings.stableTokenTtlSeconds
  const { token } = await issueSessionToken(deps, key, session, KIND, { userId: user.id, ttlSeconds, own: {} })
  return token
}

/** @throws AuthError `invalid_access_token` */
export async function verifyStableToken(
  deps: Pick<Deps, 'settings' | 'signingKeys' | 'clock'>,
  token: string,
): Promise<SessionClaims> {
  const { claims } = await verifySessionToken(deps, token, KIND, deps.settings.stableTokenTtlSeconds)
  return claims
}

/** Whether it says of itself to be one; nothing of it is verified. */
export function claimsToBeStable(token: string): boolean {
  return readKeyId(token, KIND.type) !== null
}
