// Stable tokens: long-lived, and for that reason worth nothing by themselves. They say which session, and no more; whoever
// takes one asks the session's ledger and the user's row. HS256, as document 002 has them, under a key of their own.
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { readKeyId, signSymmetricToken } from '../../platform/crypto/jwt.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import type { StableKey } from '../kernel/keys.ts'
import { issueSessionToken, type SessionClaims, type TokenKind, verifySessionToken } from './session-tokens.ts'

const KIND: TokenKind = { type: 'st+jwt', algorithm: 'HS256', name: 'stable token', ownClaims: [] }

/** Lasts as long as its session, which nothing prolongs. */
export async function issueStableToken(
  deps: Pick<Deps, 'settings' | 'random' | 'clock'>,
  { kid, key }: StableKey,
  user: Account,
  session: SessionRecord,
): Promise<string> {
  const { token } = await issueSessionToken(deps, (claims) => signSymmetricToken(KIND.type, claims, kid, key), session, {
    userId: user.id,
    ttlSeconds: deps.settings.stableTokenTtlSeconds,
    own: { login: user.username ?? user.email, orig_iat: session.createdAt },
  })
  return token
}

/** @throws AuthError `invalid_access_token` @throws Unavailable */
export async function verifyStableToken(
  deps: Pick<Deps, 'settings' | 'stableKeys' | 'clock'>,
  token: string,
): Promise<SessionClaims> {
  const findKey = (kid: string) => deps.stableKeys.find(kid)
  const { claims } = await verifySessionToken(deps, token, KIND, findKey, deps.settings.stableTokenTtlSeconds)
  return claims
}

/** Whether it says of itself to be one; nothing of it is verified. */
export function claimsToBeStable(token: string): boolean {
  return readKeyId(token, KIND.type, KIND.algorithm) !== null
}
