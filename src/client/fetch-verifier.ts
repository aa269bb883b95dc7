// Checks tokens for a program anywhere, with the keys Postern publishes over HTTP: at `token` freshness, which is all that can
// be known without asking for each token.
import type { PublicJwk } from '../platform/crypto/jwt.ts'
import { originOf } from '../platform/identifiers/origin.ts'
import { verifyAccessToken } from './access-token.ts'
import type { KeySet, PosternResult, Principal } from './bindings.ts'
import { withDeadline } from './deadline.ts'
import { createKeyCache } from './key-cache.ts'
import { createReport, SetUpError } from './troubles.ts'
import { maxKeyAgeOf, systemClock, timeoutOf, type VerifierOptions } from './verifier.ts'

export interface FetchVerifier {
  /** It asks for keys only: nothing but the freshness `token` is right. */
  readonly asks: 'keys'
  /**
   * An outage is `unavailable`, a token that does not count `invalid_token`.
   * @throws TypeError for another freshness, which would be less than was asked for
   */
  authenticate(token: string, options?: { readonly freshness?: 'token' }): Promise<PosternResult<Principal>>
}

export interface FetchVerifierOptions extends VerifierOptions {
  /** Postern's PUBLIC_URL, an origin such as `https://auth.example.com`; the others follow from it. */
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

/** @throws TypeError when it is not said where the keys are or who signs with them, or when that is no URL */
export function createFetchVerifier(options: FetchVerifierOptions): FetchVerifier {
  const publicUrl = options.publicUrl === undefined ? undefined : originOf(options.publicUrl)
  if (publicUrl === null)
    throw new TypeError('Cannot create verifier: publicUrl must be an origin such as https://auth.example.com')
  const { jwksUrl = publicUrl && `${publicUrl}/.well-known/jwks.json`, issuer = publicUrl } = options
  if (!jwksUrl || !issuer) throw new TypeError('Cannot create verifier: give publicUrl, or jwksUrl and issuer')
  if (!URL.canParse(jwksUrl) || !/^https?:$/.test(new URL(jwksUrl).protocol)) {
    throw new TypeError('Cannot create verifier: jwksUrl must be an http or https URL')
  }
  const { audience = issuer, maxTokenAgeSeconds = DAY_SECONDS, clock = systemClock } = options
  const timeoutMilliseconds = timeoutOf(options)
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options

  const [maxKeyAgeSeconds, report] = [maxKeyAgeOf(options), createReport(options.log)]

  let hadKeys = false
  const ask = () =>
    withDeadline(timeoutMilliseconds, report, async (): Promise<PosternResult<KeySet>> => {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      // Whoever names the keys makes the tokens: no redirect decides that.
      const published = await readKeys(await fetch(jwksUrl, { signal, redirect: 'manual' }), jwksUrl).catch((error: unknown) => {
        // Where there were keys once, the address is right: what answers now is an outage, which passes.
        throw hadKeys && error instanceof SetUpError ? new Error(error.message) : error
      })
      hadKeys = true
      return { ok: true, value: { keys: published, issuer, audience, maxTokenAgeSeconds, cacheSeconds: CACHE_SECONDS } }
    })
  const [keys, source] = [createKeyCache(), { ask, report }]
  // Signed with these very keys, and yet refused: whoever set this up meant another name for the same Postern.
  const onForeign = (claim: 'iss' | 'aud') => {
    const wanted = claim === 'iss' ? `issuer ${issuer}` : `audience ${audience}`
    report(
      new SetUpError(
        `tokens signed with the keys of ${jwksUrl} are not of the ${wanted}: give publicUrl as PUBLIC_URL of Postern is`,
        { status: 401 },
      ),
    )
  }
  return {
    asks: 'keys',
    async authenticate(token, { freshness = 'token' } = {}) {
      if (freshness !== 'token') throw new TypeError(`Cannot check a token at ${freshness}: a fetch verifier checks at token only`)
      return verifyAccessToken(token, (kid, now) => keys.find(kid, now, maxKeyAgeSeconds, source), clock(), onForeign)
    },
  }
}

/** Refusals that say of themselves to come again: RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4. */
const PASSING = [408, 425, 429]

/** @throws Error for an outage; SetUpError for what is no JWK Set of Postern's, which always has a key */
async function readKeys(response: Response, jwksUrl: string): Promise<readonly PublicJwk[]> {
  if (response.status >= 500 || PASSING.includes(response.status)) throw new Error(`${jwksUrl} answers ${response.status}`)
  if (!response.ok)
    throw new SetUpError(`${jwksUrl} answers ${response.status}: give publicUrl or jwksUrl as PUBLIC_URL of Postern is`)
  const body = await readJson(response, jwksUrl)
  if (!Array.isArray(body?.keys))
    throw new SetUpError(`${jwksUrl} is no JWK Set: give publicUrl or jwksUrl as PUBLIC_URL of Postern is`)
  const usable = body.keys.filter(isPublicJwk)
  if (usable.length > 0) return usable
  throw new SetUpError(
    `${jwksUrl} has no key that Postern signs with (ES256): give publicUrl or jwksUrl as PUBLIC_URL of Postern is`,
  )
}

/** @returns `null` for what was never meant to be JSON @throws Error for an outage: what came is not all that was sent */
async function readJson(response: Response, jwksUrl: string): Promise<{ readonly keys?: unknown } | null> {
  const text = await response.text().catch((error: unknown) => {
    throw new Error(`${jwksUrl} broke off`, { cause: error })
  })
  try {
    return JSON.parse(text)
  } catch {
    if (/\bjson\b/i.test(response.headers.get('Content-Type') ?? '')) throw new Error(`${jwksUrl} answers with no whole JSON`)
    return null
  }
}

function isPublicJwk(value: unknown): value is PublicJwk {
  if (typeof value !== 'object' || value === null) return false
  return 'kid' in value && typeof value.kid === 'string' && 'alg' in value && value.alg === 'ES256' && !('d' in value)
}
