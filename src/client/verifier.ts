// Checks tokens for a worker that is bound to Postern: at `token` by itself with keys fetched over the binding, at `edge` and
// `strict` by asking.
import { verifyAccessToken } from './access-token.ts'
import type { Freshness, PosternResult, Principal, TokenVerifierBinding } from './bindings.ts'
import { withDeadline } from './deadline.ts'
import { createKeyCache, type KeyCache } from './key-cache.ts'

export interface Verifier {
  /** Never throws: an outage is `unavailable`, a token that does not count `invalid_token`. */
  authenticate(token: string, options?: { readonly freshness?: Freshness }): Promise<PosternResult<Principal>>
}

export interface VerifierOptions {
  /** How long Postern may take to answer. Default 5000. */
  readonly timeoutMilliseconds?: number
  /** Epoch seconds. Default: the machine's clock. */
  readonly clock?: () => number
}

type Binding = Pick<TokenVerifierBinding, 'authenticate' | 'jwks'>

export const DEFAULT_TIMEOUT_MILLISECONDS = 5000

/** One cache a binding, however many verifiers a program makes for it. */
const caches = new WeakMap<Binding, KeyCache>()

/** @param binding `env.POSTERN`, bound to the entrypoint `TokenVerifier` or `AuthService` */
export function createVerifier(binding: Binding, options: VerifierOptions = {}): Verifier {
  const { timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS, clock = systemClock } = options
  const keys = caches.get(binding) ?? createKeyCache(() => withDeadline(timeoutMilliseconds, () => binding.jwks()))
  caches.set(binding, keys)
  return {
    authenticate: (token, { freshness = 'strict' } = {}) =>
      freshness === 'token'
        ? verifyAccessToken(token, keys, clock())
        : withDeadline(timeoutMilliseconds, () => binding.authenticate(token, { freshness })),
  }
}

export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
