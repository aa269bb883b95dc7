// What the record of security-relevant acts says of one: a closed list of acts, and fields that never hold what could let
// anybody in, nor a text that somebody has typed.

/** `npm run audit -- --what` knows these, and docs/storage.md says when each is written. */
export const AUDIT_ACTS = [
  'registered',
  'verification_sent',
  'email_verified',
  'account_created',
  'sign_in',
  'signed_out',
  'session_revoked',
  'all_sessions_revoked',
  'refresh_token_reused',
  'reauthenticated',
  'password_check',
  'password_changed',
  'password_reset_requested',
  'password_reset',
  'email_change_requested',
  'email_changed',
  'email_change_undone',
  'profile_changed',
  'pin_set',
  'pin_removed',
  'pin_dead',
  'account_disabled',
  'account_enabled',
  'account_unlocked',
  'account_deletion_requested',
  'account_deleted',
  'permissions_changed',
  'accounts_exported',
  'signing_key_made',
  'mail_dead_lettered',
  'mail_retried',
] as const

export type AuditAct = (typeof AUDIT_ACTS)[number]

/** `failure`: a credential was wrong; `refused`: it was right, or was not judged, and would not do. */
export const AUDIT_OUTCOMES = ['success', 'failure', 'refused'] as const

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

/** By which way in: a face, a page behind a mailed link, a binding, or none of them. `cli`: the operator, of versions before 0.2. */
export type AuditFace = 'v1' | 'stable' | 'cookie' | 'page' | 'admin' | 'rpc' | 'cli' | 'system'

/** Who acted: `admin:` with a user's id, `worker:` with a caller's name; `anonymous` has proved nothing. */
export type AuditActor = 'user' | 'anonymous' | 'operator' | 'system' | `admin:${string}` | `worker:${string}`

export interface AuditEvent {
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly what: AuditAct
  readonly outcome: AuditOutcome
  /** In the service's own words. */
  readonly reason: string | null
  /** Whose account it is about; `null` where it is about none, or about none that exists. */
  readonly userId: string | null
  readonly sessionId: string | null
  readonly actor: AuditActor
  readonly ip: string | null
  readonly userAgent: string | null
  readonly face: AuditFace
}
