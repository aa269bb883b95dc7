// CORS for the listed origins, in the very fields document 004 shows, on every response and not only on preflights.
// Nothing of it for any other origin.
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './context.ts'

const FIELDS = {
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Headers': 'Authorization,Content-Type,Accept,Origin,X-Requested-With',
  'Access-Control-Allow-Methods': 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
  'Access-Control-Max-Age': '600',
  'Access-Control-Expose-Headers': 'Retry-After,RateLimit,RateLimit-Policy,X-Request-Id',
} as const

/** @param listOrigins asked on each request, since configuration is read from its environment; by the path, since not all is open to pages */
export function cors(listOrigins: (env: AppEnv['Bindings'], path: string) => readonly string[]) {
  return createMiddleware<AppEnv>(async function cors(c, next) {
    const origin = c.req.header('Origin')
    const isListed = origin !== undefined && listOrigins(c.env, c.req.path).includes(origin)
    const isPreflight = c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined
    if (isPreflight) c.res = c.body(null, 204)
    else await next()
    c.res.headers.append('Vary', 'Origin')
    if (!isListed) return
    c.header('Access-Control-Allow-Origin', origin)
    for (const [name, value] of Object.entries(FIELDS)) c.header(name, value)
  })
}
