// The only reader of vars and secrets. Turns the environment into plain numbers and strings once, and answers with the
// name of whatever is wrong and how to set it. Never logs a value.

import type { AuthSettings } from '../core/kernel/settings.ts'
import { findAdminKeyProblem } from '../platform/crypto/admin-key.ts'
import { findSecretProblem } from '../platform/crypto/keyring.ts'
import { isAffordable, isBelowFloor } from '../platform/hashing/password-hash.ts'
import { parseEmailAddress } from '../platform/identifiers/email-address.ts'
import { LOCALES } from '../platform/identifiers/locale.ts'
import { RESERVED_USERNAMES } from '../platform/identifiers/new-username.ts'
import { originOf } from '../platform/identifiers/origin.ts'
import { parseUsername } from '../platform/identifiers/username.ts'
import type { MailHttpService } from '../platform/mail/mail-http.ts'
import type { SmtpServer } from '../platform/mail/smtp-session.ts'
import { isTestSecret } from '../platform/services/turnstile.ts'

/** Everything a deployment can set. */
export interface Config extends AuthSettings {
  readonly environment: 'development' | 'production'
  readonly corsOrigins: readonly string[]
  readonly authSecret: string
  readonly authSecretPrevious: string | undefined
  readonly mail: MailConfig
  readonly maxPendingHashes: number
  /** Whether scripts of a page may read the access token of the cookie face. */
  readonly cookieAccessToken: 'hidden' | 'readable'
  readonly storeTimeoutMilliseconds: number
  readonly breachedPasswordsUrl: string
  readonly breachedPasswordsTimeoutMilliseconds: number
  /** Nobody is challenged without it. */
  readonly turnstileSecret: string | undefined
  readonly turnstileUrl: string
}

/** The way mail leaves, and what that way needs. */
export type MailConfig =
  | { readonly transport: 'binding' | 'mailbox' }
  | { readonly transport: 'smtp'; readonly server: SmtpServer }
  | { readonly transport: 'http'; readonly service: MailHttpService }

/** The environment cannot be served with: routes that need configuration answer 503 and the log says this message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const DAY = 86_400
const TEN_YEARS = 3650 * DAY

/**
 * @param env vars and secrets as the runtime hands them over; anything else in it is ignored
 * @throws ConfigError naming the variable and the command or file that sets it
 */
export function parseConfig(env: object): Config {
  const vars = env as Readonly<Record<string, unknown>>
  const environment = oneOf(vars, 'ENVIRONMENT', ['production', 'development'])
  const isDevelopment = environment === 'development'
  const scrypt = {
    ln: integer(vars, 'SCRYPT_LN', 15, 1, 20),
    r: integer(vars, 'SCRYPT_R', 8, 1, 32),
    p: integer(vars, 'SCRYPT_P', 3, 1, 16),
  }
  if (!isAffordable(scrypt)) {
    throw new ConfigError(
      'SCRYPT_LN, SCRYPT_R and SCRYPT_P cost too much: 2^ln·r·p must be at most 2^22, and less where 128·2^ln·r bytes are more than ' +
        '64 MiB. Set them in deployment.toml under [vars]',
    )
  }
  if (!isDevelopment && isBelowFloor(scrypt)) {
    throw new ConfigError(
      'SCRYPT_LN, SCRYPT_R and SCRYPT_P are weaker than OWASP allows. Set them in deployment.toml under [vars], or leave them out',
    )
  }
  const minLength = integer(vars, 'PASSWORD_MIN_LENGTH', 8, isDevelopment ? 1 : 8, 64)
  return {
    environment,
    publicUrl: publicUrl(vars, isDevelopment),
    corsOrigins: origins(vars, isDevelopment ? 'http://localhost:8080' : ''),
    authSecret: secret(vars, 'AUTH_SECRET'),
    authSecretPrevious: vars.AUTH_SECRET_PREVIOUS ? secret(vars, 'AUTH_SECRET_PREVIOUS') : undefined,
    adminKeys: [
      ...(vars.ADMIN_KEY ? [adminKey(vars, 'ADMIN_KEY')] : []),
      ...(vars.ADMIN_KEY_PREVIOUS ? [adminKey(vars, 'ADMIN_KEY_PREVIOUS')] : []),
    ],
    signUp: oneOf(vars, 'SIGN_UP', ['open', 'closed']),
    unverifiedSignIn: oneOf(vars, 'UNVERIFIED_SIGN_IN', ['refuse', 'allow']),
    reservedUsernames: reservedUsernames(vars),
    sessionFreshness: oneOf(vars, 'SESSION_FRESHNESS', ['strict', 'edge', 'token']),
    accessTokenTtlSeconds: integer(vars, 'ACCESS_TOKEN_TTL_SECONDS', 15 * 60, 60, DAY),
    sharedTokenSecret: sharedTokenSecret(vars),
    sharedTokenTtlSeconds: integer(vars, 'SHARED_TOKEN_TTL_SECONDS', 7 * DAY, 60, 90 * DAY),
    userIds: oneOf(vars, 'USER_IDS', ['uuid', 'number']),
    tokenProfileClaims: oneOf(vars, 'TOKEN_PROFILE_CLAIMS', ['on', 'off']),
    refreshRotation: oneOf(vars, 'REFRESH_ROTATION', ['rotate', 'keep']),
    cookieAccessToken: oneOf(vars, 'COOKIE_ACCESS_TOKEN', ['hidden', 'readable']),
    stableTokenTtlSeconds: integer(vars, 'STABLE_TOKEN_TTL_SECONDS', TEN_YEARS, 3600, TEN_YEARS),
    sessionTtlSeconds: integer(vars, 'SESSION_TTL_SECONDS', 30 * DAY, 60, 400 * DAY),
    sessionAbsoluteTtlSeconds: integer(vars, 'SESSION_ABSOLUTE_TTL_SECONDS', 90 * DAY, 60, 400 * DAY),
    refreshGraceSeconds: integer(vars, 'REFRESH_GRACE_SECONDS', 60, 0, 600),
    verificationTtlSeconds: integer(vars, 'VERIFICATION_TTL_SECONDS', DAY, 300, 7 * DAY),
    auditRetentionDays: integer(vars, 'AUDIT_RETENTION_DAYS', 365, 1, 3650),
    signingKeyRotationSeconds: integer(vars, 'SIGNING_KEY_ROTATION_SECONDS', 30 * DAY, 3600, 400 * DAY),
    jwksCacheSeconds: integer(vars, 'JWKS_CACHE_SECONDS', 600, 60, 3600),
    password: { minLength, maxLength: integer(vars, 'PASSWORD_MAX_LENGTH', 256, 64, 1024) },
    breachedPasswords: oneOf(vars, 'BREACHED_PASSWORDS', ['off', 'open', 'closed']),
    breachedPasswordsUrl: serviceUrl(vars, 'BREACHED_PASSWORDS_URL', 'https://api.pwnedpasswords.com/range', isDevelopment),
    breachedPasswordsTimeoutMilliseconds: integer(vars, 'BREACHED_PASSWORDS_TIMEOUT_MS', 2000, 100, 30_000),
    turnstileSecret: turnstileSecret(vars, isDevelopment),
    turnstileUrl: serviceUrl(vars, 'TURNSTILE_URL', 'https://challenges.cloudflare.com/turnstile/v0/siteverify', isDevelopment),
    scrypt,
    maxPendingHashes: integer(vars, 'MAX_PENDING_HASHES', 8, 1, 64),
    mail: mail(vars, isDevelopment),
    mailFrom: mailFrom(vars, isDevelopment),
    defaultLocale: oneOf(vars, 'DEFAULT_LOCALE', LOCALES),
    limits: {
      pairFailures: integer(vars, 'LIMIT_PAIR_FAILURES', 5, 1, 1000),
      accountFailuresPerHour: integer(vars, 'LIMIT_ACCOUNT_FAILURES_PER_HOUR', 100, 1, 10_000),
      addressFailuresPerHour: integer(vars, 'LIMIT_ADDRESS_FAILURES_PER_HOUR', 100, 1, 10_000),
      addressHashesPerMinute: integer(vars, 'LIMIT_ADDRESS_HASHES_PER_MINUTE', 120, 1, 10_000),
      callerFailuresPerHour: integer(vars, 'LIMIT_CALLER_FAILURES_PER_HOUR', 1000, 1, 100_000),
      callerHashesPerMinute: integer(vars, 'LIMIT_CALLER_HASHES_PER_MINUTE', 600, 1, 100_000),
      addressRegistrationsPerHour: integer(vars, 'LIMIT_REGISTRATIONS_PER_HOUR', 20, 1, 10_000),
      pinGuessesPerHour: integer(vars, 'LIMIT_PIN_GUESSES_PER_HOUR', 10, 1, 1000),
      pinDeadAfterFailures: integer(vars, 'PIN_DEAD_AFTER_FAILURES', 50, 1, 1000),
      mailsPerRequesterPerHour: integer(vars, 'LIMIT_MAILS_PER_REQUESTER_PER_HOUR', 5, 1, 1000),
      mailsPerRecipientPerDay: integer(vars, 'LIMIT_MAILS_PER_RECIPIENT_PER_DAY', 20, 1, 1000),
      mailsToRecipientPerDay: integer(vars, 'LIMIT_MAILS_TO_RECIPIENT_PER_DAY', 100, 1, 10_000),
      mailsOfRequesterPerHour: integer(vars, 'LIMIT_MAILS_OF_REQUESTER_PER_HOUR', 60, 1, 10_000),
      mailsPerSenderPerHour: integer(vars, 'LIMIT_MAILS_PER_SENDER_PER_HOUR', 10, 1, 1000),
    },
    storeTimeoutMilliseconds: integer(vars, 'STORE_TIMEOUT_MS', 5000, 100, 30_000),
  }
}

/** Cheap enough to ask before anything else: decides which routes exist and what CORS says, whatever else is wrong. */
export function isDevelopment(env: object): boolean {
  const { ENVIRONMENT } = env as Readonly<Record<string, unknown>>
  return typeof ENVIRONMENT === 'string' && ENVIRONMENT.trim() === 'development'
}

function text(vars: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = vars[name]
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string') return value.trim()
  // `[vars]` may hold numbers and booleans; a binding under this name is a mistake.
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new ConfigError(`${name} is not text. Set it in deployment.toml under [vars]`)
}

function integer(vars: Readonly<Record<string, unknown>>, name: string, fallback: number, min: number, max: number): number {
  const value = text(vars, name)
  if (value === undefined) return fallback
  if (!/^\d{1,12}$/.test(value) || Number(value) < min || Number(value) > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}. Set it in deployment.toml under [vars]`)
  }
  return Number(value)
}

/** The first of `choices` is the default. */
function oneOf<const T extends string>(vars: Readonly<Record<string, unknown>>, name: string, choices: readonly [T, ...T[]]): T {
  const value = text(vars, name)
  if (value === undefined) return choices[0]
  const chosen = choices.find((choice) => choice === value)
  if (!chosen) throw new ConfigError(`${name} must be one of ${choices.join(', ')}. Set it in deployment.toml under [vars]`)
  return chosen
}

function secret(vars: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(vars, name)
  const problem = findSecretProblem(value)
  if (problem || value === undefined) {
    throw new ConfigError(
      `${name} is ${problem ?? 'missing'}: it must be at least 32 random bytes. Set it with ` +
        `"openssl rand -base64 32 | npx wrangler secret put ${name}"; in development "npm run dev" writes it to .dev.vars`,
    )
  }
  return value
}

/** Others know it: it must open nothing else. */
function sharedTokenSecret(vars: Readonly<Record<string, unknown>>): string | undefined {
  if (!vars.SHARED_TOKEN_SECRET) return undefined
  const shared = secret(vars, 'SHARED_TOKEN_SECRET')
  if (shared === text(vars, 'AUTH_SECRET') || shared === text(vars, 'AUTH_SECRET_PREVIOUS')) {
    throw new ConfigError(
      'SHARED_TOKEN_SECRET must not be AUTH_SECRET: others know it. Set another one with "npx wrangler secret put SHARED_TOKEN_SECRET"',
    )
  }
  return shared
}

function adminKey(vars: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(vars, name)
  const problem = findAdminKeyProblem(value ?? '')
  if (problem || value === undefined) {
    throw new ConfigError(
      `${name} is ${problem ?? 'missing'}: it must be padm_ and at least 32 random bytes in base64url. Set it with ` +
        `"echo padm_$(openssl rand -base64 32 | tr '+/' '-_' | tr -d =) | npx wrangler secret put ${name}"; ` +
        `in development "npm run dev" writes it to .dev.vars`,
    )
  }
  return value
}

function publicUrl(vars: Readonly<Record<string, unknown>>, isDevelopment: boolean): string {
  const value = text(vars, 'PUBLIC_URL') ?? (isDevelopment ? 'http://localhost:8787' : undefined)
  const howTo = 'Set it in deployment.toml under [vars], or with "npm run deploy -- --public-url https://auth.example.com"'
  if (value === undefined) throw new ConfigError(`PUBLIC_URL is missing. ${howTo}`)
  const origin = originOf(value)
  if (!origin) throw new ConfigError(`PUBLIC_URL must be an origin such as https://auth.example.com, without a path. ${howTo}`)
  if (!isDevelopment && !origin.startsWith('https://')) throw new ConfigError(`PUBLIC_URL must use https. ${howTo}`)
  return origin
}

function mail(vars: Readonly<Record<string, unknown>>, isDevelopment: boolean): MailConfig {
  const choices = ['binding', 'smtp', 'http', 'mailbox'] as const
  const transport = oneOf(vars, 'MAIL_TRANSPORT', isDevelopment ? ['mailbox', ...choices] : choices)
  if (transport === 'smtp') return { transport, server: smtpServer(vars) }
  if (transport === 'http') return { transport, service: mailHttpService(vars, isDevelopment) }
  // There it would keep every mail where nobody reads it.
  if (transport === 'mailbox' && !isDevelopment) {
    throw new ConfigError('MAIL_TRANSPORT must not be mailbox in production. Set it in deployment.toml under [vars]')
  }
  return { transport }
}

function smtpServer(vars: Readonly<Record<string, unknown>>): SmtpServer {
  const host = text(vars, 'SMTP_HOST') ?? ''
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) {
    throw new ConfigError('SMTP_HOST must be a host name such as smtp.example.com. Set it in deployment.toml under [vars]')
  }
  const port = integer(vars, 'SMTP_PORT', 465, 1, 65_535)
  if (port === 25) throw new ConfigError('SMTP_PORT must not be 25, which Workers cannot reach: use 465 or 587')
  const tls = oneOf(vars, 'SMTP_TLS', port === 587 ? ['starttls', 'implicit'] : ['implicit', 'starttls'])
  const [user, password] = [text(vars, 'SMTP_USER'), text(vars, 'SMTP_PASSWORD')]
  if (user === undefined && password === undefined) return { host, port, tls, credentials: null }
  if (user === undefined || password === undefined) {
    throw new ConfigError(
      'SMTP_USER and SMTP_PASSWORD go together. Set the one in deployment.toml under [vars], the other with "npx wrangler secret put SMTP_PASSWORD"',
    )
  }
  return { host, port, tls, credentials: { user, password } }
}

function mailHttpService(vars: Readonly<Record<string, unknown>>, isDevelopment: boolean): MailHttpService {
  const url = URL.parse(text(vars, 'MAIL_HTTP_URL') ?? 'https://api.resend.com/emails')
  const isEncrypted = url?.protocol === 'https:' || (isDevelopment && url?.protocol === 'http:')
  if (!url || !isEncrypted || url.username !== '' || url.password !== '') {
    throw new ConfigError(
      'MAIL_HTTP_URL must be an https address such as https://api.resend.com/emails. Set it in deployment.toml under [vars]',
    )
  }
  const key = text(vars, 'MAIL_HTTP_KEY')
  if (key === undefined || !/^[!-~]+$/.test(key)) {
    throw new ConfigError(
      `MAIL_HTTP_KEY is ${key === undefined ? 'missing' : 'not a key'}. Set it with "npx wrangler secret put MAIL_HTTP_KEY"`,
    )
  }
  return { url: url.href, key }
}

function mailFrom(vars: Readonly<Record<string, unknown>>, isDevelopment: boolean): string {
  const value = text(vars, 'MAIL_FROM')
  if (value === undefined) return `postern@${new URL(publicUrl(vars, isDevelopment)).hostname}`
  const address = parseEmailAddress(value)
  if (address === null) throw new ConfigError('MAIL_FROM must be one e-mail address. Set it in deployment.toml under [vars]')
  return address
}

function origins(vars: Readonly<Record<string, unknown>>, fallback: string): readonly string[] {
  const listed = (text(vars, 'CORS_ORIGINS') ?? fallback)
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
  for (const origin of listed) {
    if (originOf(origin) !== origin) {
      throw new ConfigError(
        'CORS_ORIGINS must be origins such as https://app.example.com, separated by commas. Set it in deployment.toml under [vars]',
      )
    }
  }
  return listed
}

/** Keys. A list takes the place of the default one; `none` is an empty one. */
function reservedUsernames(vars: Readonly<Record<string, unknown>>): readonly string[] {
  const value = text(vars, 'RESERVED_USERNAMES')
  if (value === undefined) return RESERVED_USERNAMES
  if (value === 'none') return []
  return value.split(',').map((name) => {
    const username = parseUsername(name.trim())
    if (!username) {
      throw new ConfigError(
        'RESERVED_USERNAMES must be usernames, separated by commas, or none. Set it in deployment.toml under [vars]',
      )
    }
    return username.key
  })
}

/** Of a service that is asked, without a slash at the end. What is asked there is not for everybody on the way. */
function serviceUrl(vars: Readonly<Record<string, unknown>>, name: string, fallback: string, isDevelopment: boolean): string {
  const url = (text(vars, name) ?? fallback).replace(/\/+$/, '')
  const isServed = URL.canParse(url) && (isDevelopment ? /^https?:/ : /^https:/).test(url)
  if (!isServed || /[?#@]/.test(url)) {
    throw new ConfigError(`${name} must be a URL with https, without a query. Set it in deployment.toml under [vars]`)
  }
  return url
}

function turnstileSecret(vars: Readonly<Record<string, unknown>>, isDevelopment: boolean): string | undefined {
  const value = text(vars, 'TURNSTILE_SECRET')
  if (value !== undefined && !isDevelopment && isTestSecret(value)) {
    throw new ConfigError(
      'TURNSTILE_SECRET is one for testing, which takes any token. Set your widget\'s with "npx wrangler secret put TURNSTILE_SECRET"',
    )
  }
  return value === '' ? undefined : value
}
