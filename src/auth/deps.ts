// What use cases are given to work with. compose.ts builds it once an isolate; nothing below knows where it comes from.
import type { LoginLimits } from '../objects/login-limits.ts'
import type { SessionCopies } from '../objects/session-copies.ts'
import type { SessionLedgers } from '../objects/session-ledgers.ts'
import type { BreachedPasswords } from '../platform/breached-passwords.ts'
import type { Clock } from '../platform/clock.ts'
import type { HashQueue } from '../platform/hash-queue.ts'
import type { HourlyMemory } from '../platform/hourly-memory.ts'
import type { Keyring } from '../platform/keyring.ts'
import type { Locale } from '../platform/locale.ts'
import type { Log } from '../platform/log.ts'
import type { MailTransport } from '../platform/mail.ts'
import type { PasswordHasher } from '../platform/password-hash.ts'
import type { Random } from '../platform/random.ts'
import type { RetryHint } from '../platform/retry-hint.ts'
import type { Turnstile } from '../platform/turnstile.ts'
import type { AccountChanges } from '../stores/account-changes.ts'
import type { AccountLinks } from '../stores/account-links.ts'
import type { AccountUndo } from '../stores/account-undo.ts'
import type { AuditFace } from '../stores/audit-event.ts'
import type { AuditEvents } from '../stores/audit-events.ts'
import type { CommonPasswords } from '../stores/common-passwords.ts'
import type { Deletions } from '../stores/deletions.ts'
import type { Erasures } from '../stores/erasures.ts'
import type { Imports } from '../stores/imports.ts'
import type { MailRequests } from '../stores/mail-requests.ts'
import type { ManagedAccounts } from '../stores/managed-accounts.ts'
import type { OperatorViews } from '../stores/operator-views.ts'
import type { Outbox } from '../stores/outbox.ts'
import type { RecoveryPoints } from '../stores/recovery-points.ts'
import type { Registrations } from '../stores/registrations.ts'
import type { Users } from '../stores/users.ts'
import type { AuthSettings } from './settings.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { StableKeys } from './stable-keys.ts'

export interface Deps {
  readonly settings: AuthSettings
  readonly users: Users
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
