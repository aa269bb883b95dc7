// The header fields of every response, whatever made it.
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './context.ts'

const JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Outermost: a page sets its own Content-Security-Policy, Referrer-Policy and Cache-Control before this adds the strict ones. */
export const secureHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  c.header('X-Request-Id', c.var.requestId)
  c.header('X-Content-Type-Options', 'nosniff')
  // No window of another origin keeps a hold of a page, and none of its elements loads an answer. What CORS allows, it still does.
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  c.header('Cross-Origin-Resource-Policy', 'same-origin')
  c.header('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
  // As document 004 shows it.
  if (c.res.headers.get('Content-Type') === 'application/json') c.header('Content-Type', 'application/json; charset=utf-8')
  if (!c.res.headers.has('Referrer-Policy')) c.header('Referrer-Policy', 'no-referrer')
  if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', JSON_POLICY)
  // Whatever is not meant to be cached says who somebody is, or why not.
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
})
