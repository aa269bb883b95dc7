// What use cases are given to work with. compose.ts builds it once an isolate; nothing below knows where it comes from.
import type { LoginLimits } from '../../objects/login-limiter/login-limits.ts'
import type { SessionCopies } from '../../objects/session-ledger/session-copies.ts'
import type { SessionLedgers } from '../../objects/session-ledger/session-ledgers.ts'
import type { Keyring } from '../../platform/crypto/keyring.ts'
import type { Random } from '../../platform/crypto/random.ts'
import type { HashQueue } from '../../platform/hashing/hash-queue.ts'
import type { PasswordHasher } from '../../platform/hashing/password-hash.ts'
import type { Locale } from '../../platform/identifiers/locale.ts'
import type { MailTransport } from '../../platform/mail/mail.ts'
import type { Clock } from '../../platform/runtime/clock.ts'
import type { HourlyMemory } from '../../platform/runtime/hourly-memory.ts'
import type { Log } from '../../platform/runtime/log.ts'
import type { RetryHint } from '../../platform/runtime/retry-hint.ts'
import type { BreachedPasswords } from '../../platform/services/breached-passwords.ts'
import type { Turnstile } from '../../platform/services/turnstile.ts'
import type { AccountChanges } from '../../stores/accounts/account-changes.ts'
import type { AccountLinks } from '../../stores/accounts/account-links.ts'
import type { AccountUndo } from '../../stores/accounts/account-undo.ts'
import type { CommonPasswords } from '../../stores/accounts/common-passwords.ts'
import type { Credentials } from '../../stores/accounts/credentials.ts'
import type { Deletions } from '../../stores/accounts/deletions.ts'
import type { Erasures } from '../../stores/accounts/erasures.ts'
import type { Imports } from '../../stores/accounts/imports.ts'
import type { ManagedAccounts } from '../../stores/accounts/managed-accounts.ts'
import type { RecoveryPoints } from '../../stores/accounts/recovery-points.ts'
import type { Registrations } from '../../stores/accounts/registrations.ts'
import type { Users } from '../../stores/accounts/users.ts'
import type { AuditFace } from '../../stores/audit/audit-event.ts'
import type { AuditEvents } from '../../stores/audit/audit-events.ts'
import type { OperatorViews } from '../../stores/audit/operator-views.ts'
import type { MailRequests } from '../../stores/mail/mail-requests.ts'
import type { MailedLinks } from '../../stores/mail/mailed-links.ts'
import type { Outbox } from '../../stores/mail/outbox.ts'
import type { SigningKeys, StableKeys } from './keys.ts'
import type { AuthSettings } from './settings.ts'

export interface Deps {
  readonly settings: AuthSettings
  readonly users: Users
  readonly credentials: Credentials
  readonly commonPasswords: CommonPasswords
  readonly registrations: Registrations
  readonly accountChanges: AccountChanges
  readonly accountLinks: AccountLinks
  readonly accountUndo: AccountUndo
  readonly recoveryPoints: RecoveryPoints
  readonly deletions: Deletions
  readonly managedAccounts: ManagedAccounts
  readonly operatorViews: OperatorViews
  readonly imports: Imports
  readonly erasures: Erasures
  readonly auditEvents: AuditEvents
  readonly outbox: Outbox
  readonly mailRequests: MailRequests
  readonly mailedLinks: MailedLinks
  readonly signingKeys: SigningKeys
  readonly stableKeys: StableKeys
  readonly ledgers: SessionLedgers
  readonly sessionCopies: SessionCopies
  readonly limits: LoginLimits
  readonly hasher: PasswordHasher
  readonly hashQueue: HashQueue
  readonly breachedPasswords: BreachedPasswords
  /** `null` where nobody is challenged. */
  readonly turnstile: Turnstile | null
  readonly keyring: Keyring
  readonly mail: MailTransport
  /** When mail that failed in this isolate is due again. */
  readonly mailRetry: RetryHint
  /** Attempts that a limit refused and that are on record for this hour. */
  readonly refusals: HourlyMemory
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Goes on with `work` after the reply; its failure is logged, not told. */
  readonly defer: (work: Promise<unknown>) => void
}

/** Use cases take what they work with first: for a table of them from which it is gone. */
export function bindTo(deps: Deps) {
  return <Args extends readonly unknown[], Answer>(act: (deps: Deps, ...args: Args) => Answer) =>
    (...args: Args): Answer =>
      act(deps, ...args)
}

/** Who asks: by what they show to prove it, and from where. */
export interface Caller {
  /** As the request carries it, of whatever kind; `null` where it carries none. */
  readonly token: string | null
  readonly client: Client
}

/** Where a request comes from, as far as anybody can tell. */
export interface Client {
  /** Normalised IP address, or `unknown`. */
  readonly address: string
  readonly userAgent: string
  /** By which way in it has come. */
  readonly face: AuditFace
  /** The language it asks for, where that is one of ours. */
  readonly locale?: Locale | null
  /** The worker that asks over a service binding, by name. Limits are counted for it where no address is known. */
  readonly caller?: string
  /** What a challenge was answered with, on routes that may ask for one. */
  readonly challengeToken?: string
}
