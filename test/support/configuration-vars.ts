// Every var that is a number: its default and the bounds it may be set within, as README.md and wrangler.toml tell them.
import type { Config } from '../../src/config/config.ts'

export interface NumberVar {
  readonly name: string
  readonly fallback: number
  readonly min: number
  readonly max: number
  readonly read: (config: Config) => number
}

const DAY = 86_400

export const NUMBER_VARS: readonly NumberVar[] = [
  { name: 'ACCESS_TOKEN_TTL_SECONDS', fallback: 900, min: 60, max: DAY, read: (config) => config.accessTokenTtlSeconds },
  {
    name: 'STABLE_TOKEN_TTL_SECONDS',
    fallback: 3650 * DAY,
    min: 3600,
    max: 3650 * DAY,
    read: (config) => config.stableTokenTtlSeconds,
  },
  {
    name: 'SHARED_TOKEN_TTL_SECONDS',
    fallback: 7 * DAY,
    min: 60,
    max: 90 * DAY,
    read: (config) => config.sharedTokenTtlSeconds,
  },
  { name: 'SESSION_TTL_SECONDS', fallback: 30 * DAY, min: 60, max: 400 * DAY, read: (config) => config.sessionTtlSeconds },
  {
    name: 'SESSION_ABSOLUTE_TTL_SECONDS',
    fallback: 90 * DAY,
    min: 60,
    max: 400 * DAY,
    read: (config) => config.sessionAbsoluteTtlSeconds,
  },
  { name: 'REFRESH_GRACE_SECONDS', fallback: 60, min: 0, max: 600, read: (config) => config.refreshGraceSeconds },
  { name: 'VERIFICATION_TTL_SECONDS', fallback: DAY, min: 300, max: 7 * DAY, read: (config) => config.verificationTtlSeconds },
  {
    name: 'SIGNING_KEY_ROTATION_SECONDS',
    fallback: 30 * DAY,
    min: 3600,
    max: 400 * DAY,
    read: (config) => config.signingKeyRotationSeconds,
  },
  { name: 'JWKS_CACHE_SECONDS', fallback: 600, min: 60, max: 3600, read: (config) => config.jwksCacheSeconds },
  { name: 'AUDIT_RETENTION_DAYS', fallback: 365, min: 1, max: 3650, read: (config) => config.auditRetentionDays },
  { name: 'PASSWORD_MIN_LENGTH', fallback: 8, min: 8, max: 64, read: (config) => config.password.minLength },
  { name: 'PASSWORD_MAX_LENGTH', fallback: 256, min: 64, max: 1024, read: (config) => config.password.maxLength },
  {
    name: 'BREACHED_PASSWORDS_TIMEOUT_MS',
    fallback: 2000,
    min: 100,
    max: 30_000,
    read: (config) => config.breachedPasswordsTimeoutMilliseconds,
  },
  { name: 'MAX_PENDING_HASHES', fallback: 8, min: 1, max: 64, read: (config) => config.maxPendingHashes },
  { name: 'LIMIT_PAIR_FAILURES', fallback: 5, min: 1, max: 1000, read: ({ limits }) => limits.pairFailures },
  {
    name: 'LIMIT_ACCOUNT_FAILURES_PER_HOUR',
    fallback: 100,
    min: 1,
    max: 10_000,
    read: ({ limits }) => limits.accountFailuresPerHour,
  },
  {
    name: 'LIMIT_ADDRESS_FAILURES_PER_HOUR',
    fallback: 100,
    min: 1,
    max: 10_000,
    read: ({ limits }) => limits.addressFailuresPerHour,
  },
  {
    name: 'LIMIT_ADDRESS_HASHES_PER_MINUTE',
    fallback: 120,
    min: 1,
    max: 10_000,
    read: ({ limits }) => limits.addressHashesPerMinute,
  },
  {
    name: 'LIMIT_CALLER_FAILURES_PER_HOUR',
    fallback: 1000,
    min: 1,
    max: 100_000,
    read: ({ limits }) => limits.callerFailuresPerHour,
  },
  {
    name: 'LIMIT_CALLER_HASHES_PER_MINUTE',
    fallback: 600,
    min: 1,
    max: 100_000,
    read: ({ limits }) => limits.callerHashesPerMinute,
  },
  {
    name: 'LIMIT_REGISTRATIONS_PER_HOUR',
    fallback: 20,
    min: 1,
    max: 10_000,
    read: ({ limits }) => limits.addressRegistrationsPerHour,
  },
  { name: 'LIMIT_PIN_GUESSES_PER_HOUR', fallback: 10, min: 1, max: 1000, read: ({ limits }) => limits.pinGuessesPerHour },
  { name: 'PIN_DEAD_AFTER_FAILURES', fallback: 50, min: 1, max: 1000, read: ({ limits }) => limits.pinDeadAfterFailures },
  {
    name: 'LIMIT_MAILS_PER_REQUESTER_PER_HOUR',
    fallback: 5,
    min: 1,
    max: 1000,
    read: ({ limits }) => limits.mailsPerRequesterPerHour,
  },
  {
    name: 'LIMIT_MAILS_PER_RECIPIENT_PER_DAY',
    fallback: 20,
    min: 1,
    max: 1000,
    read: ({ limits }) => limits.mailsPerRecipientPerDay,
  },
  { name: 'STORE_TIMEOUT_MS', fallback: 5000, min: 100, max: 30_000, read: (config) => config.storeTimeoutMilliseconds },
]
