// Cookies go along with whatever a browser sends here, so what changes something has to come from a page of this origin or of
// a listed one. Hono's `csrf()` lets JSON pass and is content with one of the two signals.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AuthError } from '../../core/kernel/errors.ts'
import type { AppEnv } from './context.ts'
import type { OriginPolicy } from './origins.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** `none` is a person's own doing, which no page can make a POST with. */
const OWN_SITES = new Set(['same-origin', 'none'])

/** @param originsOf asked on each request, since configuration is read from its environment */
export function sameOrigin(originsOf: (env: AppEnv['Bindings']) => OriginPolicy) {
  return createMiddleware<AppEnv>(async function sameOrigin(c, next) {
    const { own, listed } = originsOf(c.env)
    if (!SAFE_METHODS.has(c.req.method) && !isFromOrigins(c, own, listed)) throw new AuthError('forbidden', 'from another origin')
    await next()
  })
}

/** @param own origin of this service as configured; the one it was asked at counts too */
export function isFromOrigins(c: Context<AppEnv>, own: string, listed: readonly string[]): boolean {
  const signals = { origin: c.req.header('Origin'), site: c.req.header('Sec-Fetch-Site') }
  return isFrom([own, new URL(c.req.url).origin], listed, signals)
}

interface Signals {
  readonly origin: string | undefined
  readonly site: string | undefined
}

/** Neither header: no browser. A listed origin is another site by definition, whatever the browser calls it. */
export function isFrom(own: readonly string[], listed: readonly string[], { origin, site }: Signals): boolean {
  if (origin !== undefined && listed.includes(origin)) return true
  const isOwnOrigin = origin === undefined || own.includes(origin)
  const isOwnSite = site === undefined || OWN_SITES.has(site)
  return isOwnOrigin && isOwnSite
}
