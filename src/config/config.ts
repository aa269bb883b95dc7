// What a deployment has set, as the service works with it: values of the table (variables.ts), and the rules that are about several of them.

import type { AuthSettings } from '../core/kernel/settings.ts'
import { findAdminKeyProblem } from '../platform/crypto/admin-key.ts'
import { findSecretProblem } from '../platform/crypto/keyring.ts'
import { isAffordable, isBelowFloor } from '../platform/hashing/password-hash.ts'
import { parseEmailAddress } from '../platform/identifiers/email-address.ts'
import { RESERVED_USERNAMES } from '../platform/identifiers/new-username.ts'
import { originOf } from '../platform/identifiers/origin.ts'
import { parseUsername } from '../platform/identifiers/username.ts'
import type { MailHttpService } from '../platform/mail/mail-http.ts'
import type { SmtpServer } from '../platform/mail/smtp-session.ts'
import { isTestSecret } from '../platform/services/turnstile.ts'
import { ConfigError, readChoice, readVariables } from './read-variables.ts'
import type { Values } from './variables.ts'

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

type SecretName = 'AUTH_SECRET' | 'AUTH_SECRET_PREVIOUS' | 'ADMIN_KEY' | 'ADMIN_KEY_PREVIOUS' | 'SHARED_TOKEN_SECRET'

/**
 * @param env vars and secrets as the runtime hands them over; anything else in it is ignored
 * @throws ConfigError naming the variable and the command or file that sets it
 */
export function parseConfig(env: object): Config {
  const environment = readChoice(env, 'ENVIRONMENT', ['production', 'development'])
  const isDevelopment = environment === 'development'
  const values = readVariables(env, isDevelopment)
  const scrypt = {
    ln: values.SCRYPT_LN,
    r: values.SCRYPT_R,
    p: values.SCRYPT_P,
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
  return {
    environment,
    publicUrl: publicUrl(values, isDevelopment),
    corsOrigins: origins(values, isDevelopment ? 'http://localhost:8080' : ''),
    authSecret: secret(values, 'AUTH_SECRET'),
    authSecretPrevious: values.AUTH_SECRET_PREVIOUS ? secret(values, 'AUTH_SECRET_PREVIOUS') : undefined,
    adminKeys: [
      ...(values.ADMIN_KEY ? [adminKey(values, 'ADMIN_KEY')] : []),
      ...(values.ADMIN_KEY_PREVIOUS ? [adminKey(values, 'ADMIN_KEY_PREVIOUS')] : []),
    ],
    signUp: values.SIGN_UP,
    unverifiedSignIn: values.UNVERIFIED_SIGN_IN,
    reservedUsernames: reservedUsernames(values),
    sessionFreshness: values.SESSION_FRESHNESS,
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    sharedTokenSecret: sharedTokenSecret(values),
    sharedTokenTtlSeconds: values.SHARED_TOKEN_TTL_SECONDS,
    userIds: values.USER_IDS,
    tokenProfileClaims: values.TOKEN_PROFILE_CLAIMS,
    refreshRotation: values.REFRESH_ROTATION,
    cookieAccessToken: values.COOKIE_ACCESS_TOKEN,
    stableTokenTtlSeconds: values.STABLE_TOKEN_TTL_SECONDS,
    sessionTtlSeconds: values.SESSION_TTL_SECONDS,
    sessionAbsoluteTtlSeconds: values.SESSION_ABSOLUTE_TTL_SECONDS,
    refreshGraceSeconds: values.REFRESH_GRACE_SECONDS,
    verificationTtlSeconds: values.VERIFICATION_TTL_SECONDS,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    signingKeyRotationSeconds: values.SIGNING_KEY_ROTATION_SECONDS,
    jwksCacheSeconds: values.JWKS_CACHE_SECONDS,
    password: { minLength: values.PASSWORD_MIN_LENGTH, maxLength: values.PASSWORD_MAX_LENGTH },
    breachedPasswords: values.BREACHED_PASSWORDS,
    breachedPasswordsUrl: serviceUrl(values, 'BREACHED_PASSWORDS_URL', 'https://api.pwnedpasswords.com/range', isDevelopment),
    breachedPasswordsTimeoutMilliseconds: values.BREACHED_PASSWORDS_TIMEOUT_MS,
    turnstileSecret: turnstileSecret(values, isDevelopment),
    turnstileUrl: serviceUrl(values, 'TURNSTILE_URL', 'https://challenges.cloudflare.com/turnstile/v0/siteverify', isDevelopment),
    scrypt,
    maxPendingHashes: values.MAX_PENDING_HASHES,
    mail: mail(values, isDevelopment),
    mailFrom: mailFrom(values, isDevelopment),
    defaultLocale: values.DEFAULT_LOCALE,
    limits: {
      pairFailures: values.LIMIT_PAIR_FAILURES,
      accountFailuresPerHour: values.LIMIT_ACCOUNT_FAILURES_PER_HOUR,
      addressFailuresPerHour: values.LIMIT_ADDRESS_FAILURES_PER_HOUR,
      addressHashesPerMinute: values.LIMIT_ADDRESS_HASHES_PER_MINUTE,
      callerFailuresPerHour: values.LIMIT_CALLER_FAILURES_PER_HOUR,
      callerHashesPerMinute: values.LIMIT_CALLER_HASHES_PER_MINUTE,
      addressRegistrationsPerHour: values.LIMIT_REGISTRATIONS_PER_HOUR,
      pinGuessesPerHour: values.LIMIT_PIN_GUESSES_PER_HOUR,
      pinDeadAfterFailures: values.PIN_DEAD_AFTER_FAILURES,
      mailsPerRequesterPerHour: values.LIMIT_MAILS_PER_REQUESTER_PER_HOUR,
      mailsPerRecipientPerDay: values.LIMIT_MAILS_PER_RECIPIENT_PER_DAY,
      mailsToRecipientPerDay: values.LIMIT_MAILS_TO_RECIPIENT_PER_DAY,
      mailsOfRequesterPerHour: values.LIMIT_MAILS_OF_REQUESTER_PER_HOUR,
      mailsPerSenderPerHour: values.LIMIT_MAILS_PER_SENDER_PER_HOUR,
    },
    storeTimeoutMilliseconds: values.STORE_TIMEOUT_MS,
  }
}

/** Cheap enough to ask before anything else: decides which routes exist and what CORS says, whatever else is wrong. */
export function isDevelopment(env: object): boolean {
  const { ENVIRONMENT } = env as Readonly<Record<string, unknown>>
  return typeof ENVIRONMENT === 'string' && ENVIRONMENT.trim() === 'development'
}

function secret(values: Values, name: SecretName): string {
  const value = values[name]
  const problem = findSecretProblem(value)
  if (problem || value === undefined) {
    throw new ConfigError(
      `${name} is ${problem ?? 'missing'}: it must be at least 32 random bytes. Set it with ` +
        `"openssl rand -base64 32 | npx wrangler secret put ${name}"; in development ${name === 'AUTH_SECRET' ? '"npm run dev" writes it to' : 'it stands in'} .dev.vars`,
    )
  }
  return value
}

/** Others know it: it must open nothing else. */
function sharedTokenSecret(values: Values): string | undefined {
  if (!values.SHARED_TOKEN_SECRET) return undefined
  const shared = secret(values, 'SHARED_TOKEN_SECRET')
  if (shared === values.AUTH_SECRET || shared === values.AUTH_SECRET_PREVIOUS) {
    throw new ConfigError(
      'SHARED_TOKEN_SECRET must not be AUTH_SECRET: others know it. Set another one with "npx wrangler secret put SHARED_TOKEN_SECRET"',
    )
  }
  return shared
}

function adminKey(values: Values, name: SecretName): string {
  const value = values[name]
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

function publicUrl(values: Values, isDevelopment: boolean): string {
  const value = values.PUBLIC_URL ?? (isDevelopment ? 'http://localhost:8787' : undefined)
  const howTo = 'Set it in deployment.toml under [vars], or with "npm run deploy -- --public-url https://auth.example.com"'
  if (value === undefined) throw new ConfigError(`PUBLIC_URL is missing. ${howTo}`)
  const origin = originOf(value)
  if (!origin) throw new ConfigError(`PUBLIC_URL must be an origin such as https://auth.example.com, without a path. ${howTo}`)
  if (!isDevelopment && !origin.startsWith('https://')) throw new ConfigError(`PUBLIC_URL must use https. ${howTo}`)
  return origin
}

function mail(values: Values, isDevelopment: boolean): MailConfig {
  const choices = ['binding', 'smtp', 'http', 'mailbox'] as const
  const transport = readChoice(values, 'MAIL_TRANSPORT', isDevelopment ? ['mailbox', ...choices] : choices)
  if (transport === 'smtp') return { transport, server: smtpServer(values) }
  if (transport === 'http') return { transport, service: mailHttpService(values, isDevelopment) }
  // There it would keep every mail where nobody reads it.
  if (transport === 'mailbox' && !isDevelopment) {
    throw new ConfigError('MAIL_TRANSPORT must not be mailbox in production. Set it in deployment.toml under [vars]')
  }
  return { transport }
}

function smtpServer(values: Values): SmtpServer {
  const host = values.SMTP_HOST ?? ''
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) {
    throw new ConfigError('SMTP_HOST must be a host name such as smtp.example.com. Set it in deployment.toml under [vars]')
  }
  const port = values.SMTP_PORT
  if (port === 25) throw new ConfigError('SMTP_PORT must not be 25, which Workers cannot reach: use 465 or 587')
  const tls = readChoice(values, 'SMTP_TLS', port === 587 ? ['starttls', 'implicit'] : ['implicit', 'starttls'])
  const [user, password] = [values.SMTP_USER, values.SMTP_PASSWORD]
  if (user === undefined && password === undefined) return { host, port, tls, credentials: null }
  if (user === undefined || password === undefined) {
    throw new ConfigError(
      'SMTP_USER and SMTP_PASSWORD go together. Set the one in deployment.toml under [vars], the other with "npx wrangler secret put SMTP_PASSWORD"',
    )
  }
  return { host, port, tls, credentials: { user, password } }
}

function mailHttpService(values: Values, isDevelopment: boolean): MailHttpService {
  const url = URL.parse(values.MAIL_HTTP_URL ?? 'https://api.resend.com/emails')
  const isEncrypted = url?.protocol === 'https:' || (isDevelopment && url?.protocol === 'http:')
  if (!url || !isEncrypted || url.username !== '' || url.password !== '') {
    throw new ConfigError(
      'MAIL_HTTP_URL must be an https address such as https://api.resend.com/emails. Set it in deployment.toml under [vars]',
    )
  }
  const key = values.MAIL_HTTP_KEY
  if (key === undefined || !/^[!-~]+$/.test(key)) {
    throw new ConfigError(
      `MAIL_HTTP_KEY is ${key === undefined ? 'missing' : 'not a key'}. Set it with "npx wrangler secret put MAIL_HTTP_KEY"`,
    )
  }
  return { url: url.href, key }
}

function mailFrom(values: Values, isDevelopment: boolean): string {
  const value = values.MAIL_FROM
  if (value === undefined) return `postern@${new URL(publicUrl(values, isDevelopment)).hostname}`
  const address = parseEmailAddress(value)
  if (address === null) throw new ConfigError('MAIL_FROM must be one e-mail address. Set it in deployment.toml under [vars]')
  return address
}

function origins(values: Values, fallback: string): readonly string[] {
  const listed = (values.CORS_ORIGINS ?? fallback)
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
function reservedUsernames(values: Values): readonly string[] {
  const value = values.RESERVED_USERNAMES
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
function serviceUrl(
  values: Values,
  name: 'BREACHED_PASSWORDS_URL' | 'TURNSTILE_URL',
  fallback: string,
  isDevelopment: boolean,
): string {
  const url = (values[name] ?? fallback).replace(/\/+$/, '')
  const isServed = URL.canParse(url) && (isDevelopment ? /^https?:/ : /^https:/).test(url)
  if (!isServed || /[?#@]/.test(url)) {
    throw new ConfigError(`${name} must be a URL with https, without a query. Set it in deployment.toml under [vars]`)
  }
  return url
}

function turnstileSecret(values: Values, isDevelopment: boolean): string | undefined {
  const value = values.TURNSTILE_SECRET
  if (value !== undefined && !isDevelopment && isTestSecret(value)) {
    throw new ConfigError(
      'TURNSTILE_SECRET is one for testing, which takes any token. Set your widget\'s with "npx wrangler secret put TURNSTILE_SECRET"',
    )
  }
  return value === '' ? undefined : value
}
