// The only place that builds everything from bindings. Tests build the same with another clock, chance or binding.
import { waitUntil } from 'cloudflare:workers'
import { type Config, type MailConfig, parseConfig } from './config/config.ts'
import { warnOfUnknownVars } from './config/unknown-vars.ts'
import { createAdmin } from './core/admin/admin.ts'
import { createAuth } from './core/core.ts'
import type { Deps } from './core/kernel/deps.ts'
import { createSigningKeys } from './core/tokens/signing-keys.ts'
import { createStableKeys } from './core/tokens/stable-keys.ts'
import type { LimitPolicy } from './objects/login-limiter/limit-rules.ts'
import { DEFAULT_LIMIT_POLICY } from './objects/login-limiter/limit-rules.ts'
import { createLoginLimits } from './objects/login-limiter/login-limits.ts'
import { DEFAULT_PIN_POLICY, type PinPolicy } from './objects/login-limiter/pin-tallies.ts'
import { createSessionCopies } from './objects/session-ledger/session-copies.ts'
import type { SessionLedgerDependencies } from './objects/session-ledger/session-ledger.ts'
import { createSessionLedgers } from './objects/session-ledger/session-ledgers.ts'
import { encodeHex } from './platform/crypto/hex.ts'
import { createKeyring, type Keyring } from './platform/crypto/keyring.ts'
import { type Random, systemRandom } from './platform/crypto/random.ts'
import { HashQueue } from './platform/hashing/hash-queue.ts'
import { createPasswordHasher } from './platform/hashing/password-hash.ts'
import romix from './platform/hashing/romix.wasm'
import { ScryptEngine } from './platform/hashing/scrypt.ts'
import { type MailTransport, mailboxTransport } from './platform/mail/mail.ts'
import { createBindingTransport } from './platform/mail/mail-binding.ts'
import { createHttpTransport } from './platform/mail/mail-http.ts'
import { createSmtpTransport } from './platform/mail/mail-smtp.ts'
import { type Clock, systemClock } from './platform/runtime/clock.ts'
import { HourlyMemory } from './platform/runtime/hourly-memory.ts'
import { consoleLog, type Log, reasonOf } from './platform/runtime/log.ts'
import { RetryHint } from './platform/runtime/retry-hint.ts'
import { createBreachedPasswords } from './platform/services/breached-passwords.ts'
import { createTurnstile, type Turnstile } from './platform/services/turnstile.ts'
import type { Bindings, Service } from './service.ts'
import { createAccountChanges } from './stores/accounts/account-changes.ts'
import { createAccountLinks } from './stores/accounts/account-links.ts'
import { createAccountUndo } from './stores/accounts/account-undo.ts'
import { createCommonPasswords } from './stores/accounts/common-passwords.ts'
import { createCredentials } from './stores/accounts/credentials.ts'
import { createDeletions } from './stores/accounts/deletions.ts'
import { createErasures } from './stores/accounts/erasures.ts'
import { createImports } from './stores/accounts/imports.ts'
import { createManagedAccounts } from './stores/accounts/managed-accounts.ts'
import { createRecoveryPoints } from './stores/accounts/recovery-points.ts'
import { createRegistrations } from './stores/accounts/registrations.ts'
import { createUsers } from './stores/accounts/users.ts'
import { createAuditEvents } from './stores/audit/audit-events.ts'
import { createOperatorViews } from './stores/audit/operator-views.ts'
import { createDatabase } from './stores/database.ts'
import { createSigningKeyStore } from './stores/keys/signing-keys.ts'
import { createStableKeyStore } from './stores/keys/stable-keys.ts'
import { createMailRequests } from './stores/mail/mail-requests.ts'
import { createMailedLinks } from './stores/mail/mailed-links.ts'
import { createOutbox } from './stores/mail/outbox.ts'

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
  const { clock = systemClock, random = systemRandom, log = consoleLog, sleep = systemSleep } = surroundings
  // Before anything is refused: what is missing may stand there under another name.
  warnOfUnknownVars(env, log)
  const config = parseConfig(env)
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
    credentials: createCredentials(database),
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
    mailedLinks: createMailedLinks(database),
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

/** What a SessionLedger object works with. */
export function composeLedger(env: Bindings): SessionLedgerDependencies {
  return { copies: env.SESSIONS, clock: systemClock }
}

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
