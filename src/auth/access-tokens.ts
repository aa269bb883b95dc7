// Access tokens: what they say and how they are judged by themselves, without any store (RFC 9068, RFC 8725).

import type { SessionRecord } from '../objects/session-rules.ts'
import type { SigningKey } from '../platform/jwt.ts'
import type { User } from '../stores/users.ts'
import type { Deps } from './deps.ts'
import { permissionsOf, rolesOf } from './permissions.ts'
import {
  isStrings,
  issueSessionToken,
  type SessionClaims,
  type TokenKind,
  verifySessionToken,
  wrongClaims,
} from './session-tokens.ts'

export interface AccessClaims extends SessionClaims {
  readonly email: string
  /** Whether the address was proven when the token was issued. */
  readonly emailVerified: boolean
  readonly permissions: readonly string[]
}

/** RFC 9068 §2.1 */
const KIND: TokenKind = { type: 'at+jwt', name: 'access token', ownClaims: ['permissions', 'email'] }

/** @returns the token and how many seconds it lasts: never past the end of its session */
export async function issueAccessToken(
  deps: Pick<Deps, 'settings' | 'random' | 'clock'>,
  key: SigningKey,
  user: User,
  session: SessionRecord,
): Promise<{ token: string; expiresIn: number }> {
  const permissions = permissionsOf(user.permissions, session.amr)
  return issueSessionToken(deps, key, session, KIND, {
    userId: user.id,
    ttlSeconds: deps.settings.accessTokenTtlSeconds,
    own: {
      roles: rolesOf(permissions),
      permissions: [...permissions],
      email: user.email,
      email_verified: user.emailVerifiedAt !== null,
    },
  })
}

/**
 * The session of a genuine token, expired or not: enough to end it.
 * @throws AuthError `invalid_access_token`
 */
export async function sessionOfAccessToken(
  deps: Pick<Deps, 'settings' | 'signingKeys' | 'clock'>,
  token: string,
): Promise<Pick<SessionClaims, 'userId' | 'sessionId'>> {
  return judge(deps, token, { isExpiredToo: true })
}

/**
 * Judges signature and claims: freshness `token`.
 * @throws AuthError `invalid_access_token`
 */
export async function verifyAccessToken(deps: VerifyDeps, token: string): Promise<AccessClaims> {
  return judge(deps, token, {})
}

type VerifyDeps = Pick<Deps, 'settings' | 'signingKeys' | 'clock'>

async function judge(deps: VerifyDeps, token: string, terms: { readonly isExpiredToo?: boolean }): Promise<AccessClaims> {
  const { claims, own } = await verifySessionToken(deps, token, KIND, deps.settings.accessTokenTtlSeconds, terms)
  const { email, permissions } = own
  if (typeof email !== 'string' || !isStrings(permissions)) throw wrongClaims()
  // Tokens of the version before say nothing of it.
  return { ...claims, email, emailVerified: own.email_verified === true, permissions }
}
