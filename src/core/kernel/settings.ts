// What the use cases need to know of a deployment: rules and lifetimes, as plain values. Who reads them from where is
// config.ts' affair.

import type { ScryptParameters } from '../../platform/hashing/scrypt.ts'
import type { Locale } from '../../platform/identifiers/locale.ts'

export type Freshness = 'token' | 'edge' | 'strict'

export interface AuthSettings {
  /** Origin of this service as clients see it, without a slash at the end: issuer, audience and base of mailed links. */
  readonly publicUrl: string
  /** What an operator's program may send as a bearer token, today's first; none where only users with `systemAdmin` are operators. */
  readonly adminKeys: readonly string[]
  readonly signUp: 'open' | 'closed'
  /** Whether an account may be signed in to whose address is not proven. */
  readonly unverifiedSignIn: 'refuse' | 'allow'
  /** Keys of usernames that nobody may choose. */
  readonly reservedUsernames: readonly string[]
  /** How fresh the session check of this worker's own reading routes is. */
  readonly sessionFreshness: Freshness
  readonly accessTokenTtlSeconds: number
  /** Shared with programs that verify `accessToken` themselves; absent where there are none. */
  readonly sharedTokenSecret: string | undefined
  readonly sharedTokenTtlSeconds: number
  /** What users are called on `v1`. */
  readonly userIds: 'uuid' | 'number'
  /** Whether access tokens say what their user is called. */
  readonly tokenProfileClaims: 'on' | 'off'
  /** Whether a refresh ends the tokens before it. */
  readonly refreshRotation: 'rotate' | 'keep'
  /** Life of a token of the `stable` face, and of its session. */
  readonly stableTokenTtlSeconds: number
  /** How far a sign-in or refresh moves a session's expiry. */
  readonly sessionTtlSeconds: number
  /** The end no refresh moves. */
  readonly sessionAbsoluteTtlSeconds: number
  readonly refreshGraceSeconds: number
  readonly verificationTtlSeconds: number
  /** How long the record keeps an event. */
  readonly auditRetentionDays: number
  readonly signingKeyRotationSeconds: number
  /** How long others may cache the JWKS; a new key is published twice this long before it signs. */
  readonly jwksCacheSeconds: number
  readonly password: { readonly minLength: number; readonly maxLength: number }
  /** Whether new passwords are looked up in breaches, and what becomes of them where nobody can say. */
  readonly breachedPasswords: 'off' | 'open' | 'closed'
  readonly scrypt: ScryptParameters
  readonly mailFrom: string
  /** Of mail to whoever has asked for no other language. */
  readonly defaultLocale: Locale
  readonly limits: {
    readonly pairFailures: number
    readonly accountFailuresPerHour: number
    readonly addressFailuresPerHour: number
    readonly addressHashesPerMinute: number
    /** Of another worker, which asks for many people at once. */
    readonly callerFailuresPerHour: number
    readonly callerHashesPerMinute: number
    readonly addressRegistrationsPerHour: number
    readonly pinGuessesPerHour: number
    readonly pinDeadAfterFailures: number
    readonly mailsPerRequesterPerHour: number
    readonly mailsPerRecipientPerDay: number
    readonly mailsToRecipientPerDay: number
    readonly mailsOfRequesterPerHour: number
    readonly mailsPerSenderPerHour: number
  }
}
