// What any failure is, in the core's terms, and the header fields it carries whichever face says it.
import type { Context } from 'hono'
import { AuthError, type AuthErrorDetails } from '../../core/kernel/errors.ts'
import { Unavailable } from '../../platform/runtime/deadline.ts'
import type { AppEnv } from '../shared/context.ts'
import { HttpError } from './http-error.ts'
import type { FailureCode } from './refusals.ts'

export interface Failure {
  readonly code: FailureCode
  /** For the log alone. */
  readonly reason: string
  readonly details: AuthErrorDetails
}

/** Notes the failure for the log line, sets the fields RFC 9110, 6750 and the RateLimit draft ask for, and returns it. */
export function noteFailure(c: Context<AppEnv>, error: unknown): Failure {
  const failure = toFailure(error)
  c.set('failure', { code: failure.code, reason: failure.reason })
  const { limit } = failure.details
  if (limit) {
    c.header('Retry-After', String(limit.retryAfterSeconds))
    // draft-ietf-httpapi-ratelimit-headers: quota q in window w seconds; remaining r, reset in t seconds.
    c.header('RateLimit-Policy', `"${limit.policy}";q=${limit.quota};w=${limit.windowSeconds}`)
    c.header('RateLimit', `"${limit.policy}";r=0;t=${limit.retryAfterSeconds}`)
  }
  if (error instanceof Unavailable) c.header('Retry-After', String(error.retryAfterSeconds))
  if (error instanceof HttpError && error.allowedMethods.length > 0) c.header('Allow', error.allowedMethods.join(', '))
  if (failure.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer realm="postern"')
  if (failure.code === 'invalid_access_token' || failure.code === 'session_ended')
    c.header('WWW-Authenticate', 'Bearer realm="postern", error="invalid_token"')
  return failure
}

function toFailure(error: unknown): Failure {
  if (error instanceof AuthError) return error
  if (error instanceof HttpError) return { code: error.code, reason: error.reason, details: {} }
  if (error instanceof Unavailable) return { code: 'unavailable', reason: error.message, details: {} }
  return { code: 'internal_error', reason: error instanceof Error ? (error.stack ?? error.message) : String(error), details: {} }
}
