// Access tokens: what they say and how they are judged by themselves, without any store (RFC 9068, RFC 8725).

import type { SessionRecord } from '../objects/session-rules.ts'
import { readKeyId, type SigningKey, signToken, verifyToken } from '../platform/jwt.ts'
import type { User } from '../stores/users.ts'
import type { Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { permissionsOf, rolesOf } from './permissions.ts'

export interface AccessClaims {
  readonly userId: string
  readonly sessionId: string
  readonly email: string
  readonly permissions: readonly string[]
  /** How the session was signed in to (RFC 8176): `pwd` or `pin`. */
  readonly amr: readonly string[]
  readonly authTime: number
  readonly issuedAt: number
  readonly expiresAt: number
}

/** RFC 9068 §2.1 */
const TYPE = 'at+jwt'
const REQUIRED_CLAIMS = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr', 'permissions', 'email']

/** @returns the token and how many seconds it lasts: never past the end of its session */
export async function issueAccessToken(
  { settings, random, clock }: Pick<Deps, 'settings' | 'random' | 'clock'>,
  key: SigningKey,
  user: User,
  session: SessionRecord,
): Promise<{ token: string; expiresIn: number }> {
  const now = clock()
  const expiresIn = Math.max(1, Math.min(settings.accessTokenTtlSeconds, session.expiresAt - now))
  const permissions = permissionsOf(user.permissions, session.amr)
  const token = await signToken(
    TYPE,
    {
      iss: settings.publicUrl,
      aud: settings.publicUrl,
      sub: user.id,
      sid: session.id,
      jti: random.uuid(),
      iat: now,
      exp: now + expiresIn,
      auth_time: session.authTime,
      amr: [...session.amr],
      roles: rolesOf(permissions),
      permissions: [...permissions],
      email: user.email,
    },
    key,
  )
  return { token, expiresIn }
}

/**
 * Judges signature and claims: freshness `token`.
 * @throws AuthError `invalid_access_token`
 */
export async function verifyAccessToken(
  { settings, signingKeys, clock }: Pick<Deps, 'settings' | 'signingKeys' | 'clock'>,
  token: string,
): Promise<AccessClaims> {
  const kid = readKeyId(token, TYPE)
  if (kid === null) throw new AuthError('invalid_access_token', 'not an ES256 access token')
  const key = await signingKeys.findVerifier(kid)
  if (!key) throw new AuthError('invalid_access_token', 'unknown key id')
  const claims = await verifyToken(token, key, {
    issuer: settings.publicUrl,
    audience: settings.publicUrl,
    type: TYPE,
    requiredClaims: REQUIRED_CLAIMS,
    maxAgeSeconds: settings.accessTokenTtlSeconds,
    now: clock(),
  })
  if ('rejected' in claims) throw new AuthError('invalid_access_token', String(claims.rejected))
  const { sub, sid, email, permissions, amr, auth_time: authTime, iat, exp } = claims
  if (
    typeof sub !== 'string' ||
    typeof sid !== 'string' ||
    typeof email !== 'string' ||
    typeof authTime !== 'number' ||
    typeof iat !== 'number' ||
    typeof exp !== 'number' ||
    !isStrings(permissions) ||
    !isStrings(amr)
  ) {
    throw new AuthError('invalid_access_token', 'claims of the wrong type')
  }
  return { userId: sub, sessionId: sid, email, permissions, amr, authTime, issuedAt: iat, expiresAt: exp }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
