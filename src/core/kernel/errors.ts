// The one error of the core: a code for the caller, a reason for the log. Faces turn codes into words and statuses. What is down is no
// refusal: that is `Unavailable`.
import type { BrokenRule } from '../../platform/identifiers/password-policy.ts'

/** Why the core refuses, as a closed list. Each face has a table over it. */
export type AuthErrorCode =
  | 'invalid_request'
  | 'missing_credentials'
  | 'invalid_credentials'
  | 'account_disabled'
  | 'email_unverified'
  | 'unauthorized'
  | 'invalid_access_token'
  /** The token is genuine, and its session is over. */
  | 'session_ended'
  | 'invalid_refresh_token'
  | 'token_reused'
  | 'invalid_link'
  | 'forbidden'
  | 'reauthentication_required'
  | 'not_found'
  | 'sign_up_closed'
  | 'challenge_failed'
  | 'email_taken'
  | 'username_taken'
  | 'rate_limited'

/** One member of the request that is not acceptable: the rule it breaks, never its value. */
export interface FieldProblem {
  /** As the core calls it; faces know what their clients call it. */
  readonly field: string
  readonly message: string
  /** Of a new password: what pages say in the language of their reader. */
  readonly broken?: BrokenRule
}

/** A limit that was reached, with what the RateLimit fields of the reply need. */
export interface LimitReached {
  readonly policy: string
  readonly quota: number
  readonly windowSeconds: number
  readonly retryAfterSeconds: number
}

export interface AuthErrorDetails {
  readonly fields?: readonly FieldProblem[]
  /** Of an import: what is wrong with which line. */
  readonly lines?: readonly { readonly line: number; readonly message: string }[]
  readonly limit?: LimitReached
}

export class AuthError extends Error {
  override readonly name = 'AuthError'

  readonly code: AuthErrorCode
  readonly reason: string
  readonly details: AuthErrorDetails

  /** @param reason logged, never rendered: may say what the caller must not learn, but never a secret */
  constructor(code: AuthErrorCode, reason: string, details: AuthErrorDetails = {}) {
    super(`${code}: ${reason}`)
    this.code = code
    this.reason = reason
    this.details = details
  }
}
