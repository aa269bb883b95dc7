// Judges an access token by itself: signature, claims and time, with the keys a cache finds. No session is asked.
import { claimsNoKey, readKeyId, verifyToken } from '../platform/crypto/jwt.ts'
import type { PosternFailure, PosternResult, Principal } from './bindings.ts'
import type { FoundKey } from './key-cache.ts'

/** RFC 9068 §2.1 */
const TYPE = 'at+jwt'
const REQUIRED_CLAIMS = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr', 'roles', 'permissions', 'email']
const INVALID: PosternFailure = { ok: false, code: 'invalid_token' }

export type FindKey = (kid: string, now: number) => Promise<FoundKey | null | PosternFailure>

/**
 * A token that says to be signed with SHARED_TOKEN_SECRET: whoever has that secret could have made it, so Postern takes it with its
 * session alone, at every freshness.
 */
export function needsItsSession(token: string): boolean {
  return claimsNoKey(token, 'JWT', 'HS256')
}

/** @param onForeign told of a genuine token that is of another issuer or for another audience, by the claim */
export async function verifyAccessToken(
  token: string,
  findKey: FindKey,
  now: number,
  onForeign: (claim: 'iss' | 'aud') => void = () => {},
): Promise<PosternResult<Principal>> {
  const kid = readKeyId(token, TYPE)
  if (kid === null) return INVALID
  const found = await findKey(kid, now)
  if (!found) return INVALID
  if ('ok' in found) return found
  const { issuer, audience, maxTokenAgeSeconds: maxAgeSeconds } = found.terms
  const claims = await verifyToken(token, found.key, {
    issuer,
    audience,
    type: TYPE,
    requiredClaims: REQUIRED_CLAIMS,
    maxAgeSeconds,
    now,
  })
  if ('rejected' in claims) {
    if (claims.claim === 'iss' || claims.claim === 'aud') onForeign(claims.claim)
    return INVALID
  }
  const { sub, sid, email, roles, permissions, amr, auth_time: authTime, exp } = claims
  if (
    typeof sub !== 'string' ||
    typeof sid !== 'string' ||
    typeof email !== 'string' ||
    typeof authTime !== 'number' ||
    typeof exp !== 'number' ||
    !isStrings(roles) ||
    !isStrings(permissions) ||
    !isStrings(amr)
  ) {
    return INVALID
  }
  return {
    ok: true,
    value: {
      userId: sub,
      sessionId: sid,
      email,
      emailVerified: claims.email_verified === true,
      roles,
      permissions,
      amr,
      authTime,
      expiresAt: exp,
    },
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
