// Checks tokens for a worker that is bound to Postern: at `token` by itself with keys fetched over the binding, at `edge` and
// `strict` by asking.
import { needsItsSession, verifyAccessToken } from './access-token.ts'
import type { Freshness, PosternResult, Principal, TokenVerifierBinding } from './bindings.ts'
import { withDeadline } from './deadline.ts'
import { createKeyCache, type KeyCache } from './key-cache.ts'
import { createReport, nothingTold, type Report, SetUpError, type Told } from './troubles.ts'

export interface Verifier {
  /** It can ask about the session: every freshness is right. */
  readonly asks: 'session'
  /** Never throws: an outage is `unavailable`, a token that does not count `invalid_token`. */
  authenticate(token: string, options?: { readonly freshness?: Freshness }): Promise<PosternResult<Principal>>
}

export interface VerifierOptions {
  /** How long Postern may take to answer. Default 5000. */
  readonly timeoutMilliseconds?: number
  /**
   * For how long keys are used that could not be fetched anew, in seconds; after that the answer is `unavailable`. Default 3600.
   * They are asked for every ten minutes.
   */
  readonly maxKeyAgeSeconds?: number
  /** Epoch seconds. Default: the machine's clock. */
  readonly clock?: () => number
  /** Where it is told why Postern could not be asked. Default: `console.error`. */
  readonly log?: (line: string) => void
}

type Binding = Pick<TokenVerifierBinding, 'authenticate' | 'jwks'>

const DEFAULT_TIMEOUT_MILLISECONDS = 5000
const DEFAULT_MAX_KEY_AGE_SECONDS = 3600

const HOW_TO_BIND =
  'give the binding in wrangler.toml service = "postern" and entrypoint = "TokenVerifier" (or "AuthService"): what is bound now does not have the methods of Postern'
const HOW_TO_ALLOW =
  'give the binding in wrangler.toml props = { caller = "<name>", rights = ["verify"] }: it has not the right to check tokens'

/** One cache and one memory of what was told a binding, however many verifiers a program makes for it; options are each verifier's own. */
const known = new WeakMap<Binding, { readonly keys: KeyCache; readonly told: Told }>()

/**
 * @param binding `env.POSTERN`, bound to the entrypoint `TokenVerifier` or `AuthService`
 * @throws TypeError when there is none, or an option is out of bounds
 */
export function createVerifier(binding: Binding, options: VerifierOptions = {}): Verifier {
  if (!binding)
    throw new TypeError(`Cannot create verifier: nothing is bound. Add [[services]] to wrangler.toml, and ${HOW_TO_BIND}`)
  const timeoutMilliseconds = timeoutOf(options)
  const { clock = systemClock } = options
  const maxKeyAgeSeconds = maxKeyAgeOf(options)
  const { keys, told } = known.get(binding) ?? remember(binding)
  const report = createReport(options.log, Date.now, told)
  const ask = <T>(question: () => Promise<PosternResult<T>>) =>
    withDeadline(timeoutMilliseconds, report, () => askBinding(report, question))
  const source = { ask: () => ask(() => binding.jwks()), report }
  return {
    asks: 'session',
    authenticate: (token, { freshness = 'strict' } = {}) =>
      freshness === 'token' && !needsItsSession(token)
        ? verifyAccessToken(token, (kid, now) => keys.find(kid, now, maxKeyAgeSeconds, source), clock())
        : ask(() => binding.authenticate(token, { freshness })),
  }
}

function remember(binding: Binding) {
  const made = { keys: createKeyCache(), told: nothingTold() }
  known.set(binding, made)
  return made
}

/** Where the runtime says TypeError there is no such method: an outage of a worker is an Error. */
async function askBinding<T>(report: Report, ask: () => Promise<PosternResult<T>>): Promise<PosternResult<T>> {
  let answer: PosternResult<T>
  try {
    answer = await ask()
  } catch (error) {
    if (error instanceof TypeError || isNoEntrypoint(error)) throw new SetUpError(HOW_TO_BIND, { sign: (error as Error).message })
    throw error
  }
  if (typeof answer?.ok !== 'boolean') throw new SetUpError(HOW_TO_BIND)
  if (answer.ok || answer.code === 'invalid_token') return answer
  report(answer.code === 'forbidden' ? new SetUpError(HOW_TO_ALLOW) : new Error(`it answers ${answer.code}`))
  return answer
}

/** @throws TypeError */
export function maxKeyAgeOf({ maxKeyAgeSeconds = DEFAULT_MAX_KEY_AGE_SECONDS }: VerifierOptions): number {
  if (Number.isFinite(maxKeyAgeSeconds) && maxKeyAgeSeconds > 0) return maxKeyAgeSeconds
  throw new TypeError('Cannot create verifier: maxKeyAgeSeconds must be a number of seconds above 0')
}

/** @throws TypeError */
export function timeoutOf({ timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS }: VerifierOptions): number {
  if (Number.isFinite(timeoutMilliseconds) && timeoutMilliseconds > 0) return timeoutMilliseconds
  throw new TypeError('Cannot create verifier: timeoutMilliseconds must be a number above 0')
}

export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}

/** What the runtime says of another worker, which does not export what the binding names: no TypeError where it runs by itself. */
function isNoEntrypoint(error: unknown): boolean {
  return error instanceof Error && /\bentrypoint\b/i.test(error.message)
}
