// The entrypoint `AdminService` from the other side of a service binding. Types only. What is answered has the names of the admin API,
// `/api/admin/openapi.json`; times are RFC 3339.
import type { PosternResult } from './bindings.ts'

export interface AdminUser {
  readonly id: string
  readonly email: string
  readonly username: string | null
  readonly first_name: string | null
  readonly last_name: string | null
  readonly email_verified: boolean
  readonly is_admin: boolean
  readonly role: 'admin' | 'user'
  readonly permissions: readonly string[]
  /** What `v1` calls the user with `USER_IDS=number`. */
  readonly number: number | null
  readonly external_id: string | null
  readonly locale: string | null
  readonly credentials: readonly ('password' | 'pin')[]
  readonly imported_factors: readonly string[]
  readonly created_at: string
  readonly updated_at: string
  readonly disabled_at: string | null
}

export interface AdminSession {
  readonly id: string
  readonly created_at: string
  readonly last_used_at: string
  readonly expires_at: string
  readonly ip: string
  readonly user_agent: string
  readonly amr: readonly string[]
}

export interface AdminRegistration {
  readonly id: string
  readonly email: string
  readonly username: string | null
  readonly ip: string
  readonly user_agent: string
  readonly created_at: string
  readonly expires_at: string
}

export interface AdminMail {
  readonly id: string
  readonly state: 'waiting' | 'sent' | 'dead'
  readonly to: string
  readonly purpose: string
  readonly attempts: number
  readonly reason: string | null
  readonly queued_at: string
  readonly sent_at: string | null
  readonly dead_at: string | null
  readonly next_attempt_at: string | null
  readonly expires_at: string | null
  readonly can_retry: boolean
}

export interface AdminEvent {
  readonly id: string
  readonly at: string
  readonly what: string
  readonly outcome: string
  readonly reason: string | null
  readonly user_id: string | null
  readonly email: string | null
  readonly session_id: string | null
  readonly actor: string
  readonly ip: string | null
  readonly user_agent: string | null
  readonly face: string
}

export interface AdminWaits {
  readonly failures: number
  readonly wait_seconds: number
  readonly waiting_addresses: number
  readonly longest_wait_seconds: number
}

export interface AdminStory {
  readonly user: AdminUser
  /** One sentence why, or `null`. */
  readonly cannot_sign_in: string | null
  readonly sessions: readonly AdminSession[]
  readonly registrations: readonly AdminRegistration[]
  readonly limits: {
    readonly email: AdminWaits
    readonly username: AdminWaits | null
    readonly addresses: readonly { readonly address: string; readonly wait_seconds: number }[]
    readonly pin: (AdminWaits & { readonly wrong_in_a_row: number; readonly is_locked: boolean }) | null
  }
  readonly recovery: { readonly oldest_email: string; readonly ends_at: string } | null
  readonly mails: readonly AdminMail[]
  readonly events: readonly AdminEvent[]
}

export interface NewAdminUser {
  readonly email: string
  readonly password: string
  readonly username?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly pin?: string
  readonly permissions?: readonly string[]
  readonly verified?: boolean
}

export interface AdminImportReport {
  readonly dry_run: boolean
  readonly imported: number
  readonly present: number
  readonly left_alone: readonly { readonly line: number; readonly message: string }[]
  readonly without_number: readonly { readonly line: number; readonly message: string }[]
  readonly not_imported: readonly { readonly line: number; readonly message: string }[]
}

type Id = { readonly id: string }
type Page = { readonly limit?: number }

/** With the right `admin-look` the methods that only look, with `admin` all of them. */
export interface AdminServiceBinding {
  listUsers(
    query?: Page & {
      readonly search?: string
      readonly username?: string
      readonly number?: number
      readonly state?: string
      readonly after?: string
    },
  ): Promise<PosternResult<{ readonly users: readonly AdminUser[]; readonly next: string | null }>>
  getUser(id: string): Promise<PosternResult<AdminStory>>
  createUser(form: NewAdminUser): Promise<PosternResult<AdminUser>>
  /** What is left out stays, `null` clears. */
  editUser(
    id: string,
    changes:
      | { readonly username?: string | null; readonly first_name?: string | null; readonly last_name?: string | null }
      | { readonly email: string; readonly verified?: boolean },
  ): Promise<PosternResult<AdminUser>>
  deleteUser(id: string): Promise<PosternResult<Id>>
  disableUser(id: string): Promise<PosternResult<Id>>
  enableUser(id: string): Promise<PosternResult<Id>>
  unlockUser(id: string): Promise<PosternResult<Id>>
  signOutUser(id: string): Promise<PosternResult<Id>>
  setPassword(id: string, password: string): Promise<PosternResult<Id>>
  setPin(id: string, pin: string): Promise<PosternResult<Id>>
  sendReset(id: string): Promise<PosternResult<Id>>
  verifyUser(id: string): Promise<PosternResult<Id>>
  grantPermissions(id: string, permissions: readonly string[]): Promise<PosternResult<{ readonly permissions: readonly string[] }>>
  revokePermissions(id: string, permissions: readonly string[]): Promise<PosternResult<{ readonly permissions: readonly string[] }>>
  listSessions(id: string): Promise<PosternResult<{ readonly sessions: readonly AdminSession[] }>>
  endSession(id: string, sessionId: string): Promise<PosternResult<Id>>
  listRegistrations(query?: Page & { readonly search?: string }): Promise<
    PosternResult<{
      readonly registrations: readonly AdminRegistration[]
      readonly mails: readonly AdminMail[]
      readonly cannot_sign_in: string | null
    }>
  >
  listEvents(
    query?: Page & {
      readonly user?: string
      readonly what?: string
      readonly outcome?: string
      readonly since?: number
      readonly until?: number
      readonly after?: string
      readonly before?: string
    },
  ): Promise<PosternResult<{ readonly events: readonly AdminEvent[]; readonly next: string; readonly previous: string | null }>>
  listMails(
    query?: Page & { readonly state?: string; readonly before?: string },
  ): Promise<PosternResult<{ readonly mails: readonly AdminMail[] }>>
  retryMail(id: string): Promise<PosternResult<{ readonly to: string }>>
  /** @param lines JSON lines, as `POST /import` takes them */
  importUsers(
    lines: ReadableStream<Uint8Array> | string,
    options?: { readonly dry_run?: boolean },
  ): Promise<PosternResult<AdminImportReport>>
  /** JSON lines in the form of an import. */
  exportUsers(query?: { readonly after?: string }): Promise<PosternResult<ReadableStream<Uint8Array>>>
  readStats(query?: { readonly days?: number }): Promise<
    PosternResult<{
      readonly accounts: {
        readonly all: number
        readonly disabled: number
        readonly unverified: number
        readonly old_hashes: number
      }
      readonly days: readonly { readonly day: string; readonly counts: Readonly<Record<string, number>> }[]
    }>
  >
}
