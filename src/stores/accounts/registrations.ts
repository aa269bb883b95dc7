// Pending registrations, the username claims they hold, and the one-time tokens that confirm them. Each change is one
// batch (D1's only transaction) in which every later statement is guarded by what the first one achieved.
import { type SQL, sql } from 'drizzle-orm'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent, forgetEventsOf, recordedUser } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { finishRequest, isStillAsked } from '../mail/mail-requests.ts'
import { type MailCaps, type OutgoingMail, queueMail } from '../mail/outbox.ts'
import { type ColumnNames, type Row, readColumns, readRow, selectColumns } from '../rows.ts'
import type { registrations, usernameClaims } from '../schema.ts'
import { ACCOUNT, type Account, readAccount } from './account.ts'
import { selectCommonPassword } from './common-passwords.ts'
import { isReserved, type ReservedAddress, readReserved, selectReserved } from './recovery-points.ts'
import { NO_PASSWORD_BEFORE } from './users.ts'

/** Without its password's hash, which only core/credentials looks at. */
export type Registration = Omit<typeof registrations.$inferSelect, 'passwordHash'>

const COLUMNS: ColumnNames<Registration> = {
  id: 'id',
  email: 'email',
  username: 'username',
  usernameKey: 'username_key',
  firstName: 'first_name',
  lastName: 'last_name',
  ip: 'ip',
  requester: 'requester',
  userAgent: 'user_agent',
  locale: 'locale',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
}

/** What to select from `registrations` for `readRegistration`. */
export const REGISTRATION: SQL = selectColumns('registrations', COLUMNS)

export function readRegistration(row: Row): Registration {
  return readColumns(row, COLUMNS)
}

type UsernameClaim = typeof usernameClaims.$inferSelect

const PURPOSE = 'verify_email'

/** What a mailed link leads to: a registration to confirm, or the account it has already become. */
export type Confirmable =
  | { readonly state: 'pending'; readonly registration: Registration }
  | { readonly state: 'confirmed'; readonly email: string }

export interface AskedRegistration {
  readonly email: string
  readonly usernameKey: string | null
  /** Of the password (`commonPasswordKey`). */
  readonly passwordKey: string
}

export interface FoundForRegistration {
  readonly account: Account | null
  /** Where the address has none, and comes first to take one back. */
  readonly reserved: ReservedAddress | null
  readonly usernameTaken: boolean
  readonly passwordIsCommon: boolean
}

export interface RegistrationLinkTarget {
  readonly tokenHash: string
  readonly purpose: 'verify_email' | 'prove_email' | 'undo_email_change'
  /** The registration, or the account. */
  readonly subject: string
  readonly expiresAt: number
}

export interface Registrations {
  /** What a registration would meet; all of it in one question. */
  lookUp(asked: AskedRegistration, now: number): Promise<FoundForRegistration>
  /**
   * Stores the registration, its claim on the username, its token, its mail and its event, all or nothing.
   * @param link confirms the registration; or proves the address of an account that has not proven it; or takes back the account
   *   that the address is kept for
   * @returns `false` when somebody else holds the username
   */
  create(
    registration: Registration,
    passwordHash: Secret,
    link: RegistrationLinkTarget,
    mail: OutgoingMail,
    event: AuditEvent,
    caps: MailCaps,
  ): Promise<boolean>
  /** The account of an address, and of its live registrations the requester's newest, else the newest. */
  findForResend(
    email: string,
    requester: string,
    now: number,
  ): Promise<{ account: Account | null; registration: Registration | null; isReserved: boolean }>
  /**
   * Gives a live registration a further link, which lasts as long as the registration, or mails that there is an account.
   * @returns whether a mail with the link is on its way
   */
  addLink(link: {
    readonly registrationId: string | null
    readonly email: string
    readonly tokenHash: string
    readonly mail: OutgoingMail
    readonly event: AuditEvent
    readonly caps: MailCaps
    readonly requestId: string
    readonly now: number
  }): Promise<boolean>
  findByToken(tokenHash: string, now: number): Promise<Confirmable | null>
  /**
   * Spends the token and makes its registration the account of its address; all other registrations and links of the
   * address die with it. The same token again within its life says the same.
   * @param nonce random; marks the spending that the rest of the batch belongs to
   * @param event of which only this can tell whose account it is
   * @param passwordHash of the password that replaces the registration's; `null` where that one stays
   * @returns whose account this has made, `spent` when it was made before, `null` when the token is unknown, expired, or its
   *   address has an account by another link
   */
  confirm(
    tokenHash: string,
    nonce: string,
    event: AuditEvent,
    now: number,
    passwordHash: Secret | null,
  ): Promise<{ readonly userId: string } | 'spent' | null>
  /** Deletes at most `limit` of each: registrations, claims and tokens past their time. */
  purge(now: number, limit: number): Promise<void>
}

export function createRegistrations(database: Database): Registrations {
  return {
    async lookUp({ email, usernameKey, passwordKey }, now) {
      const [accounts, claims, common, kept] = await database.transact([
        sql`SELECT ${ACCOUNT} FROM users WHERE email = ${email}`,
        sql`SELECT * FROM username_claims WHERE username_key = ${usernameKey}`,
        selectCommonPassword(passwordKey),
        selectReserved(email, now),
      ])
      const [account, claim] = [accounts?.results[0], claims?.results[0]]
      return {
        account: account ? readAccount(account) : null,
        reserved: account ? null : readReserved(kept?.results[0]),
        usernameTaken: claim !== undefined && !isFree(readRow(claim), email, now),
        passwordIsCommon: (common?.results.length ?? 0) > 0,
      }
    },

    async create(registration, passwordHash, link, mail, event, caps) {
      const { id, email, usernameKey, createdAt: now, expiresAt } = registration
      const isStored = sql`EXISTS (SELECT 1 FROM registrations WHERE id = ${id})`
      const [, stored] = await database.transact([
        sql`
            INSERT INTO username_claims (username_key, email, expires_at)
            SELECT ${usernameKey}, ${email}, ${expiresAt} WHERE ${usernameKey} IS NOT NULL
            ON CONFLICT (username_key) DO UPDATE
              SET email = excluded.email, expires_at = max(excluded.expires_at, expires_at), user_id = NULL
              WHERE expires_at IS NOT NULL AND (expires_at <= ${now} OR email = excluded.email)`,
        sql`
            INSERT INTO registrations
              (id, email, username, username_key, first_name, last_name, password_hash, ip, requester, user_agent, locale,
                created_at, expires_at)
            SELECT ${id}, ${email}, ${registration.username}, ${usernameKey}, ${registration.firstName}, ${registration.lastName},
              ${passwordHash}, ${registration.ip}, ${registration.requester}, ${registration.userAgent},
              ${registration.locale}, ${now}, ${expiresAt}
            WHERE ${usernameKey} IS NULL OR EXISTS (
              SELECT 1 FROM username_claims WHERE username_key = ${usernameKey} AND email = ${email} AND expires_at >= ${expiresAt})`,
        queueMail(mail, caps, now, isStored),
        // A link that no mail carries would only be rubbish: none is kept where a cap has held the mail back.
        sql`
            INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
            SELECT ${link.tokenHash}, ${link.purpose}, ${email}, ${link.subject}, ${now}, ${link.expiresAt}
            WHERE EXISTS (SELECT 1 FROM outbox WHERE id = ${mail.id})`,
        appendEvent(event, isStored),
      ])
      return (stored?.meta.changes ?? 0) > 0
    },

    async findForResend(email, requester, now) {
      const [accounts, pending, kept] = await database.transact([
        sql`SELECT ${ACCOUNT} FROM users WHERE email = ${email}`,
        sql`
          SELECT ${REGISTRATION} FROM registrations WHERE email = ${email} AND expires_at > ${now}
          ORDER BY requester IS ${requester} DESC, created_at DESC, rowid DESC LIMIT 1`,
        selectReserved(email, now),
      ])
      const [account] = accounts?.results ?? []
      const [row] = pending?.results ?? []
      return {
        account: account ? readAccount(account) : null,
        registration: row ? readRegistration(row) : null,
        isReserved: (kept?.results.length ?? 0) > 0,
      }
    },

    async addLink({ registrationId, email, tokenHash, mail, event, caps, requestId, now }) {
      const isLive = sql`EXISTS (SELECT 1 FROM registrations WHERE id = ${registrationId} AND expires_at > ${now})`
      const results = await database.transact([
        queueMail(mail, caps, now, sql`(${registrationId === null} OR ${isLive}) AND ${isStillAsked(requestId)}`),
        // A link that no mail carries would only be rubbish: none is kept where a cap has held the mail back.
        sql`
          INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
          SELECT ${tokenHash}, ${PURPOSE}, ${email}, id, ${now}, expires_at FROM registrations
          WHERE id = ${registrationId} AND expires_at > ${now} AND EXISTS (SELECT 1 FROM outbox WHERE id = ${mail.id})`,
        appendEvent(event, sql`${registrationId !== null} AND EXISTS (SELECT 1 FROM outbox WHERE id = ${mail.id})`),
        finishRequest(requestId),
      ])
      return recordedUser(results[2]) !== null
    },

    async findByToken(tokenHash, now) {
      const [row] = await database.ask(sql`
        SELECT spent_by, one_time_tokens.email AS link_email, users.id AS user_id,
          ${isReserved(sql`one_time_tokens.email`, now)} AS is_reserved, ${REGISTRATION}
        FROM one_time_tokens LEFT JOIN registrations ON registrations.id = subject
          LEFT JOIN users ON users.email = one_time_tokens.email
        WHERE hash = ${tokenHash} AND purpose = ${PURPOSE} AND one_time_tokens.expires_at > ${now}`)
      if (!row) return null
      if (row.spent_by !== null) return { state: 'confirmed', email: String(row.link_email) }
      return row.id !== null && row.user_id === null && !row.is_reserved
        ? { state: 'pending', registration: readRegistration(row) }
        : null
    },

    async confirm(tokenHash, nonce, event, now, passwordHash) {
      const spent = sql`SELECT subject FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by = ${nonce}`
      const provenEmail = sql`SELECT email FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by = ${nonce}`
      const results = await database.transact([
        sql`
            UPDATE one_time_tokens SET spent_by = ${nonce}, spent_at = ${now}
            WHERE hash = ${tokenHash} AND purpose = ${PURPOSE} AND spent_by IS NULL AND expires_at > ${now}
              AND EXISTS (SELECT 1 FROM registrations WHERE id = subject AND (username_key IS NULL OR EXISTS (
                SELECT 1 FROM username_claims WHERE username_claims.username_key = registrations.username_key
                  AND username_claims.email = registrations.email AND username_claims.expires_at IS NOT NULL)))
              AND NOT EXISTS (SELECT 1 FROM users WHERE users.email = one_time_tokens.email)
              AND NOT ${isReserved(sql`one_time_tokens.email`, now)}`,
        sql`
            INSERT INTO users (id, email, username, username_key, first_name, last_name, password_hash, locale,
              email_verified_at, created_at, updated_at)
            SELECT id, email, username, username_key, first_name, last_name, ${NO_PASSWORD_BEFORE}, locale,
              ${now}, ${now}, ${now}
            FROM registrations WHERE id = (${spent})`,
        sql`
            INSERT INTO credentials (user_id, kind, id, secret, created_at)
            SELECT id, 'password', '', coalesce(${passwordHash}, password_hash), ${now} FROM registrations WHERE id = (${spent})`,
        sql`
            UPDATE username_claims SET expires_at = NULL
            WHERE email = (${provenEmail}) AND username_key = (SELECT username_key FROM registrations WHERE id = (${spent}))`,
        // Claims of the other registrations are left to lapse: a name that became free at once would tell that its
        // address has just got an account.
        sql`
            DELETE FROM one_time_tokens WHERE email = (${provenEmail}) AND purpose = ${PURPOSE} AND spent_by IS NULL`,
        appendEvent(event, sql`EXISTS (${spent})`, sql`(${spent})`),
        forgetEventsOf(sql`SELECT id FROM registrations WHERE email = (${provenEmail}) AND id <> (${spent})`),
        sql`DELETE FROM registrations WHERE email = (${provenEmail})`,
        sql`SELECT spent_by FROM one_time_tokens WHERE hash = ${tokenHash} AND purpose = ${PURPOSE} AND expires_at > ${now}`,
      ])
      const userId = recordedUser(results[5])
      if (userId !== null) return { userId }
      return typeof results.at(-1)?.results[0]?.spent_by === 'string' ? 'spent' : null
    },

    async purge(now, limit) {
      const expired = sql`SELECT id FROM registrations WHERE expires_at <= ${now} ORDER BY expires_at, id LIMIT ${limit}`
      await database.transact([
        forgetEventsOf(expired),
        sql`DELETE FROM registrations WHERE id IN (${expired})`,
        sql`DELETE FROM one_time_tokens WHERE hash IN (SELECT hash FROM one_time_tokens WHERE expires_at <= ${now} LIMIT ${limit})`,
        sql`
          DELETE FROM username_claims WHERE username_key IN (
            SELECT username_key FROM username_claims WHERE expires_at <= ${now} LIMIT ${limit})`,
      ])
    },
  }
}

/**
 * A pending claim is shared by all registrations of its address; an account's claim is nobody else's, not even for the
 * account's own address, so that the answer does not tell whose it is.
 */
function isFree(claim: UsernameClaim, email: string, now: number): boolean {
  return claim.expiresAt !== null && (claim.expiresAt <= now || claim.email === email)
}
