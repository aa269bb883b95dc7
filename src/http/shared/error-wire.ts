// What a refusal says where no document says otherwise: on `v1`, the admin API, and whatever belongs to no API.
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'
import type { AuthError, AuthErrorCode } from '../../core/kernel/errors.ts'

/** Status, message, and the wire's code where it is not the core's own. */
type Words = readonly [ContentfulStatusCode, string, string?]

const ERRORS = {
  invalid_request: [400, 'The request is not valid'],
  malformed_body: [400, 'The body is not a JSON object', 'invalid_request'],
  unsupported_media_type: [415, 'The body must be application/json in UTF-8'],
  body_too_large: [413, 'The body is too large'],
  missing_credentials: [400, 'Email and password are required', 'invalid_request'],
  invalid_credentials: [401, 'Invalid credentials'],
  account_disabled: [403, 'This account is disabled'],
  email_unverified: [403, 'Confirm your email address first: we have sent you a link'],
  unauthorized: [401, 'Unauthorized'],
  invalid_access_token: [401, 'Unauthorized', 'invalid_token'],
  session_ended: [401, 'Unauthorized', 'invalid_token'],
  invalid_refresh_token: [401, 'Invalid refresh token', 'invalid_token'],
  token_reused: [401, 'This refresh token was used before, please sign in again'],
  invalid_link: [400, 'The link is not valid or has expired', 'invalid_token'],
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
} as const satisfies Record<AuthErrorCode, Words>

/** What operators alone are told: anybody else must not learn who has an account. */
const OPERATORS_ONLY = ['email_taken']

/** The closed list of `code` in answers of `v1`. */
export const ERROR_CODES: readonly string[] = [
  ...new Set((Object.entries(ERRORS) as [AuthErrorCode, Words][]).map(([code, [, , wireCode]]) => wireCode ?? code)),
].filter((code) => !OPERATORS_ONLY.includes(code))

export const ErrorCodeSchema = v.picklist(ERROR_CODES)
export const AdminErrorCodeSchema = v.picklist([...ERROR_CODES, ...OPERATORS_ONLY])
export const FieldProblemSchema = v.object({ field: v.string(), message: v.string() })
export const LineProblemSchema = v.object({ line: v.pipe(v.number(), v.integer()), message: v.string() })

export const ErrorSchema = v.object({
  message: v.string(),
  code: ErrorCodeSchema,
  request_id: v.string(),
  errors: v.optional(v.array(FieldProblemSchema)),
  hint: v.optional(v.pipe(v.string(), v.description('On every 401 of a sign-in'))),
})

export const AdminErrorSchema = v.object({
  ...ErrorSchema.entries,
  errors: v.optional(v.array(v.union([FieldProblemSchema, LineProblemSchema]))),
  code: AdminErrorCodeSchema,
})

/** The same for every failed sign-in, so that it tells nothing about the account. */
const SIGN_IN_HINT = 'If you have registered only now, confirm your address first: look for our mail'

export function renderFailure(
  failure: AuthError,
  requestId: string,
): [v.InferOutput<typeof AdminErrorSchema>, ContentfulStatusCode] {
  const [status, message, wireCode]: Words = ERRORS[failure.code]
  const { fields, lines } = failure.details
  const body = {
    message,
    code: wireCode ?? failure.code,
    request_id: requestId,
    ...(fields && { errors: fields.map(({ field, message }) => ({ field, message })) }),
    ...(lines && { errors: lines.map(({ line, message }) => ({ line, message })) }),
    ...(failure.code === 'invalid_credentials' && { hint: SIGN_IN_HINT }),
  }
  return [body, status]
}
