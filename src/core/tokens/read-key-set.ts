// The public keys, and all that another service needs besides to verify access tokens by itself.
import type { PublicJwk } from '../../platform/crypto/jwt.ts'
import type { Deps } from '../kernel/deps.ts'

export interface KeySet {
  readonly keys: readonly PublicJwk[]
  readonly issuer: string
  readonly audience: string
  /** No access token is older. */
  readonly maxTokenAgeSeconds: number
  /** How long the keys may be kept before they are asked for again. */
  readonly cacheSeconds: number
}

/** @throws Unavailable */
export async function readKeySet({ signingKeys, settings }: Pick<Deps, 'signingKeys' | 'settings'>): Promise<KeySet> {
  const { publicUrl, accessTokenTtlSeconds, jwksCacheSeconds } = settings
  return {
    keys: await signingKeys.publicKeys(),
    issuer: publicUrl,
    audience: publicUrl,
    maxTokenAgeSeconds: accessTokenTtlSeconds,
    cacheSeconds: jwksCacheSeconds,
  }
}
