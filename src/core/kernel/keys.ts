// The keys that tokens are signed and verified with, as use cases ask for them.
import type { PublicJwk, SigningKey } from '../../platform/crypto/jwt.ts'

export interface SigningKeys {
  /** The key that signs at `now`. @throws Unavailable when none can be had */
  current(): Promise<SigningKey>
  /** The key that verifies, or `null` when nobody knows it. @throws Unavailable when that cannot be told */
  findVerifier(kid: string): Promise<CryptoKey | null>
  /** The public parts (RFC 7517 §5), for the JWKS endpoint. */
  publicKeys(): Promise<readonly PublicJwk[]>
  /** Makes the next key when the newest is old enough, retires keys nothing valid is signed with, re-seals old seals. */
  rotate(): Promise<void>
}

export interface StableKey {
  readonly kid: string
  readonly key: CryptoKey
}

export interface StableKeys {
  /** The key that signs. @throws Unavailable when none can be had */
  current(): Promise<StableKey>
  /** The key that verifies, `null` when nobody knows it. @throws Unavailable when that cannot be told */
  find(kid: string): Promise<CryptoKey | null>
  /** Seals with today's AUTH_SECRET what was sealed with the one before. */
  reseal(): Promise<void>
}
