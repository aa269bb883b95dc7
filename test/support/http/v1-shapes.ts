// What `v1` answers look like, exactly: whole bodies with ids, times and tokens by their shape, and the header fields that
// every response carries.
import { expect } from 'vitest'
import type { Reply } from '../harness.ts'

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
export const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/
export const SESSION_ID = /^[0-9a-f]{64}$/

const HINT = 'If you have registered only now, confirm your address first: look for our mail'

export const time = () => expect.stringMatching(RFC_3339)

/** A `User` of which only what is given is not the default. */
export function userShape(email: string, members: Readonly<Record<string, unknown>> = {}) {
  return {
    id: expect.stringMatching(UUID),
    email,
    username: null,
    first_name: null,
    last_name: null,
    email_verified: true,
    is_admin: false,
    role: 'user',
    permissions: [],
    created_at: time(),
    ...members,
  }
}

export function grantShape(user: object) {
  return {
    access_token: expect.stringMatching(JWT),
    accessToken: expect.stringMatching(JWT),
    refresh_token: expect.stringMatching(JWT),
    token_type: 'Bearer',
    expires_in: 900,
    user,
  }
}

export function sessionShape(members: Readonly<Record<string, unknown>> = {}) {
  return {
    id: expect.stringMatching(SESSION_ID),
    created_at: time(),
    last_used_at: time(),
    expires_at: time(),
    ip: '192.0.2.1',
    user_agent: '',
    current: true,
    ...members,
  }
}

export function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly errors?: readonly { readonly field: string; readonly message: string }[]
}

/** The whole refusal: status, body with nothing more than it says, and the id of the body being the header's. */
export function expectRefusal(reply: Reply, { status, code, message, errors }: Refusal): void {
  const body = { message, code, request_id: expect.stringMatching(UUID), ...(errors && { errors }) }
  expect({ status: reply.status, body: reply.body }).toEqual({
    status,
    body: code === 'invalid_credentials' ? { ...body, hint: HINT } : body,
  })
  expect(reply.headers.get('X-Request-Id')).toBe(reply.body.request_id)
  expectJsonHeaders(reply)
}

export const REFUSED = {
  invalidRequest: (...errors: [field: string, message: string][]): Refusal => ({
    status: 400,
    code: 'invalid_request',
    message: 'The request is not valid',
    errors: errors.map(([field, message]) => ({ field, message })),
  }),
  malformedBody: { status: 400, code: 'invalid_request', message: 'The body is not a JSON object' },
  missingCredentials: { status: 400, code: 'invalid_request', message: 'Email and password are required' },
  invalidLink: { status: 400, code: 'invalid_token', message: 'The link is not valid or has expired' },
  invalidCredentials: { status: 401, code: 'invalid_credentials', message: 'Invalid credentials' },
  unauthorized: { status: 401, code: 'unauthorized', message: 'Unauthorized' },
  invalidAccessToken: { status: 401, code: 'invalid_token', message: 'Unauthorized' },
  invalidRefreshToken: { status: 401, code: 'invalid_token', message: 'Invalid refresh token' },
  tokenReused: { status: 401, code: 'token_reused', message: 'This refresh token was used before, please sign in again' },
  emailUnverified: {
    status: 403,
    code: 'email_unverified',
    message: 'Confirm your email address first: we have sent you a link',
  },
  accountDisabled: { status: 403, code: 'account_disabled', message: 'This account is disabled' },
  forbidden: { status: 403, code: 'forbidden', message: 'Forbidden' },
  reauthenticationRequired: { status: 403, code: 'reauthentication_required', message: 'Please give your password again' },
  challengeFailed: { status: 403, code: 'challenge_failed', message: 'Please solve the challenge and try again' },
  signUpClosed: { status: 403, code: 'sign_up_closed', message: 'Sign-up is closed' },
  notFound: { status: 404, code: 'not_found', message: 'Not found' },
  methodNotAllowed: { status: 405, code: 'method_not_allowed', message: 'Method not allowed' },
  usernameTaken: {
    status: 409,
    code: 'username_taken',
    message: 'This username is taken',
    errors: [{ field: 'username', message: 'is taken' }],
  },
  bodyTooLarge: { status: 413, code: 'body_too_large', message: 'The body is too large' },
  unsupportedMediaType: { status: 415, code: 'unsupported_media_type', message: 'The body must be application/json in UTF-8' },
  rateLimited: { status: 429, code: 'rate_limited', message: 'Too many attempts' },
  internalError: { status: 500, code: 'internal_error', message: 'An internal server error occurred' },
  unavailable: { status: 503, code: 'unavailable', message: 'The service is temporarily unavailable' },
} as const

/** What every response carries, whatever made it. */
export function expectCommonHeaders({ headers }: Reply): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-request-id': expect.stringMatching(UUID),
    'x-content-type-options': 'nosniff',
    'referrer-policy': expect.stringMatching(/^(no-referrer|same-origin)$/),
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
    'cache-control': expect.any(String),
  })
  expect(headers.get('Vary')?.split(', ')).toContain('Origin')
}

/** What every answer of the face carries: JSON that nobody keeps. */
export function expectJsonHeaders(reply: Reply): void {
  expectCommonHeaders(reply)
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    vary: 'Origin',
  })
  const corsFields = [...reply.headers.keys()].filter((name) => name.startsWith('access-control-'))
  expect(corsFields, 'CORS fields without an Origin').toEqual([])
}

/** The whole success, and the header fields that go with it. */
export function expectSuccess(reply: Reply, status: number, body: unknown): void {
  expect({ status: reply.status, body: reply.body }).toEqual({ status, body })
  expectJsonHeaders(reply)
}
