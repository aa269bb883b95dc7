// CORS for the origins that are allowed, in the very fields document 004 shows, on every response and not only on preflights.
// Nothing of it for any other origin, which the log names.
import { createMiddleware } from 'hono/factory'
import { cleanText } from '../../platform/identifiers/printable-text.ts'
import type { Log } from '../../platform/runtime/log.ts'
import type { AppEnv } from './context.ts'
import { allowsOrigin, type OriginPolicy, rememberOrigins } from './origins.ts'

const FIELDS = {
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Headers': 'Authorization,Content-Type,Accept,Origin,X-Requested-With',
  'Access-Control-Allow-Methods': 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
  'Access-Control-Max-Age': '600',
  'Access-Control-Expose-Headers': 'Retry-After,RateLimit,RateLimit-Policy,X-Request-Id',
} as const

/** @param policyOf asked on each request, since configuration is read from its environment; by the path, since not all is open to pages */
export function cors(policyOf: (env: AppEnv['Bindings'], path: string) => OriginPolicy, log: Log) {
  const isNew = rememberOrigins()
  return createMiddleware<AppEnv>(async function cors(c, next) {
    const origin = c.req.header('Origin')
    // Most requests name no origin, and need no configuration for it.
    const policy = origin === undefined ? null : policyOf(c.env, c.req.path)
    const isPreflight = c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined
    if (isPreflight) c.res = c.body(null, 204)
    else await next()
    c.res.headers.append('Vary', 'Origin')
    if (origin === undefined || policy === null) return
    if (allowsOrigin(policy, origin)) {
      c.header('Access-Control-Allow-Origin', origin)
      for (const [name, value] of Object.entries(FIELDS)) c.header(name, value)
    } else if (![policy.own, new URL(c.req.url).origin].includes(origin) && isNew(origin)) {
      log('warn', 'origin refused', {
        origin: cleanText(origin, 200),
        reason: 'pages of this origin may not call: it is not in CORS_ORIGINS',
      })
    }
  })
}
