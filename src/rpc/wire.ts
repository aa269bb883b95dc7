// What crosses a service binding: plain values under the names that document 001 and the contract give them, and the closed
// list of codes that a failure can have there.
import type { Principal } from '../core/access/authenticate.ts'
import { AuthError, type AuthErrorCode } from '../core/kernel/errors.ts'
import { rolesOf } from '../core/kernel/permissions.ts'
import type { Grant } from '../core/tokens/grant.ts'
import type { KeySet } from '../core/tokens/read-key-set.ts'
import { memberName } from '../platform/identifiers/member-name.ts'
import { Unavailable } from '../platform/runtime/deadline.ts'
import type { Account } from '../stores/accounts/account.ts'

export type RpcErrorCode =
  | 'invalid_request'
  | 'invalid_credentials'
  | 'invalid_token'
  | 'account_disabled'
  | 'email_unverified'
  | 'forbidden'
  | 'not_found'
  | 'email_taken'
  | 'username_taken'
  | 'rate_limited'
  | 'unavailable'
  | 'internal_error'

export interface RpcFailure {
  readonly ok: false
  readonly code: RpcErrorCode
  /** Seconds; with `rate_limited` and `unavailable`. Waiting exactly that long is enough. */
  readonly retryAfter?: number
  /** With `invalid_request` and what is taken, where it is about members of an argument: the rule, never the value. */
  readonly errors?: readonly (
    | { readonly field: string; readonly message: string }
    | { readonly line: number; readonly message: string }
  )[]
}

export type RpcResult<T> = { readonly ok: true; readonly value: T } | RpcFailure

/** What no code stands for here is a fault of ours. */
const CODES: Partial<Record<AuthErrorCode, RpcErrorCode>> = {
  invalid_request: 'invalid_request',
  missing_credentials: 'invalid_request',
  invalid_credentials: 'invalid_credentials',
  account_disabled: 'account_disabled',
  email_unverified: 'email_unverified',
  unauthorized: 'invalid_token',
  invalid_access_token: 'invalid_token',
  session_ended: 'invalid_token',
  forbidden: 'forbidden',
  not_found: 'not_found',
  email_taken: 'email_taken',
  username_taken: 'username_taken',
  rate_limited: 'rate_limited',
}

export function renderFailure(error: unknown): RpcFailure {
  if (error instanceof Unavailable) return { ok: false, code: 'unavailable', retryAfter: error.retryAfterSeconds }
  if (!(error instanceof AuthError)) return { ok: false, code: 'internal_error' }
  const retryAfter = error.details.limit?.retryAfterSeconds
  const { fields, lines } = error.details
  const errors =
    fields?.map(({ field, message }) => ({ field: memberName(field), message })) ??
    lines?.map(({ line, message }) => ({ line, message }))
  return {
    ok: false,
    code: CODES[error.code] ?? 'internal_error',
    ...(retryAfter !== undefined && { retryAfter }),
    ...(errors && { errors }),
  }
}

/** Named as in the claims of the token; rights and address as they are now. */
export function renderPayload(principal: Principal) {
  return {
    sub: principal.userId,
    sid: principal.sessionId,
    email: principal.email,
    email_verified: principal.emailVerified,
    roles: [...rolesOf(principal.permissions)],
    permissions: [...principal.permissions],
    amr: [...principal.amr],
    auth_time: principal.authTime,
    iat: principal.issuedAt,
    exp: principal.expiresAt,
  }
}

export function renderPrincipal(principal: Principal) {
  return {
    userId: principal.userId,
    sessionId: principal.sessionId,
    email: principal.email,
    emailVerified: principal.emailVerified,
    roles: [...rolesOf(principal.permissions)],
    permissions: [...principal.permissions],
    amr: [...principal.amr],
    authTime: principal.authTime,
    expiresAt: principal.expiresAt,
  }
}

/** `access_token` and `expires_in` as over HTTP: always the token that the published keys verify. */
export function renderLogin({ accessToken, sharedToken, refreshToken, expiresIn, user }: Grant) {
  const access = sharedToken ? { accessToken: sharedToken.token, expiresIn: sharedToken.expiresIn } : { accessToken, expiresIn }
  return { ...access, access_token: accessToken, expires_in: expiresIn, refreshToken, user: renderUser(user) }
}

export function renderUser(user: Account) {
  const [role] = rolesOf(user.permissions)
  return {
    id: user.id,
    email: user.email,
    role,
    username: user.username,
    firstName: user.firstName,
    lastName: user.lastName,
    emailVerified: user.emailVerifiedAt !== null,
    disabled: user.disabledAt !== null,
    permissions: [...user.permissions],
    createdAt: user.createdAt,
  }
}

/** A JWK Set (RFC 7517 §5) with what else a verifier has to know. */
export function renderKeySet({ keys, ...terms }: KeySet) {
  return { keys: keys.map((key) => ({ ...key })), ...terms }
}

export type AuthTokenPayload = ReturnType<typeof renderPayload>
export type RpcPrincipal = ReturnType<typeof renderPrincipal>
export type LoginResponse = ReturnType<typeof renderLogin>
export type RpcUser = ReturnType<typeof renderUser>
export type RpcKeySet = ReturnType<typeof renderKeySet>
