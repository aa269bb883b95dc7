// The only file that knows jose: signs and checks JWTs (RFC 7519) with one fixed algorithm a purpose. Knows no user and
// no session; what the claims mean is decided by its callers.
import {
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'

export type PublicJwk = JWK & { readonly kid: string; readonly alg: 'ES256'; readonly use: 'sig' }

export interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
}

/** Why a token was refused: for logs only, since clients learn nothing but "not valid". */
export interface RejectedToken {
  readonly rejected: string
  /** Of a genuine token: the claim that is not as expected. */
  readonly claim?: string
}

export interface ExpectedToken {
  /** Absent where the token names none. */
  readonly issuer?: string
  readonly audience?: string
  /** The `typ` header (RFC 8725 §3.11): a token made for one purpose is not accepted for another. */
  readonly type: string
  readonly requiredClaims: readonly string[]
  /** Seconds since `iat` at most. Without it jose lets an `iat` in the future pass. */
  readonly maxAgeSeconds: number
  /** Epoch seconds. */
  readonly now: number
}

/** Seconds two machines' clocks may differ. */
const CLOCK_TOLERANCE_SECONDS = 5

/** Makes an ES256 key pair (RFC 7518 §3.4); `kid` is the thumbprint of RFC 7638. */
export async function generateSigningKey(): Promise<{ publicJwk: PublicJwk; privateJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { publicJwk: { ...jwk, kid, alg: 'ES256', use: 'sig' }, privateJwk: await exportJWK(privateKey) }
}

/** @throws when the JWK is not an EC P-256 key */
export async function importSigningKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'ES256')
  if (key instanceof Uint8Array) throw new Error('Cannot import signing key: it is symmetric')
  return key
}

/** Signs `claims` as they are; times are the caller's. */
export function signToken(type: string, claims: JWTPayload, key: SigningKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: type, kid: key.kid }).sign(key.privateKey)
}

export type Algorithm = 'ES256' | 'HS256'

/** The `kid` a token of this type and algorithm claims to be signed with, or `null` where there is none to look for. */
export function readKeyId(token: string, type: string, algorithm: Algorithm = 'ES256'): string | null {
  const header = readHeader(token)
  return header?.alg === algorithm && header.typ === type && typeof header.kid === 'string' ? header.kid : null
}

/** Whether a token claims to be of this type and algorithm, and names no key: there is only one that it can be signed with. */
export function claimsNoKey(token: string, type: string, algorithm: Algorithm): boolean {
  const header = readHeader(token)
  return header?.alg === algorithm && header.typ === type && header.kid === undefined
}

function readHeader(token: string) {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return null
  }
}

/** The time a token claims to be issued at, in epoch seconds; `null` where it claims none. Nothing of it is verified. */
export function readIssuedAt(token: string): number | null {
  try {
    const { iat } = decodeJwt(token)
    return typeof iat === 'number' && Number.isFinite(iat) ? iat : null
  } catch {
    return null
  }
}

/** @returns the claims, checked in form and time, or why not */
export async function verifyToken(
  token: string,
  key: CryptoKey,
  expected: ExpectedToken,
  algorithm: Algorithm = 'ES256',
): Promise<JWTPayload | RejectedToken> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      ...(expected.issuer !== undefined && { issuer: expected.issuer }),
      ...(expected.audience !== undefined && { audience: expected.audience }),
      typ: expected.type,
      requiredClaims: [...expected.requiredClaims],
      maxTokenAge: expected.maxAgeSeconds,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(expected.now * 1000),
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed) return { rejected: error.code, claim: error.claim }
    if (error instanceof errors.JOSEError) return { rejected: error.code }
    throw error
  }
}

/**
 * Signs a JWT under a shared key (HS256); the same claims always give the same text.
 * @param keyId names the key; `null` where there is only one
 */
export function signSymmetricToken(type: string, claims: JWTPayload, keyId: string | null, key: CryptoKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: type, ...(keyId !== null && { kid: keyId }) }).sign(key)
}

/** The key of HMAC-SHA-256 (RFC 7518 §3.2) that these bytes are. */
export function importHmacKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(bytes), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

/**
 * @param findKey the key a key id names, or `null`
 * @returns the claims of a genuine token of this type, or `null`
 */
export async function verifySymmetricToken(
  token: string,
  type: string,
  findKey: (keyId: string) => Promise<CryptoKey | null>,
): Promise<JWTPayload | null> {
  try {
    const header = decodeProtectedHeader(token)
    if (header.alg !== 'HS256' || header.typ !== type || typeof header.kid !== 'string') return null
    const key = await findKey(header.kid)
    if (!key) return null
    const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] })
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload))
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? { ...claims } : null
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError) return null
    throw error
  }
}
