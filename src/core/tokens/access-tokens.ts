// Access tokens: what they say and how they are judged by themselves, without any store (RFC 9068, RFC 8725).

import { isOpenedBy, type SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { type SigningKey, signToken } from '../../platform/crypto/jwt.ts'
import type { Account } from '../../stores/accounts/account.ts'
import { levelOf } from '../kernel/assurance.ts'
import type { Deps } from '../kernel/deps.ts'
import { isSystemAdmin, permissionsOf, rolesOf } from '../kernel/permissions.ts'
import {
  isStrings,
  issueSessionToken,
  type SessionClaims,
  type TokenKind,
  verifySessionToken,
  wrongClaims,
} from './session-tokens.ts'
import { claimsToBeShared, verifySharedToken } from './shared-tokens.ts'
import { publicIdOf } from './user-view.ts'

export interface AccessClaims extends SessionClaims {
  readonly email: string
  /** Whether the address was proven when the token was issued. */
  readonly emailVerified: boolean
  readonly permissions: readonly string[]
}

/** RFC 9068 §2.1 */
const KIND: TokenKind = { type: 'at+jwt', algorithm: 'ES256', name: 'access token', ownClaims: ['permissions', 'email'] }

/** @returns the token and how many seconds it lasts: never past the end of its session */
export async function issueAccessToken(
  deps: Pick<Deps, 'settings' | 'random' | 'clock'>,
  key: SigningKey,
  user: Account,
  session: SessionRecord,
): Promise<{ token: string; expiresIn: number }> {
  const permissions = permissionsOf(user.permissions, session.amr)
  return issueSessionToken(deps, (claims) => signToken(KIND.type, claims, key), session, {
    userId: user.id,
    ttlSeconds: deps.settings.accessTokenTtlSeconds,
    own: {
      roles: rolesOf(permissions),
      permissions: [...permissions],
      email: user.email,
      email_verified: user.emailVerifiedAt !== null,
      // By how much the session was proved (RFC 9068 §2.2.1).
      acr: levelOf(session.amr),
      ...profileClaims(deps.settings, user, permissions, session),
    },
  })
}

/** For clients of document 004; and of document 003, which sign in by PIN. */
function profileClaims(
  { tokenProfileClaims, userIds }: Deps['settings'],
  user: Account,
  permissions: readonly string[],
  session: SessionRecord,
) {
  const isAdmin = isSystemAdmin(permissions)
  const [role] = rolesOf(permissions)
  return {
    ...{ token_type: 'access', user_id: publicIdOf(user, userIds), is_admin: isAdmin },
    ...(tokenProfileClaims === 'on' && { first_name: user.firstName, last_name: user.lastName }),
    ...(isOpenedBy(session, 'pin') && { userId: user.id, role, isAdmin }),
  }
}

/**
 * The session of a genuine token, expired or not: enough to end it.
 * @throws AuthError `invalid_access_token`
 */
export async function sessionOfAccessToken(
  deps: Pick<Deps, 'settings' | 'signingKeys' | 'clock'>,
  token: string,
): Promise<Pick<SessionClaims, 'userId' | 'sessionId'>> {
  const terms = { isExpiredToo: true }
  return claimsToBeShared(deps, token) ? verifySharedToken(deps, token, terms) : judge(deps, token, terms)
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
  const findKey = (kid: string) => deps.signingKeys.findVerifier(kid)
  const { claims, own } = await verifySessionToken(deps, token, KIND, findKey, deps.settings.accessTokenTtlSeconds, terms)
  const { email, permissions } = own
  if (typeof email !== 'string' || !isStrings(permissions)) throw wrongClaims()
  // Tokens of the version before say nothing of it.
  return { ...claims, email, emailVerified: own.email_verified === true, permissions }
}
