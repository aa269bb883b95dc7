// Which former addresses may take an account back. The first change of an address or username opens a window of seven days; every
// later one within it extends the window for all addresses that have a part in it. The oldest address outranks every other one.
// docs/account-lives.md has the rules as a table. Everything here is a part of the batch (D1's only transaction) of a change.
import { type SQL, sql } from 'drizzle-orm'
import type { Locale } from '../../platform/identifiers/locale.ts'
import type { Database } from '../database.ts'
import { finishRequest, isStillAsked } from '../mail/mail-requests.ts'
import { type MailCaps, type OutgoingMail, queueMail } from '../mail/outbox.ts'
import { type Row, readRow } from '../rows.ts'

/** Long enough for somebody who looks into the old mailbox once a week. */
export const RECOVERY_WINDOW_SECONDS = 7 * 86_400

/** How long a username that its account gave up stays that account's. */
export const USERNAME_HOLD_SECONDS = 30 * 86_400
/** Names that an account holds like this. */
const MOST_HELD = 5

/** What is open for an account. */
export interface RecoveryWindow {
  readonly oldestEmail: string
  readonly expiresAt: number
}

/** A mail to an address that may take the account back, with the link to do so. */
export interface Warning {
  readonly email: string
  readonly tokenHash: string
  readonly expiresAt: number
  readonly mail: OutgoingMail
}

/** An account that somebody else moved, or that was deleted, and that this address may take back before every other one. */
export interface ReservedAddress {
  readonly userId: string
  readonly email: string
  /** The address that the account has now, `null` where it was deleted. */
  readonly presentEmail: string | null
  readonly locale: Locale | null
  readonly expiresAt: number
}

/** An account that an address or a username was of, and may be again. */
export interface FormerOwner {
  /** What the account has now; `null` where it was deleted. */
  readonly presentEmail: string | null
  readonly presentUsername: string | null
  /** Whether the address comes before every other one: then nobody else gets an account with it. Of a username: true. */
  readonly isReserved: boolean
  readonly expiresAt: number
}

export interface RecoveryPoints {
  /** The accounts that an address may take back, as whoever looks into it is told: those first that it comes first for. */
  listFormerOwners(email: string, now: number): Promise<readonly FormerOwner[]>
  /** Who holds a username that no account has; `pending` for an address that registered. */
  findHolder(usernameKey: string, now: number): Promise<FormerOwner | { readonly pending: true; readonly expiresAt: number } | null>
  /** The account that an address without one may take back; `null` where there is none, or others come before it. */
  findReserved(email: string, now: number): Promise<ReservedAddress | null>
  /** Mails the way back once more, within the caps, as the answer to a request for mail. */
  remind(warning: Warning, userId: string, caps: MailCaps, requestId: string, now: number): Promise<void>
  /** `null` where nothing is open. */
  findWindow(userId: string, now: number): Promise<RecoveryWindow | null>
  /** Deletes at most `limit` rows whose time is over. */
  purge(now: number, limit: number): Promise<void>
}

export function createRecoveryPoints(database: Database): RecoveryPoints {
  return {
    async findWindow(userId, now) {
      const [row] = await database.ask(sql`
        SELECT email, expires_at FROM recovery_points WHERE user_id = ${userId} AND expires_at > ${now} ORDER BY rank LIMIT 1`)
      return row ? { oldestEmail: String(row.email), expiresAt: Number(row.expires_at) } : null
    },

    async listFormerOwners(email, now) {
      const rows = await database.ask(sql`
        SELECT users.email AS present_email, users.username AS present_username, kept.expires_at,
          kept.rank = 1 AND ${CAN_BE_TAKEN_BACK} AS is_reserved
        FROM recovery_points AS kept LEFT JOIN users ON users.id = kept.user_id
          LEFT JOIN deleted_accounts ON deleted_accounts.user_id = kept.user_id
        WHERE kept.email = ${email} AND kept.expires_at > ${now} AND coalesce(users.id, deleted_accounts.user_id) IS NOT NULL
          AND users.email IS NOT ${email}
        ORDER BY is_reserved DESC, kept.expires_at DESC`)
      return rows.map(readFormerOwner)
    },

    async findHolder(usernameKey, now) {
      const [row] = await database.ask(sql`
        SELECT username_claims.user_id, users.email AS present_email, users.username AS present_username,
          coalesce(deleted_accounts.due_at, username_claims.expires_at) AS expires_at, 1 AS is_reserved
        FROM username_claims LEFT JOIN users ON users.id = username_claims.user_id
          LEFT JOIN deleted_accounts ON deleted_accounts.user_id = username_claims.user_id
        WHERE username_claims.username_key = ${usernameKey} AND username_claims.expires_at > ${now}`)
      if (!row) return null
      return row.user_id === null ? { pending: true, expiresAt: Number(row.expires_at) } : readFormerOwner(row)
    },

    async findReserved(email, now) {
      const [row] = await database.ask(selectReserved(email, now))
      return readReserved(row)
    },

    async remind({ email, tokenHash, expiresAt, mail }, userId, caps, requestId, now) {
      await database.transact([
        queueMail(mail, caps, now, sql`${isReserved(sql`${email}`, now)} AND ${isStillAsked(requestId)}`),
        sql`
          INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
          SELECT ${tokenHash}, 'undo_email_change', ${email}, ${userId}, ${now}, ${expiresAt}
          WHERE EXISTS (SELECT 1 FROM outbox WHERE id = ${mail.id})`,
        finishRequest(requestId),
      ])
    },

    async purge(now, limit) {
      await database.ask(sql`
        DELETE FROM recovery_points WHERE rowid IN (SELECT rowid FROM recovery_points WHERE expires_at <= ${now} LIMIT ${limit})`)
    },
  }
}

/** Whether an address may take the account back. @param email a SQL value */
export function hasPoint(userId: SQL, email: SQL, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM recovery_points
    WHERE recovery_points.user_id = ${userId} AND recovery_points.email = ${email} AND recovery_points.expires_at > ${now})`
}

/**
 * Whether an address is kept for an account that it comes first to take back: while it is, nobody else gets an account with it, since
 * that would take the way back from it.
 * @param email a SQL value @param except an account that may have the address, as a SQL value
 */
export function isReserved(email: SQL, now: number, except: SQL = sql`''`): SQL {
  return sql`EXISTS (SELECT 1 FROM recovery_points AS kept WHERE kept.email = ${email} AND kept.rank = 1 AND kept.expires_at > ${now}
    AND kept.user_id <> ${except} AND ${CAN_BE_TAKEN_BACK})`
}

function readFormerOwner(row: Row): FormerOwner {
  const { is_reserved: isKept, ...owner } = row
  return { ...readRow<Omit<FormerOwner, 'isReserved'>>(owner), isReserved: isKept === 1 }
}

/** What the operator has disabled is the operator's. */
const CAN_BE_TAKEN_BACK = sql`(EXISTS (SELECT 1 FROM users AS moved WHERE moved.id = kept.user_id AND moved.disabled_at IS NULL)
  OR EXISTS (SELECT 1 FROM deleted_accounts AS gone WHERE gone.user_id = kept.user_id))`

export function selectReserved(email: string, now: number): SQL {
  return sql`
    SELECT kept.user_id, kept.email, kept.expires_at, users.email AS present_email,
      coalesce(users.locale, deleted_accounts.locale) AS locale
    FROM recovery_points AS kept LEFT JOIN users ON users.id = kept.user_id
      LEFT JOIN deleted_accounts ON deleted_accounts.user_id = kept.user_id
    WHERE kept.email = ${email} AND kept.rank = 1 AND kept.expires_at > ${now} AND ${CAN_BE_TAKEN_BACK} LIMIT 1`
}

export function readReserved(row: Row | undefined): ReservedAddress | null {
  if (!row) return null
  return {
    userId: String(row.user_id),
    email: String(row.email),
    presentEmail: row.present_email === null ? null : String(row.present_email),
    locale: row.locale as Locale | null,
    expiresAt: Number(row.expires_at),
  }
}

/**
 * To stand before the statement that changes `users`: the account's present address and username become a point, unless the
 * address has one already, and the window is extended for all.
 * @param userId a SQL value, `NULL` where the change does not happen
 * @param movesTo the address to come: one that may take the account back does so, and the addresses since it get nothing
 */
export function openWindow(userId: SQL, now: number, movesTo: SQL | null = null): SQL[] {
  const isReturn = movesTo === null ? sql`FALSE` : hasPoint(userId, movesTo, now)
  return [
    sql`DELETE FROM recovery_points WHERE user_id = ${userId} AND expires_at <= ${now}`,
    addPoint(userId, sql`${now + RECOVERY_WINDOW_SECONDS}`, sql`NOT ${isReturn}`),
    ...(movesTo === null ? [] : closeSince(userId, movesTo, now)),
    extendWindow(userId, now),
  ]
}

/** The account's present address may take it back from now on, if it could not before, as the last in rank. */
export function addPoint(userId: SQL, expiresAt: SQL, condition: SQL): SQL {
  return sql`
    INSERT INTO recovery_points (user_id, email, rank, username, username_key, expires_at)
    SELECT id, email, (SELECT coalesce(max(rank), 0) + 1 FROM recovery_points WHERE user_id = users.id),
      username, username_key, ${expiresAt}
    FROM users WHERE id = ${userId} AND ${condition} ON CONFLICT DO NOTHING`
}

export function extendWindow(userId: SQL, now: number): SQL {
  return sql`UPDATE recovery_points SET expires_at = ${now + RECOVERY_WINDOW_SECONDS} WHERE user_id = ${userId}`
}

/**
 * An address takes the account back, so that its point and those of the addresses since it are over, with their links.
 * @param except the hash of a link that is being spent: it still has to answer a repetition
 */
export function closeSince(userId: SQL, email: SQL, now: number, except: string | null = null): SQL[] {
  return [
    sql`
      DELETE FROM recovery_points WHERE user_id = ${userId} AND rank >= (
        SELECT rank FROM recovery_points WHERE user_id = ${userId} AND email = ${email} AND expires_at > ${now})`,
    sql`
      DELETE FROM one_time_tokens WHERE subject = ${userId} AND purpose = 'undo_email_change' AND hash IS NOT ${except}
        AND email NOT IN (SELECT email FROM recovery_points WHERE user_id = ${userId})`,
  ]
}

/** To stand behind `openWindow`: each warning goes out, with its link, if its address may take the account back. */
export function warn(userId: SQL, warnings: readonly Warning[], now: number): SQL[] {
  return warnings.flatMap(({ email, tokenHash, expiresAt, mail }) => [
    sql`
      INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
      SELECT ${tokenHash}, 'undo_email_change', email, user_id, ${now}, min(${expiresAt}, expires_at) FROM recovery_points
      WHERE user_id = ${userId} AND email = ${email} AND expires_at > ${now}`,
    queueMail(mail, null, now, sql`EXISTS (SELECT 1 FROM one_time_tokens WHERE hash = ${tokenHash})`),
  ])
}

/** Nobody may take the account back any more. */
export function closeWindow(userId: SQL): SQL[] {
  return [
    sql`DELETE FROM recovery_points WHERE user_id = ${userId}`,
    sql`DELETE FROM one_time_tokens WHERE subject = ${userId} AND purpose = 'undo_email_change'`,
  ]
}

/**
 * A username that the account has given up stays the account's for a while, unused. An account holds a few names like this, and the
 * one to be restored by an undo in any case, so that nobody can take it, and nobody can keep hundreds of names from others.
 * @param userId a SQL value, `NULL` where the change does not happen
 */
export function holdFormerUsernames(userId: SQL, now: number): SQL[] {
  const isGivenUp = sql`expires_at IS NULL AND email = (SELECT email FROM users WHERE id = ${userId})
    AND username_key IS NOT (SELECT username_key FROM users WHERE id = ${userId})`
  return [
    sql`
      UPDATE username_claims SET email = '', expires_at = ${now + USERNAME_HOLD_SECONDS}, user_id = ${userId}
      WHERE ${isGivenUp} AND (
        username_key IN (SELECT username_key FROM recovery_points WHERE user_id = ${userId})
        OR (SELECT count(*) FROM username_claims AS held WHERE held.user_id = ${userId} AND held.expires_at > ${now}) < ${MOST_HELD})`,
    sql`DELETE FROM username_claims WHERE ${isGivenUp}`,
  ]
}
