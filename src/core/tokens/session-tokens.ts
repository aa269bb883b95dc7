// What access tokens and stable tokens have in common: JWTs about one session, judged by themselves. Each kind has a
// type of its own (RFC 8725 §3.11), so that one is never taken for the other.
import { type SessionRecord, userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { type Algorithm, readIssuedAt, readKeyId, verifyToken } from '../../platform/crypto/jwt.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'

export interface TokenKind {
  /** The `typ` header. */
  readonly type: string
  readonly algorithm: Algorithm
  /** For the log: "access token", … */
  readonly name: string
  /** Claims it cannot do without besides those of every kind. */
  readonly ownClaims: readonly string[]
}

export interface SessionClaims {
  readonly userId: string
  readonly sessionId: string
  /** How the session was signed in to (RFC 8176): `pwd` or `pin`. */
  readonly amr: readonly string[]
  readonly authTime: number
  readonly issuedAt: number
  readonly expiresAt: number
}

type OwnClaims = Readonly<Record<string, unknown>>

const COMMON_CLAIMS = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr']

/** @returns the token and how many seconds it lasts: never past the end of its session */
export async function issueSessionToken(
  { settings, random, clock }: Pick<Deps, 'settings' | 'random' | 'clock'>,
  sign: (claims: OwnClaims) => Promise<string>,
  session: SessionRecord,
  { userId, ttlSeconds, own }: { readonly userId: string; readonly ttlSeconds: number; readonly own: OwnClaims },
): Promise<{ token: string; expiresIn: number }> {
  const now = clock()
  const expiresIn = Math.max(1, Math.min(ttlSeconds, session.expiresAt - now))
  const common = {
    iss: settings.publicUrl,
    aud: settings.publicUrl,
    sub: userId,
    sid: session.id,
    jti: random.uuid(),
    iat: now,
    exp: now + expiresIn,
    auth_time: session.authTime,
    amr: [...session.amr],
  }
  return { token: await sign({ ...common, ...own }), expiresIn }
}

/**
 * Judges signature and common claims (with `isExpiredToo` all but the expiry), whose the session is among them; `own` holds all, those of the kind still to be judged.
 * @throws AuthError `invalid_access_token`
 */
export async function verifySessionToken(
  { settings, clock }: Pick<Deps, 'settings' | 'clock'>,
  token: string,
  kind: TokenKind,
  findKey: (kid: string) => Promise<CryptoKey | null>,
  maxAgeSeconds: number,
  { isExpiredToo = false }: { readonly isExpiredToo?: boolean } = {},
): Promise<{ claims: SessionClaims; own: OwnClaims }> {
  const kid = readKeyId(token, kind.type, kind.algorithm)
  if (kid === null) throw new AuthError('invalid_access_token', `not an ${kind.algorithm} ${kind.name}`)
  const key = await findKey(kid)
  if (!key) throw new AuthError('invalid_access_token', 'unknown key id')
  const expected = {
    issuer: settings.publicUrl,
    audience: settings.publicUrl,
    type: kind.type,
    requiredClaims: [...COMMON_CLAIMS, ...kind.ownClaims],
    maxAgeSeconds,
    // A token that was genuine when it was issued: only its expiry is not judged.
    now: isExpiredToo ? Math.min(clock(), readIssuedAt(token) ?? clock()) : clock(),
  }
  const own = await verifyToken(token, key, expected, kind.algorithm)
  if ('rejected' in own) throw new AuthError('invalid_access_token', String(own.rejected))
  const { sub, sid, amr, auth_time: authTime, iat, exp } = own
  if (
    typeof sub !== 'string' ||
    typeof sid !== 'string' ||
    typeof authTime !== 'number' ||
    typeof iat !== 'number' ||
    typeof exp !== 'number' ||
    !isStrings(amr)
  ) {
    throw wrongClaims()
  }
  if (userIdOfSession(sid) !== sub) throw new AuthError('invalid_access_token', 'session id of another user')
  return { claims: { userId: sub, sessionId: sid, amr, authTime, issuedAt: iat, expiresAt: exp }, own }
}

export function wrongClaims(): AuthError {
  return new AuthError('invalid_access_token', 'claims of the wrong type')
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
