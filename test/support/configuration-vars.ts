// Every var that is a number, by the table of the configuration, and where the service finds it.
import type { Config } from '../../src/config/config.ts'
import { type IntegerVariable, VARIABLES } from '../../src/config/variables.ts'

export interface NumberVar extends Pick<IntegerVariable, 'fallback' | 'min' | 'max'> {
  readonly name: string
  readonly read: (config: Config) => number
}

type IntegerName = {
  [Name in keyof typeof VARIABLES]: (typeof VARIABLES)[Name] extends { readonly kind: 'integer' } ? Name : never
}[keyof typeof VARIABLES]

/** Of those with rules beside their bounds there are tests of their own. */
const WHERE: Readonly<
  Record<Exclude<IntegerName, 'SCRYPT_LN' | 'SCRYPT_R' | 'SCRYPT_P' | 'SMTP_PORT'>, (config: Config) => number>
> = {
  ACCESS_TOKEN_TTL_SECONDS: (config) => config.accessTokenTtlSeconds,
  STABLE_TOKEN_TTL_SECONDS: (config) => config.stableTokenTtlSeconds,
  SHARED_TOKEN_TTL_SECONDS: (config) => config.sharedTokenTtlSeconds,
  SESSION_TTL_SECONDS: (config) => config.sessionTtlSeconds,
  SESSION_ABSOLUTE_TTL_SECONDS: (config) => config.sessionAbsoluteTtlSeconds,
  REFRESH_GRACE_SECONDS: (config) => config.refreshGraceSeconds,
  VERIFICATION_TTL_SECONDS: (config) => config.verificationTtlSeconds,
  SIGNING_KEY_ROTATION_SECONDS: (config) => config.signingKeyRotationSeconds,
  JWKS_CACHE_SECONDS: (config) => config.jwksCacheSeconds,
  AUDIT_RETENTION_DAYS: (config) => config.auditRetentionDays,
  PASSWORD_MIN_LENGTH: (config) => config.password.minLength,
  PASSWORD_MAX_LENGTH: (config) => config.password.maxLength,
  BREACHED_PASSWORDS_TIMEOUT_MS: (config) => config.breachedPasswordsTimeoutMilliseconds,
  MAX_PENDING_HASHES: (config) => config.maxPendingHashes,
  LIMIT_PAIR_FAILURES: ({ limits }) => limits.pairFailures,
  LIMIT_ACCOUNT_FAILURES_PER_HOUR: ({ limits }) => limits.accountFailuresPerHour,
  LIMIT_ADDRESS_FAILURES_PER_HOUR: ({ limits }) => limits.addressFailuresPerHour,
  LIMIT_ADDRESS_HASHES_PER_MINUTE: ({ limits }) => limits.addressHashesPerMinute,
  LIMIT_CALLER_FAILURES_PER_HOUR: ({ limits }) => limits.callerFailuresPerHour,
  LIMIT_CALLER_HASHES_PER_MINUTE: ({ limits }) => limits.callerHashesPerMinute,
  LIMIT_REGISTRATIONS_PER_HOUR: ({ limits }) => limits.addressRegistrationsPerHour,
  LIMIT_PIN_GUESSES_PER_HOUR: ({ limits }) => limits.pinGuessesPerHour,
  PIN_DEAD_AFTER_FAILURES: ({ limits }) => limits.pinDeadAfterFailures,
  LIMIT_MAILS_PER_REQUESTER_PER_HOUR: ({ limits }) => limits.mailsPerRequesterPerHour,
  LIMIT_MAILS_PER_RECIPIENT_PER_DAY: ({ limits }) => limits.mailsPerRecipientPerDay,
  LIMIT_MAILS_TO_RECIPIENT_PER_DAY: ({ limits }) => limits.mailsToRecipientPerDay,
  LIMIT_MAILS_OF_REQUESTER_PER_HOUR: ({ limits }) => limits.mailsOfRequesterPerHour,
  LIMIT_MAILS_PER_SENDER_PER_HOUR: ({ limits }) => limits.mailsPerSenderPerHour,
  STORE_TIMEOUT_MS: (config) => config.storeTimeoutMilliseconds,
}

export const NUMBER_VARS: readonly NumberVar[] = Object.entries(WHERE).map(([name, read]) => {
  const { fallback, min, max } = VARIABLES[name as keyof typeof WHERE]
  return { name, fallback, min, max, read }
})
