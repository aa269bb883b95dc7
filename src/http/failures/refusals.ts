// What a refusal is called over HTTP. A face says other words where the document that it serves has them.
import type { AuthErrorCode } from '../../core/kernel/errors.ts'
import type { HttpErrorCode } from './http-error.ts'

/** Why a request has failed: refused by the core or by HTTP, something is down, or a fault of ours. */
export type FailureCode = AuthErrorCode | HttpErrorCode | 'unavailable' | 'internal_error'

export const REFUSAL_STATUSES = [400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503] as const

export interface Refusal {
  readonly status: (typeof REFUSAL_STATUSES)[number]
  readonly message: string
  /** What `code` says, where that is not the failure's own. */
  readonly wireCode?: string
}

export const REFUSALS: Readonly<Record<FailureCode, Refusal>> = {
  invalid_request: { status: 400, message: 'The request is not valid' },
  malformed_body: { status: 400, message: 'The body is not a JSON object', wireCode: 'invalid_request' },
  unsupported_media_type: { status: 415, message: 'The body must be application/json in UTF-8' },
  not_json_lines: {
    status: 415,
    message: 'The body must be lines of JSON: application/x-ndjson in UTF-8, not encoded',
    wireCode: 'unsupported_media_type',
  },
  body_too_large: { status: 413, message: 'The body is too large' },
  missing_credentials: { status: 400, message: 'Email and password are required', wireCode: 'invalid_request' },
  invalid_credentials: { status: 401, message: 'Invalid credentials' },
  account_disabled: { status: 403, message: 'This account is disabled' },
  email_unverified: { status: 403, message: 'Confirm your email address first: we have sent you a link' },
  unauthorized: { status: 401, message: 'Unauthorized' },
  invalid_access_token: { status: 401, message: 'Unauthorized', wireCode: 'invalid_token' },
  session_ended: { status: 401, message: 'Unauthorized', wireCode: 'invalid_token' },
  invalid_refresh_token: { status: 401, message: 'Invalid refresh token', wireCode: 'invalid_token' },
  token_reused: { status: 401, message: 'This refresh token was used before, please sign in again' },
  invalid_link: { status: 400, message: 'The link is not valid or has expired', wireCode: 'invalid_token' },
  forbidden: { status: 403, message: 'Forbidden' },
  reauthentication_required: { status: 403, message: 'Please give your password again' },
  not_found: { status: 404, message: 'Not found' },
  method_not_allowed: { status: 405, message: 'Method not allowed' },
  sign_up_closed: { status: 403, message: 'Sign-up is closed' },
  challenge_failed: { status: 403, message: 'Please solve the challenge and try again' },
  email_taken: { status: 409, message: 'The e-mail address has an account already' },
  username_taken: { status: 409, message: 'This username is taken' },
  rate_limited: { status: 429, message: 'Too many attempts' },
  unavailable: { status: 503, message: 'The service is temporarily unavailable' },
  internal_error: { status: 500, message: 'An internal server error occurred' },
}
