// Shared tokens: for programs that verify `accessToken` themselves by a secret they share with this service (HS256), as document 001's do.
// Whoever has the secret can make one, so that here it counts only with the session it names, which is asked for every time.
import { type SessionRecord, userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { claimsNoKey, importHmacKey, readIssuedAt, signSymmetricToken, verifyToken } from '../../platform/crypto/jwt.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { permissionsOf, rolesOf } from '../kernel/permissions.ts'
import { type SessionClaims, wrongClaims } from './session-tokens.ts'

/** What libraries write where nothing else is asked of them. */
const TYPE = 'JWT'
const REQUIRED = ['sub', 'sid', 'iat', 'exp']

type SharedDeps = Pick<Deps, 'settings' | 'clock'>

/** @returns `null` where no secret is shared */
export async function issueSharedToken(
  { settings, random, clock }: SharedDeps & Pick<Deps, 'random'>,
  user: Account,
  session: SessionRecord,
): Promise<{ readonly token: string; readonly expiresIn: number } | null> {
  const key = await keyOf(settings.sharedTokenSecret)
  if (key === null) return null
  const now = clock()
  const expiresIn = Math.max(1, Math.min(settings.sharedTokenTtlSeconds, session.expiresAt - now))
  const roles = [...rolesOf(permissionsOf(user.permissions, session.amr))]
  const times = { iat: now, exp: now + expiresIn }
  const claims = { sub: user.id, email: user.email, roles, sid: session.id, jti: random.uuid(), ...times }
  return { token: await signSymmetricToken(TYPE, claims, null, key), expiresIn }
}

/** Whether it says of itself to be one, where a secret is shared; nothing of it is verified. */
export function claimsToBeShared({ settings }: Pick<Deps, 'settings'>, token: string): boolean {
  return settings.sharedTokenSecret !== undefined && claimsNoKey(token, TYPE, 'HS256')
}

/** Of whom it speaks; how the session was signed in to only its ledger knows. @throws AuthError `invalid_access_token` */
export async function verifySharedToken(
  { settings, clock }: SharedDeps,
  token: string,
  { isExpiredToo = false }: { readonly isExpiredToo?: boolean } = {},
): Promise<SessionClaims> {
  const key = await keyOf(settings.sharedTokenSecret)
  if (key === null) throw new AuthError('invalid_access_token', 'no secret is shared')
  const now = isExpiredToo ? Math.min(clock(), readIssuedAt(token) ?? clock()) : clock()
  const expected = { type: TYPE, requiredClaims: REQUIRED, maxAgeSeconds: settings.sharedTokenTtlSeconds, now }
  const claims = await verifyToken(token, key, expected, 'HS256')
  if ('rejected' in claims) throw new AuthError('invalid_access_token', String(claims.rejected))
  const { sub, sid, iat, exp } = claims
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof iat !== 'number' || typeof exp !== 'number') throw wrongClaims()
  if (userIdOfSession(sid) !== sub) throw new AuthError('invalid_access_token', 'session id of another user')
  return { userId: sub, sessionId: sid, amr: [], authTime: 0, issuedAt: iat, expiresAt: exp }
}

/** The bytes of the text, as the libraries of those who share it take it. */
async function keyOf(secret: string | undefined): Promise<CryptoKey | null> {
  return secret === undefined ? null : importHmacKey(new TextEncoder().encode(secret))
}
