// The only place that builds everything from bindings. Tests build the same with another clock, chance or binding.
import { waitUntil } from 'cloudflare:workers'
import { type Admin, createAdmin } from './auth/admin/admin.ts'
import { type Auth, createAuth } from './auth/auth.ts'
import type { Deps } from './auth/deps.ts'
import { createSigningKeys } from './auth/signing-keys.ts'
import { createStableKeys } from './auth/stable-keys.ts'
import { type Config, isDevelopment, type MailConfig, parseConfig } from './config.ts'
import type { LimitPolicy } from './objects/limit-rules.ts'
import { DEFAULT_LIMIT_POLICY } from './objects/limit-rules.ts'
import type { LoginLimiterObject } from './objects/login-limiter.ts'
import { createLoginLimits } from './objects/login-limits.ts'
import { DEFAULT_PIN_POLICY, type PinPolicy } from './objects/pin-tallies.ts'
import { createSessionCopies } from './objects/session-copies.ts'
import type { SessionLedgerDependencies, SessionLedgerObject } from './objects/session-ledger.ts'
import { createSessionLedgers } from './objects/session-ledgers.ts'
import { createBreachedPasswords } from './platform/breached-passwords.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { HashQueue } from './platform/hash-queue.ts'
import { encodeHex } from './platform/hex.ts'
import { HourlyMemory } from './platform/hourly-memory.ts'
import { createKeyring, type Keyring } from './platform/keyring.ts'
import { consoleLog, type Log, reasonOf } from './platform/log.ts'
import { type MailTransport, mailboxTransport } from './platform/mail.ts'
import { createBindingTransport } from './platform/mail-binding.ts'
import { createHttpTransport } from './platform/mail-http.ts'
import { createSmtpTransport } from './platform/mail-smtp.ts'
import { createPasswordHasher } from './platform/password-hash.ts'
import { type Random, systemRandom } from './platform/random.ts'
import { RetryHint } from './platform/retry-hint.ts'
import romix from './platform/romix.wasm'
import { ScryptEngine } from './platform/scrypt.ts'
import { createTurnstile, type Turnstile } from './platform/turnstile.ts'
import { createAccountChanges } from './stores/account-changes.ts'
import { createAccountLinks } from './stores/account-links.ts'
import { createAccountUndo } from './stores/account-undo.ts'
import { createAuditEvents } from './stores/audit-events.ts'
import { createCommonPasswords } from './stores/common-passwords.ts'
import { createDatabase } from './stores/database.ts'
import { createDeletions } from './stores/deletions.ts'
import { createErasures } from './stores/erasures.ts'
import { createImports } from './stores/imports.ts'
import { createMailRequests } from './stores/mail-requests.ts'
import { createManagedAccounts } from './stores/managed-accounts.ts'
import { createOperatorViews } from './stores/operator-views.ts'
import { createOutbox } from './stores/outbox.ts'
import { createRecoveryPoints } from './stores/recovery-points.ts'
import { createRegistrations } from './stores/registrations.ts'
import { createSigningKeyStore } from './stores/signing-keys.ts'
import { createStableKeyStore } from './stores/stable-keys.ts'
import { createUsers } from './stores/users.ts'

/** What wrangler.toml binds; vars and secrets beside them are parseConfig's. */
export interface Bindings {
  readonly DB: D1Database
  readonly SESSIONS: KVNamespace
  readonly EMAIL: SendEmail
  readonly ASSETS: Fetcher
  readonly SESSION_LEDGER: DurableObjectNamespace<SessionLedgerObject>
  readonly LOGIN_LIMITER: DurableObjectNamespace<LoginLimiterObject>
}

export interface Service {
  readonly auth: Auth
  readonly admin: Admin
  readonly config: Config
  readonly log: Log
  /** To be called for each request: hashes in the same isolate make way for it. */
  readonly noteRequest: () => void
}

/** What tests put in place of the machine's. */
export interface Surroundings {
  readonly clock?: Clock
  readonly random?: Random
  readonly log?: Log
  readonly mail?: MailTransport
  readonly defer?: (work: Promise<unknown>) => void
  readonly sleep?: Deps['sleep']
}

/** Who hashes or waits is heard of every few milliseconds; a request that is silent for this long is gone. */
const HASH_LEASE_MILLISECONDS = 2_000

/** Less than the 30 seconds that work may go on after a reply; some mail servers take ten before they say a word. */
const MAIL_MILLISECONDS = 20_000

/** Some megabytes of an isolate at most. */
const REFUSALS_REMEMBERED = 10_000

/** @throws ConfigError */
export function compose(env: Bindings, surroundings: Surroundings = {}): Service {
  const config = parseConfig(env)
  const { clock = systemClock, random = systemRandom, log = consoleLog, sleep = systemSleep } = surroundings
  const deadlineMilliseconds = config.storeTimeoutMilliseconds
  const database = createDatabase(env.DB, deadlineMilliseconds)
  const keyring = createKeyring({
    current: config.authSecret,
    ...(config.authSecretPrevious === undefined ? {} : { previous: config.authSecretPrevious }),
  })
  const hashQueue = new HashQueue({
    limit: config.maxPendingHashes,
    leaseMilliseconds: HASH_LEASE_MILLISECONDS,
    now: Date.now,
    sleep: systemSleep,
  })
  const signingKeyStore = createSigningKeyStore(database, env.SESSIONS, deadlineMilliseconds)
  const deps: Deps = {
    settings: config,
    users: createUsers(database),
    commonPasswords: createCommonPasswords(database),
    registrations: createRegistrations(database),
    accountChanges: createAccountChanges(database),
    accountLinks: createAccountLinks(database),
    accountUndo: createAccountUndo(database),
    recoveryPoints: createRecoveryPoints(database),
    deletions: createDeletions(database),
    managedAccounts: createManagedAccounts(database),
    operatorViews: createOperatorViews(database),
    imports: createImports(database),
    erasures: createErasures(database),
    auditEvents: createAuditEvents(database),
    outbox: createOutbox(database),
    mailRequests: createMailRequests(database),
    stableKeys: createStableKeys({ store: createStableKeyStore(database), keyring, clock, random, log }),
    signingKeys: createSigningKeys({ store: signingKeyStore, keyring, settings: config, clock, random, log }),
    ledgers: createSessionLedgers(env.SESSION_LEDGER, { deadlineMilliseconds }),
    sessionCopies: createSessionCopies(env.SESSIONS, { deadlineMilliseconds }),
    limits: createLoginLimits({
      namespace: env.LOGIN_LIMITER,
      nameOf: (kind, text) => nameObject(keyring, `${kind}:${text}`),
      policy: limitPolicy(config),
      callerPolicy: callerPolicy(config),
      pinPolicy: pinPolicy(config),
      deadlineMilliseconds,
    }),
    hasher: createPasswordHasher(new ScryptEngine(romix)),
    hashQueue,
    breachedPasswords: createBreachedPasswords({
      url: config.breachedPasswordsUrl,
      deadlineMilliseconds: config.breachedPasswordsTimeoutMilliseconds,
      clock,
    }),
    turnstile: composeTurnstile(config),
    keyring,
    mail: surroundings.mail ?? mailTransport(config.mail, env.EMAIL),
    mailRetry: new RetryHint(),
    refusals: new HourlyMemory(REFUSALS_REMEMBERED),
    clock,
    random,
    log,
    sleep,
    defer: deferWith(surroundings.defer ?? waitUntil, log),
  }
  return { auth: createAuth(deps), admin: createAdmin(deps), config, log, noteRequest: () => hashQueue.noteRequest() }
}

/** A file of this worker's own, from the assets it was deployed with. */
export function fetchAsset(env: Bindings, path: string): Promise<Response> {
  return env.ASSETS.fetch(new URL(path, 'https://assets.local'))
}

/** What a SessionLedger object works with. */
export function composeLedger(env: Bindings): SessionLedgerDependencies {
  return { copies: env.SESSIONS, clock: systemClock }
}

export { isDevelopment }

function mailTransport(config: MailConfig, binding: SendEmail): MailTransport {
  switch (config.transport) {
    case 'mailbox':
      return mailboxTransport
    case 'binding':
      return createBindingTransport(binding, MAIL_MILLISECONDS)
    case 'http':
      return createHttpTransport(config.service, MAIL_MILLISECONDS)
    case 'smtp':
      return createSmtpTransport(config.server, MAIL_MILLISECONDS)
  }
}

function limitPolicy({ limits }: Config): LimitPolicy {
  const { pair, account, address, hashes, registrations } = DEFAULT_LIMIT_POLICY
  return {
    ...DEFAULT_LIMIT_POLICY,
    pair: { ...pair, freeAttempts: limits.pairFailures },
    account: { ...account, quota: limits.accountFailuresPerHour },
    address: { ...address, quota: limits.addressFailuresPerHour },
    hashes: { ...hashes, quota: limits.addressHashesPerMinute },
    registrations: { ...registrations, quota: limits.addressRegistrationsPerHour },
  }
}

function pinPolicy(config: Config): PinPolicy {
  const { account, exemptForSeconds } = DEFAULT_PIN_POLICY
  return {
    ...limitPolicy(config),
    account: { ...account, quota: config.limits.pinGuessesPerHour },
    exemptForSeconds,
    deadAfterFailures: config.limits.pinDeadAfterFailures,
  }
}

/** A worker that signs people in stands where an address stands otherwise, for all its people together. */
function callerPolicy(config: Config): LimitPolicy {
  const { address, hashes, ...others } = limitPolicy(config)
  const { callerFailuresPerHour, callerHashesPerMinute } = config.limits
  return { ...others, address: { ...address, quota: callerFailuresPerHour }, hashes: { ...hashes, quota: callerHashesPerMinute } }
}

function composeTurnstile(config: Config): Turnstile | null {
  const { turnstileSecret: secret, turnstileUrl: url, publicUrl, corsOrigins, storeTimeoutMilliseconds } = config
  if (secret === undefined) return null
  const hostnames = [publicUrl, ...corsOrigins].map((origin) => new URL(origin).hostname)
  return createTurnstile({ url, secret, hostnames, deadlineMilliseconds: storeTimeoutMilliseconds })
}

/** Keyed, so that neither an object's name nor its storage tells who signs in from where. */
async function nameObject(keyring: Keyring, text: string): Promise<string> {
  const hmac = await keyring.hmacKey('object-names')
  if (!hmac) throw new Error('Cannot name object: the current key is missing')
  const mac = await crypto.subtle.sign('HMAC', hmac.key, new TextEncoder().encode(text))
  return encodeHex(new Uint8Array(mac))
}

function systemSleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function deferWith(keepAlive: (work: Promise<unknown>) => void, log: Log): Deps['defer'] {
  return (work) =>
    keepAlive(
      work.catch((error: unknown) => {
        log('error', 'deferred work failed', { reason: reasonOf(error) })
      }),
    )
}
