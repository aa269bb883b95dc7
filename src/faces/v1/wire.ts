// How the `v1` face says things: the schemas its bodies are checked and documented by, and its words for every refusal.
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'
import type { AuthError, AuthErrorCode } from '../../auth/errors.ts'
import type { ExtendedSession } from '../../auth/extend-session.ts'
import type { Grant } from '../../auth/grant.ts'
import { rolesOf, SYSTEM_ADMIN } from '../../auth/permissions.ts'
import type { SessionRecord } from '../../objects/session-rules.ts'
import { printable } from '../../platform/printable-text.ts'
import type { Registration } from '../../stores/registrations.ts'
import type { User } from '../../stores/users.ts'
import { challengeMembers } from '../shared/challenge.ts'
import { optionalName, optionalText } from '../shared/schema.ts'

export const RegisterBody = v.object({
  email: optionalName('E-mail address, compared without case'),
  password: optionalText('8 to 256 characters'),
  username: optionalName('1 to 64 letters, digits, spaces inside, or any of . _ -'),
  first_name: optionalName('At most 100 characters'),
  last_name: optionalName('At most 100 characters'),
  ...challengeMembers,
})

export const LoginBody = v.object({
  email: optionalName('Counts where both are given'),
  username: optionalName('Instead of the e-mail address'),
  password: optionalText('Whatever it is, it is judged, not checked against the policy'),
  ...challengeMembers,
})

export const EmailBody = v.object({ email: optionalName('E-mail address') })

export const RefreshBody = v.object({ refresh_token: optionalText('Counts where a bearer token is given too') })

export const UserSchema = v.object({
  id: v.pipe(v.string(), v.description('Opaque')),
  email: v.string(),
  username: v.nullable(v.string()),
  first_name: v.nullable(v.string()),
  last_name: v.nullable(v.string()),
  email_verified: v.boolean(),
  is_admin: v.pipe(v.boolean(), v.description('Has the permission systemAdmin')),
  role: v.picklist(['admin', 'user']),
  permissions: v.array(v.string()),
  created_at: v.pipe(v.string(), v.description('RFC 3339')),
})

export const SessionSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  created_at: v.string(),
  last_used_at: v.pipe(v.string(), v.description('The last sign-in or refresh')),
  expires_at: v.string(),
  ip: v.string(),
  user_agent: v.string(),
  current: v.boolean(),
})

export const GrantSchema = v.object({
  access_token: v.string(),
  accessToken: v.pipe(v.string(), v.description('The same again')),
  refresh_token: v.string(),
  token_type: v.literal('Bearer'),
  expires_in: v.pipe(v.number(), v.integer(), v.description('Seconds')),
  user: UserSchema,
})

export const ExtensionSchema = v.object({
  message: v.string(),
  access_token: v.string(),
  accessToken: v.string(),
  expires_in: v.pipe(v.number(), v.integer()),
  session: SessionSchema,
})

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
  invalid_refresh_token: [401, 'Invalid refresh token', 'invalid_token'],
  token_reused: [401, 'This refresh token was used before, please sign in again'],
  invalid_link: [400, 'The link is not valid or has expired', 'invalid_token'],
  forbidden: [403, 'Forbidden'],
  reauthentication_required: [403, 'Please give your password again'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  sign_up_closed: [403, 'Sign-up is closed'],
  challenge_failed: [403, 'Please solve the challenge and try again'],
  username_taken: [409, 'This username is taken'],
  rate_limited: [429, 'Too many attempts'],
  unavailable: [503, 'The service is temporarily unavailable'],
  internal_error: [500, 'An internal server error occurred'],
} as const satisfies Record<AuthErrorCode, Words>

/** The closed list of `code` in answers of this face. */
export const ERROR_CODES: readonly string[] = [
  ...new Set((Object.entries(ERRORS) as [AuthErrorCode, Words][]).map(([code, [, , wireCode]]) => wireCode ?? code)),
]

export const ErrorSchema = v.object({
  message: v.string(),
  code: v.pipe(v.picklist(ERROR_CODES), v.description('From a closed list')),
  request_id: v.string(),
  errors: v.optional(v.array(v.object({ field: v.string(), message: v.string() }))),
  hint: v.optional(v.pipe(v.string(), v.description('On every 401 of a sign-in'))),
})

/** The same for every failed sign-in, so that it tells nothing about the account. */
const SIGN_IN_HINT = 'If you have registered only now, confirm your address first: look for our mail'

export function renderFailure(failure: AuthError, requestId: string): [v.InferOutput<typeof ErrorSchema>, ContentfulStatusCode] {
  const [status, message, wireCode]: Words = ERRORS[failure.code]
  const { fields } = failure.details
  const body = {
    message,
    code: wireCode ?? failure.code,
    request_id: requestId,
    ...(fields && { errors: fields.map(({ field, message }) => ({ field, message })) }),
    ...(failure.code === 'invalid_credentials' && { hint: SIGN_IN_HINT }),
  }
  return [body, status]
}

export function renderUser(user: User): v.InferOutput<typeof UserSchema> {
  const [role] = rolesOf(user.permissions)
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    email_verified: user.emailVerifiedAt !== null,
    is_admin: user.permissions.includes(SYSTEM_ADMIN),
    role,
    permissions: [...user.permissions],
    created_at: renderTime(user.createdAt),
  }
}

/** A registration looks like the account that it may become. */
export function renderRegistration(registration: Registration): v.InferOutput<typeof UserSchema> {
  const { id, email, username, firstName, lastName, createdAt } = registration
  return {
    id,
    email,
    username,
    first_name: firstName,
    last_name: lastName,
    email_verified: false,
    is_admin: false,
    role: 'user',
    permissions: [],
    created_at: renderTime(createdAt),
  }
}

export function renderGrant(grant: Grant): v.InferOutput<typeof GrantSchema> {
  return {
    access_token: grant.accessToken,
    accessToken: grant.accessToken,
    refresh_token: grant.refreshToken,
    token_type: 'Bearer',
    expires_in: grant.expiresIn,
    user: renderUser(grant.user),
  }
}

export function renderExtension({ accessToken, expiresIn, session }: ExtendedSession): v.InferOutput<typeof ExtensionSchema> {
  return {
    message: 'Session refreshed',
    access_token: accessToken,
    accessToken,
    expires_in: expiresIn,
    session: renderSession(session, session.id),
  }
}

export function renderSession(session: SessionRecord, currentId: string): v.InferOutput<typeof SessionSchema> {
  return {
    id: session.id,
    created_at: renderTime(session.createdAt),
    last_used_at: renderTime(session.lastUsedAt),
    expires_at: renderTime(session.expiresAt),
    ip: session.ip,
    user_agent: printable(session.userAgent),
    current: session.id === currentId,
  }
}

export function renderTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z')
}
