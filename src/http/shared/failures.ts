// What any failure is, in the core's terms, and the header fields it carries whichever face says it.
import type { Context } from 'hono'
import { AuthError } from '../../core/kernel/errors.ts'
import { Unavailable } from '../../platform/runtime/deadline.ts'
import type { AppEnv } from './context.ts'

/** Notes the failure for the log line, sets the fields RFC 9110, 6750 and the RateLimit draft ask for, and returns it. */
export function noteFailure(c: Context<AppEnv>, error: unknown): AuthError {
  const failure = toAuthError(error)
  c.set('failure', { code: failure.code, reason: failure.reason })
  const { limit, retryAfterSeconds, allowedMethods } = failure.details
  if (limit) {
    c.header('Retry-After', String(limit.retryAfterSeconds))
    // draft-ietf-httpapi-ratelimit-headers: quota q in window w seconds; remaining r, reset in t seconds.
    c.header('RateLimit-Policy', `"${limit.policy}";q=${limit.quota};w=${limit.windowSeconds}`)
    c.header('RateLimit', `"${limit.policy}";r=0;t=${limit.retryAfterSeconds}`)
  }
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds))
  if (allowedMethods) c.header('Allow', allowedMethods.join(', '))
  if (failure.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer realm="postern"')
  if (failure.code === 'invalid_access_token' || failure.code === 'session_ended')
    c.header('WWW-Authenticate', 'Bearer realm="postern", error="invalid_token"')
  return failure
}

function toAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  if (error instanceof Unavailable) {
    return new AuthError('unavailable', error.message, { retryAfterSeconds: error.retryAfterSeconds })
  }
  return new AuthError('internal_error', error instanceof Error ? (error.stack ?? error.message) : String(error))
}
