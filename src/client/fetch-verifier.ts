// Checks tokens for a program anywhere, with the keys Postern publishes over HTTP: at `token` freshness, which is all that can
// be known without asking for each token.
import type { PublicJwk } from '../platform/jwt.ts'
import { verifyAccessToken } from './access-token.ts'
import type { KeySet, PosternResult, Principal } from './bindings.ts'
import { withDeadline } from './deadline.ts'
import { createKeyCache } from './key-cache.ts'
import { DEFAULT_TIMEOUT_MILLISECONDS, systemClock, type VerifierOptions } from './verifier.ts'

export interface FetchVerifier {
  /** Never throws: an outage is `unavailable`, a token that does not count `invalid_token`. */
  authenticate(token: string): Promise<PosternResult<Principal>>
}

export interface FetchVerifierOptions extends VerifierOptions {
  /** Postern's PUBLIC_URL; the others follow from it. */
  readonly publicUrl?: string
  /** Default: `/.well-known/jwks.json` below `publicUrl`. */
  readonly jwksUrl?: string
  /** Default: `publicUrl`. */
  readonly issuer?: string
  /** Default: the issuer. */
  readonly audience?: string
  /** No token is older: Postern's ACCESS_TOKEN_TTL_SECONDS. Default: the most that can be set there, a day. */
  readonly maxTokenAgeSeconds?: number
  /** Default: the machine's. Called with a signal that ends it when the time is up; a redirect is not to be followed. */
  readonly fetch?: (url: string, init: { readonly signal: AbortSignal; readonly redirect: 'manual' }) => Promise<Response>
}

const DAY_SECONDS = 86_400
const CACHE_SECONDS = 600

/** @throws TypeError when it is not said where the keys are, or who signs with them */
export function createFetchVerifier(options: FetchVerifierOptions): FetchVerifier {
  const publicUrl = options.publicUrl?.replace(/\/+$/, '')
  const { jwksUrl = publicUrl && `${publicUrl}/.well-known/jwks.json`, issuer = publicUrl } = options
  if (!jwksUrl || !issuer) throw new TypeError('Cannot create verifier: give publicUrl, or jwksUrl and issuer')
  const { audience = issuer, maxTokenAgeSeconds = DAY_SECONDS, clock = systemClock } = options
  const { timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS, fetch = (url, init) => globalThis.fetch(url, init) } = options

  const keys = createKeyCache(() =>
    withDeadline(timeoutMilliseconds, async (): Promise<PosternResult<KeySet>> => {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      // Whoever names the keys makes the tokens: no redirect decides that.
      const published = await readKeys(await fetch(jwksUrl, { signal, redirect: 'manual' }))
      return { ok: true, value: { keys: published, issuer, audience, maxTokenAgeSeconds, cacheSeconds: CACHE_SECONDS } }
    }),
  )
  return { authenticate: (token) => verifyAccessToken(token, keys, clock()) }
}

/** @throws Error for whatever is no JWK Set; one without a key of ours is an answer like any other */
async function readKeys(response: Response): Promise<readonly PublicJwk[]> {
  if (!response.ok) throw new Error(`Cannot read keys: status ${response.status}`)
  const body: unknown = await response.json()
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys)) {
    throw new Error('Cannot read keys: no JWK Set')
  }
  return body.keys.filter(isPublicJwk)
}

function isPublicJwk(value: unknown): value is PublicJwk {
  if (typeof value !== 'object' || value === null) return false
  return 'kid' in value && typeof value.kid === 'string' && 'alg' in value && value.alg === 'ES256' && !('d' in value)
}
