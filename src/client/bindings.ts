// What Postern's entrypoints look like from the other side of a service binding, and what they answer. Types only: type
// `env.POSTERN` with one of these.
import type { PublicJwk } from '../platform/crypto/jwt.ts'

/**
 * How fresh an answer has to be. `token`: signature and claims only. `edge`: also the session's copy near by, which may be a
 * minute or more behind. `strict`: the session and the user as they are now.
 */
export type Freshness = 'token' | 'edge' | 'strict'

export type PosternErrorCode =
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

export interface PosternFailure {
  readonly ok: false
  readonly code: PosternErrorCode
  /** Seconds to wait, with `rate_limited` and `unavailable`. */
  readonly retryAfter?: number
  /** Where it is about members of an argument, or lines of an import: the rule that each breaks. */
  readonly errors?: readonly (
    | { readonly field: string; readonly message: string }
    | { readonly line: number; readonly message: string }
  )[]
}

export type PosternResult<T> = { readonly ok: true; readonly value: T } | PosternFailure

/** Whose request it is. */
export interface Principal {
  /** Opaque. */
  readonly userId: string
  readonly sessionId: string
  readonly email: string
  /** Whether the user has proven to own the address. Match nobody by an address that is not proven. */
  readonly emailVerified: boolean
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  /** How the session was signed in to (RFC 8176): `pwd` or `pin`. */
  readonly amr: readonly string[]
  /** Epoch seconds. */
  readonly authTime: number
  /** When the token expires, in epoch seconds. */
  readonly expiresAt: number
}

/** The public keys, and what else it takes to verify a token with them. */
export interface KeySet {
  readonly keys: readonly PublicJwk[]
  readonly issuer: string
  readonly audience: string
  readonly maxTokenAgeSeconds: number
  readonly cacheSeconds: number
}

/** The claims of a token that counts; `email`, `roles` and `permissions` as they are now. */
export interface AuthTokenPayload {
  readonly sub: string
  readonly sid: string
  readonly email: string
  readonly email_verified: boolean
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly amr: readonly string[]
  readonly auth_time: number
  readonly iat: number
  readonly exp: number
}

export interface ServiceUser {
  readonly id: string
  readonly email: string
  readonly role: 'admin' | 'user'
  readonly username: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly emailVerified: boolean
  readonly disabled: boolean
  readonly permissions: readonly string[]
  /** Epoch seconds. */
  readonly createdAt: number
}

export interface LoginResponse {
  /** With SHARED_TOKEN_SECRET the token that is signed with it (HS256), else `access_token`. */
  readonly accessToken: string
  /** Seconds `accessToken` lasts. */
  readonly expiresIn: number
  /** The token that the published keys verify (ES256), whether or not a secret is shared. */
  readonly access_token: string
  /** Seconds `access_token` lasts. */
  readonly expires_in: number
  readonly refreshToken: string
  readonly user: ServiceUser
}

/**
 * The client for which a worker asks: `CF-Connecting-IP`, `User-Agent` and `Accept-Language` of its request, as they came. The binding
 * needs the right `clients`. Limits are counted for the address, and mails are written in its language.
 */
export interface SpokenFor {
  readonly clientAddress?: string | null
  readonly userAgent?: string | null
  readonly locale?: string | null
}

/** The entrypoint `TokenVerifier`. */
export interface TokenVerifierBinding {
  /** At `strict`; `null` for every token that does not count. Throws an Error whose message is the code. */
  verifyToken(token: string): Promise<AuthTokenPayload | null>
  authenticate(token: string, options: { readonly freshness: Freshness }): Promise<PosternResult<Principal>>
  jwks(): Promise<PosternResult<KeySet>>
}

/** The entrypoint `AuthService`. */
export interface AuthServiceBinding extends TokenVerifierBinding {
  /** Throws an Error whose message is the code. */
  verifyPassword(password: string, hash: string, client?: SpokenFor): Promise<boolean>
  /** `null` for wrong credentials only. Throws an Error whose message is the code. */
  login(email: string, password: string, client?: SpokenFor): Promise<LoginResponse | null>
  getUser(id: string): Promise<PosternResult<ServiceUser>>
  revokeSession(id: string, client?: SpokenFor): Promise<PosternResult<{ readonly id: string }>>
}
