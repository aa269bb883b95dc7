// Hono middleware that lets a request pass when its bearer token counts, and says why in JSON when it does not (RFC 6750 §3).
// Only Hono's own types tell routes of `c.var.principal`. The comment goes into the declarations, so that programs without Hono compile.
// biome-ignore lint/suspicious/noTsIgnore: where Hono is there is no error to expect
/** @ts-ignore: Hono is optional */
import type { Context, MiddlewareHandler } from 'hono'
import type { Freshness, PosternFailure, Principal, TokenVerifierBinding } from './bindings.ts'
import type { FetchVerifier } from './fetch-verifier.ts'
import { createReport, SetUpError } from './troubles.ts'
import { createVerifier, type Verifier } from './verifier.ts'

interface AnyAuthOptions {
  /** Without it everybody who is signed in may pass. A `systemAdmin` may everything. */
  readonly permission?: string
}

interface SessionAuthOptions extends AnyAuthOptions {
  /** Default: `strict`. */
  readonly freshness?: Freshness
  /** Default: of the binding `POSTERN` of the worker. */
  readonly verifier?: Verifier | ((c: Context) => Verifier)
}

interface KeyAuthOptions extends AnyAuthOptions {
  /** A fetch verifier knows nothing of sessions, and one that ended goes on until its token expires: that has to be said. */
  readonly freshness: 'token'
  readonly verifier: FetchVerifier | ((c: Context) => FetchVerifier)
}

export type RequireAuthOptions = SessionAuthOptions | KeyAuthOptions

/** What routes behind `requireAuth` find in `c.var`. No interface: before 4.5, Hono takes none for the variables of a route. */
export type AuthVariables = {
  principal: Principal
}

const FRESHNESSES: readonly Freshness[] = ['token', 'edge', 'strict']
const SYSTEM_ADMIN = 'systemAdmin'
const NOT_BOUND: PosternFailure = { ok: false, code: 'unavailable', retryAfter: 60 }
const reportOnce = createReport((line) => console.error(line))
const REALM = 'Bearer realm="postern"'

/** @throws TypeError for a freshness that there is none, or that the verifier cannot check at */
export function requireAuth(options: RequireAuthOptions = {}): MiddlewareHandler<{ Variables: AuthVariables }> {
  const { freshness = 'strict', permission, verifier = verifierOfBinding } = options
  if (!FRESHNESSES.includes(freshness))
    throw new TypeError(`Cannot require auth: freshness must be one of ${FRESHNESSES.join(', ')}`)
  if (typeof verifier !== 'function') requireFit(verifier, freshness)
  return async function requirePrincipal(c, next) {
    const token = readBearerToken(c.req.header('Authorization'))
    if (token === null) return refuse(c, 401, 'unauthorized', 'Unauthorized', { 'WWW-Authenticate': REALM })
    const chosen = typeof verifier === 'function' ? verifier(c) : verifier
    if (chosen === null && verifier === verifierOfBinding) return refuseFailure(c, NOT_BOUND)
    requireFit(chosen, freshness)
    const result = await (chosen.asks === 'keys' ? chosen.authenticate(token) : chosen.authenticate(token, { freshness }))
    if (!result.ok) return refuseFailure(c, result)
    const principal = result.value
    if (permission !== undefined && !mayDo(principal, permission)) {
      const challenge = `${REALM}, error="insufficient_scope"`
      return refuse(c, 403, 'forbidden', 'Forbidden', { 'WWW-Authenticate': challenge })
    }
    c.set('principal', principal)
    await next()
  }
}

/** A weaker check than the one that is asked for must never pass for it. */
function requireFit(
  verifier: Verifier | FetchVerifier | null | undefined,
  freshness: Freshness,
): asserts verifier is Verifier | FetchVerifier {
  const asks = verifier?.asks
  if (asks !== 'session' && asks !== 'keys') {
    throw new TypeError(
      'Cannot require auth: verifier must be of createVerifier() or createFetchVerifier(), or a function that returns one. Leave it out for the binding POSTERN',
    )
  }
  if (asks === 'session' || freshness === 'token') return
  throw new TypeError(
    `Cannot require auth at ${freshness} with a fetch verifier, which knows nothing of sessions: set freshness to token, or bind Postern`,
  )
}

/** @returns `null` where nothing is bound, which is told once */
function verifierOfBinding(c: Context): Verifier | null {
  const { POSTERN } = (c.env ?? {}) as { readonly POSTERN?: TokenVerifierBinding }
  if (POSTERN) return createVerifier(POSTERN)
  reportOnce(new SetUpError('bind Postern as POSTERN in wrangler.toml, or give requireAuth a verifier'))
  return null
}

/** RFC 6750 §2.1; the scheme in any case, RFC 9110 §11.1. */
function readBearerToken(header: string | undefined): string | null {
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(header ?? '')?.[1] ?? null
}

function mayDo({ permissions }: Principal, permission: string): boolean {
  return permissions.includes(permission) || permissions.includes(SYSTEM_ADMIN)
}

function refuseFailure(c: Context, { code, retryAfter = 1 }: PosternFailure): Response {
  if (code === 'invalid_token') {
    return refuse(c, 401, 'invalid_token', 'Unauthorized', { 'WWW-Authenticate': `${REALM}, error="invalid_token"` })
  }
  // Whatever else it is, the client can do nothing about it but come again; the verifier has told the log which.
  const message = 'The service is temporarily unavailable'
  return refuse(c, 503, 'unavailable', message, { 'Retry-After': String(retryAfter) })
}

function refuse(c: Context, status: 401 | 403 | 503, code: string, message: string, headers: Record<string, string>): Response {
  return c.json({ message, code }, status, { 'Cache-Control': 'no-store', ...headers })
}
