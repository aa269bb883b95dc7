// How the `cookie` face says things: the schema its one body is checked and documented by, and its words for every refusal.
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'
import type { AuthError, AuthErrorCode } from '../../core/kernel/errors.ts'
import { optionalName, optionalText } from '../openapi/schema.ts'

export const PinLoginBody = v.object({
  name: optionalName('The username'),
  pin: optionalText('4 to 12 digits; whatever text it is, it is judged'),
})

export const CookieErrorSchema = v.object({
  message: v.string(),
  retryAfter: v.optional(v.pipe(v.number(), v.integer(), v.description('Seconds, with 429'))),
})

const ERRORS = {
  invalid_request: [400, 'The request is not valid'],
  malformed_body: [400, 'The body is not a JSON object'],
  unsupported_media_type: [415, 'The body must be application/json in UTF-8'],
  body_too_large: [413, 'The body is too large'],
  missing_credentials: [400, 'Name and PIN are required'],
  invalid_credentials: [401, 'Invalid credentials'],
  account_disabled: [403, 'This account is disabled'],
  email_unverified: [403, 'Confirm your email address first: we have sent you a link'],
  unauthorized: [401, 'Unauthorized'],
  invalid_access_token: [401, 'Unauthorized'],
  session_ended: [401, 'Unauthorized'],
  invalid_refresh_token: [401, 'Invalid refresh token'],
  token_reused: [401, 'Invalid refresh token'],
  invalid_link: [400, 'The link is not valid or has expired'],
  forbidden: [403, 'Forbidden'],
  reauthentication_required: [403, 'Please give your password again'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  sign_up_closed: [403, 'Sign-up is closed'],
  challenge_failed: [403, 'Please solve the challenge and try again'],
  email_taken: [409, 'The e-mail address has an account already'],
  username_taken: [409, 'This username is taken'],
  rate_limited: [429, 'Too many attempts'],
  unavailable: [503, 'The service is temporarily unavailable'],
  internal_error: [500, 'An internal server error occurred'],
} as const satisfies Record<AuthErrorCode, readonly [ContentfulStatusCode, string]>

export function renderFailure({ code, details }: AuthError): [v.InferOutput<typeof CookieErrorSchema>, ContentfulStatusCode] {
  const [status, words] = ERRORS[code]
  // There is no member for them here, so the message itself names what is wrong, never its value.
  const problems = details.fields?.map(({ field, message }) => `${field} ${message}`).join(', ')
  const { limit } = details
  return [{ message: problems || words, ...(limit && { retryAfter: limit.retryAfterSeconds }) }, status]
}
