// Every var and secret that a deployment can set: this table parses them, fills docs/reference/configuration.md and the comments of
// wrangler.toml (tools/build/configuration-docs.ts), and drives their tests. Rules that are about several of them are config.ts'.

import { LOCALES } from '../platform/identifiers/locale.ts'

interface Described {
  /** Markdown, without an end; links as from docs/reference. */
  readonly means: string
  /** What else bounds it. */
  readonly note?: string
}

export interface IntegerVariable extends Described {
  readonly kind: 'integer'
  readonly fallback: number
  readonly min: number
  readonly max: number
  readonly minInDevelopment?: number
}

/** The first of them is the default. */
export interface ChoiceVariable extends Described {
  readonly kind: 'choice'
  readonly choices: readonly [string, ...string[]]
}

/** What it may be is config.ts' affair. */
export interface TextVariable extends Described {
  readonly kind: 'text'
  readonly example: string
  /** What holds without it, as Markdown. */
  readonly unset: string
}

export interface SecretVariable extends Described {
  readonly kind: 'secret'
  readonly unset: string
}

export type Variable = IntegerVariable | ChoiceVariable | TextVariable | SecretVariable

const DAY = 86_400

export const VARIABLES = {
  AUTH_SECRET: {
    kind: 'secret',
    unset: 'none; `npm run dev` and `npm run deploy` make one',
    note: 'at least 43 characters, random (32 bytes in base64)',
    means: 'what every key is derived from: refresh tokens, seals over signing keys and waiting mail, names of limiters',
  },
  AUTH_SECRET_PREVIOUS: {
    kind: 'secret',
    unset: 'none',
    note: 'as above',
    means: 'the secret before, still accepted: see [rotation](../operations.md#rotating-auth_secret)',
  },
  ADMIN_KEY: {
    kind: 'secret',
    unset: 'none: only users with `systemAdmin` are operators; `npm run dev` makes one',
    means: "what operators' programs send to the [admin API](../faces.md#admin-api-adminv1): `padm_` and 32 random bytes",
  },
  ADMIN_KEY_PREVIOUS: { kind: 'secret', unset: 'none', means: 'the one before, while programs change over' },
  PUBLIC_URL: {
    kind: 'text',
    example: 'https://auth.example.com',
    unset: 'development: `http://localhost:8787`, follows `--port` and `--ip`; production: none, required',
    note: 'an origin without a path; https in production',
    means: 'the origin clients use: issuer and audience of tokens, start of mailed links',
  },
  CORS_ORIGINS: {
    kind: 'text',
    example: 'https://app.example.com',
    unset: 'development: `http://localhost:8080`, and but for the cookie face any of this machine; production: empty',
    note: 'origins',
    means: 'origins whose pages may call from a browser, separated by commas',
  },
  SIGN_UP: { kind: 'choice', choices: ['open', 'closed'], means: 'whether anybody may register' },
  UNVERIFIED_SIGN_IN: {
    kind: 'choice',
    choices: ['refuse', 'allow'],
    means: '`refuse` or `allow`: sign-in to an account whose address is not proven (imported, or made without `--verified`)',
  },
  RESERVED_USERNAMES: {
    kind: 'text',
    example: 'admin,support',
    unset: '`abuse`, `admin`, … `www`',
    means:
      'usernames that nobody may choose, separated by commas, in place of the default list (`src/platform/identifiers/new-username.ts`); `none` for none',
  },
  SESSION_FRESHNESS: {
    kind: 'choice',
    choices: ['strict', 'edge', 'token'],
    means: 'how fresh the check of the session is at `GET /me`: see [README](../../README.md#configuration)',
  },
  ACCESS_TOKEN_TTL_SECONDS: { kind: 'integer', fallback: 900, min: 60, max: DAY, means: 'life of an access token' },
  STABLE_TOKEN_TTL_SECONDS: {
    kind: 'integer',
    fallback: 3650 * DAY,
    min: 3600,
    max: 3650 * DAY,
    means: 'life of a token of the stable face, and of its session',
  },
  SHARED_TOKEN_SECRET: {
    kind: 'secret',
    unset: 'none: `accessToken` is `access_token` again',
    note: 'at least 43 characters of random text, not `AUTH_SECRET`',
    means:
      'shared with programs that verify `accessToken` themselves (HS256): see [clients as they are](../../README.md#clients-as-they-are)',
  },
  SHARED_TOKEN_TTL_SECONDS: { kind: 'integer', fallback: 7 * DAY, min: 60, max: 90 * DAY, means: 'life of such an `accessToken`' },
  USER_IDS: {
    kind: 'choice',
    choices: ['uuid', 'number'],
    means: '`number`: what `v1` calls a user, in `user.id` and in the claim `user_id`',
  },
  TOKEN_PROFILE_CLAIMS: { kind: 'choice', choices: ['on', 'off'], means: 'whether access tokens say first and last name' },
  REFRESH_ROTATION: {
    kind: 'choice',
    choices: ['rotate', 'keep'],
    means: '`keep`: refresh tokens that were replaced go on counting, and reuse ends nothing',
  },
  COOKIE_ACCESS_TOKEN: {
    kind: 'choice',
    choices: ['hidden', 'readable'],
    means: '`readable`: scripts of a page may read the cookie `accessToken`',
  },
  SESSION_TTL_SECONDS: {
    kind: 'integer',
    fallback: 30 * DAY,
    min: 60,
    max: 400 * DAY,
    means: "how far a sign-in or refresh moves a session's expiry",
  },
  SESSION_ABSOLUTE_TTL_SECONDS: { kind: 'integer', fallback: 90 * DAY, min: 60, max: 400 * DAY, means: 'the end no refresh moves' },
  REFRESH_GRACE_SECONDS: {
    kind: 'integer',
    fallback: 60,
    min: 0,
    max: 600,
    means: 'how long a spent refresh token is answered with its successor again, for lost answers and second tabs',
  },
  VERIFICATION_TTL_SECONDS: {
    kind: 'integer',
    fallback: DAY,
    min: 300,
    max: 7 * DAY,
    means: 'life of a mailed link, and of the registration behind it',
  },
  SIGNING_KEY_ROTATION_SECONDS: {
    kind: 'integer',
    fallback: 30 * DAY,
    min: 3600,
    max: 400 * DAY,
    means: 'age at which a signing key gets a successor',
  },
  JWKS_CACHE_SECONDS: { kind: 'integer', fallback: 600, min: 60, max: 3600, means: 'how long others may cache the public keys' },
  AUDIT_RETENTION_DAYS: {
    kind: 'integer',
    fallback: 365,
    min: 1,
    max: 3650,
    means: 'how long the [record of what happened](../operations.md#the-record) keeps an event',
  },
  PASSWORD_MIN_LENGTH: {
    kind: 'integer',
    fallback: 8,
    min: 8,
    max: 64,
    minInDevelopment: 1,
    means: 'shortest password for a registration',
  },
  PASSWORD_MAX_LENGTH: { kind: 'integer', fallback: 256, min: 64, max: 1024, means: 'longest password for a registration' },
  BREACHED_PASSWORDS: {
    kind: 'choice',
    choices: ['off', 'open', 'closed'],
    means: 'whether new passwords are looked up in a list of breached ones: see [below](../../README.md#breached-passwords)',
  },
  BREACHED_PASSWORDS_URL: {
    kind: 'text',
    example: 'https://api.pwnedpasswords.com/range',
    unset: '`https://api.pwnedpasswords.com/range`',
    note: 'a URL with https (in development http too), without a query',
    means: 'where, in the format of Have I Been Pwned; five digits of a hash are put behind it',
  },
  BREACHED_PASSWORDS_TIMEOUT_MS: { kind: 'integer', fallback: 2000, min: 100, max: 30_000, means: 'how long that may take' },
  TURNSTILE_SECRET: {
    kind: 'secret',
    unset: 'none: nobody is challenged',
    note: 'in production none of those for testing',
    means:
      'the secret of a Turnstile widget: registration, sign-in and forgotten passwords at `v1` ask for its token, see [below](../../README.md#turnstile)',
  },
  TURNSTILE_URL: {
    kind: 'text',
    example: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    unset: '`https://challenges.cloudflare.com/turnstile/v0/siteverify`',
    note: 'a URL with https (in development http too), without a query',
    means: 'where tokens are verified',
  },
  SCRYPT_LN: {
    kind: 'integer',
    fallback: 15,
    min: 1,
    max: 20,
    note: "2^ln·r·p at most 2^22, and less where 128·r·2^ln bytes do not fit 64 MiB; in production at least as strong as a row of OWASP's list",
    means: 'cost of a password hash: N is 2 to the power of it. Stored hashes that are weaker are made anew at the next sign-in',
  },
  SCRYPT_R: { kind: 'integer', fallback: 8, min: 1, max: 32, means: 'cost of a password hash: the size of a block' },
  SCRYPT_P: { kind: 'integer', fallback: 3, min: 1, max: 16, means: 'cost of a password hash: how often' },
  MAX_PENDING_HASHES: {
    kind: 'integer',
    fallback: 8,
    min: 1,
    max: 64,
    means: 'password hashes one isolate takes on at a time; past that 503',
  },
  MAIL_FROM: {
    kind: 'text',
    example: 'postern@auth.example.com',
    unset: '`postern@` and the host of `PUBLIC_URL`',
    means: 'sender of mail',
  },
  MAIL_TRANSPORT: {
    kind: 'text',
    example: 'binding',
    unset: 'production: `binding`; development: `mailbox`',
    note: '`binding`, `smtp`, `http`; in development also `mailbox`',
    means: 'how mail leaves: see [mail](../operations.md#mail)',
  },
  SMTP_HOST: {
    kind: 'text',
    example: 'smtp.example.com',
    unset: 'none',
    note: 'a host name',
    means: 'submission server, for `smtp`',
  },
  SMTP_PORT: { kind: 'integer', fallback: 465, min: 1, max: 65_535, note: 'not 25', means: 'its port' },
  SMTP_TLS: {
    kind: 'text',
    example: 'implicit',
    unset: '`implicit`; for port 587 `starttls`',
    note: '`implicit`, `starttls`',
    means: 'encrypted from the first byte, or by STARTTLS; there is no third way',
  },
  SMTP_USER: {
    kind: 'text',
    example: 'postern@example.com',
    unset: 'none: without signing in',
    note: 'with `SMTP_PASSWORD`',
    means: 'what to sign in to it with',
  },
  SMTP_PASSWORD: { kind: 'secret', unset: 'none', note: 'with `SMTP_USER`', means: 'the password of that' },
  MAIL_HTTP_URL: {
    kind: 'text',
    example: 'https://api.resend.com/emails',
    unset: '`https://api.resend.com/emails`',
    note: 'https; in development also http',
    means: 'where mail is posted to, for `http`',
  },
  MAIL_HTTP_KEY: { kind: 'secret', unset: 'none', note: 'visible ASCII', means: 'bearer key for it' },
  DEFAULT_LOCALE: {
    kind: 'choice',
    choices: LOCALES,
    means: 'language of mail, and of pages, to whoever has asked for no other',
  },
  LIMIT_PAIR_FAILURES: {
    kind: 'integer',
    fallback: 5,
    min: 1,
    max: 1000,
    means: 'wrong passwords for one account from one address before waits begin',
  },
  LIMIT_ACCOUNT_FAILURES_PER_HOUR: {
    kind: 'integer',
    fallback: 100,
    min: 1,
    max: 10_000,
    means: 'wrong passwords for one account from all addresses that have not signed in to it for 30 days',
  },
  LIMIT_ADDRESS_FAILURES_PER_HOUR: {
    kind: 'integer',
    fallback: 100,
    min: 1,
    max: 10_000,
    means: 'wrong passwords from one address for all accounts',
  },
  LIMIT_ADDRESS_HASHES_PER_MINUTE: {
    kind: 'integer',
    fallback: 120,
    min: 1,
    max: 10_000,
    means: 'password hashes one address may cause, right or wrong',
  },
  LIMIT_CALLER_FAILURES_PER_HOUR: {
    kind: 'integer',
    fallback: 1000,
    min: 1,
    max: 100_000,
    means: 'wrong passwords from one calling worker for all accounts',
  },
  LIMIT_CALLER_HASHES_PER_MINUTE: {
    kind: 'integer',
    fallback: 600,
    min: 1,
    max: 100_000,
    means: 'password hashes one calling worker may cause, right or wrong',
  },
  LIMIT_REGISTRATIONS_PER_HOUR: { kind: 'integer', fallback: 20, min: 1, max: 10_000, means: 'registrations from one address' },
  LIMIT_PIN_GUESSES_PER_HOUR: {
    kind: 'integer',
    fallback: 10,
    min: 1,
    max: 1000,
    means: "guesses of one account's PIN that are judged, from all addresses together",
  },
  PIN_DEAD_AFTER_FAILURES: {
    kind: 'integer',
    fallback: 50,
    min: 1,
    max: 1000,
    means: 'failures in a row after which a PIN is dead until its user signs in by password',
  },
  LIMIT_MAILS_PER_REQUESTER_PER_HOUR: {
    kind: 'integer',
    fallback: 5,
    min: 1,
    max: 1000,
    means: 'mails of one purpose to one mailbox, caused by one client address',
  },
  LIMIT_MAILS_PER_RECIPIENT_PER_DAY: {
    kind: 'integer',
    fallback: 20,
    min: 1,
    max: 1000,
    means:
      'mails of one purpose to one mailbox; beyond it each client address has its first one, and addresses the account was used from have theirs',
  },
  LIMIT_MAILS_TO_RECIPIENT_PER_DAY: {
    kind: 'integer',
    fallback: 100,
    min: 1,
    max: 10_000,
    means: 'mails to one mailbox in all, notices apart; a fifth of them is kept for addresses the account was used from',
  },
  LIMIT_MAILS_OF_REQUESTER_PER_HOUR: {
    kind: 'integer',
    fallback: 60,
    min: 1,
    max: 10_000,
    means: 'mails that one client address may cause, to whomever',
  },
  LIMIT_MAILS_PER_SENDER_PER_HOUR: {
    kind: 'integer',
    fallback: 10,
    min: 1,
    max: 1000,
    means: 'mails to other addresses that one account may cause; beyond it `/change-email` answers 429',
  },
  STORE_TIMEOUT_MS: {
    kind: 'integer',
    fallback: 5000,
    min: 100,
    max: 30_000,
    means: 'how long D1, KV, an object, mail or Turnstile may take to answer',
  },
} as const satisfies Readonly<Record<string, Variable>>

export type VariableName = keyof typeof VARIABLES

type ValueOf<V> = V extends { readonly kind: 'integer' }
  ? number
  : V extends { readonly kind: 'choice'; readonly choices: readonly (infer Choice)[] }
    ? Choice
    : string | undefined

/** What is set, or holds where nothing is: texts and secrets as they stand. */
export type Values = { readonly [Name in VariableName]: ValueOf<(typeof VARIABLES)[Name]> }
