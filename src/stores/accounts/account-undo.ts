// An address takes its account back: from whoever moved it, renamed it or deleted it since. One batch, spent by one statement.
import { type SQL, sql } from 'drizzle-orm'
import type { Locale } from '../../platform/identifiers/locale.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { type OutgoingMail, queueMail } from '../mail/outbox.ts'
import { insertLink, isSpent, moveAccount, type NewLink, spend, spentAddress, spentSubject } from './account-links.ts'
import { endCredentials, endLinks } from './credential-ends.ts'
import { closeSince, extendWindow, hasPoint, holdFormerUsernames, type Warning, warn } from './recovery-points.ts'
import { bumpEpoch, NO_PASSWORD_BEFORE } from './users.ts'

/** What a link that takes an account back leads to. */
export interface UndoLink {
  /** The address that takes the account back. */
  readonly email: string
  readonly isSpent: boolean
  readonly userId: string
  /** The address that the account has now, or had when it was deleted. */
  readonly presentEmail: string
  readonly locale: Locale | null
  /** The address that outranks the others; `null` where none is left. */
  readonly oldestEmail: string | null
}

export interface UndoTraces {
  readonly event: AuditEvent
  /** The way back in, mailed to the address that takes the account back. */
  readonly reset: NewLink & { readonly mail: OutgoingMail }
  /** To an older address, which may take the account back still. */
  readonly warnings: readonly Warning[]
  /** To the address that loses the account; `null` where it is the same. */
  readonly farewell: OutgoingMail | null
}

export interface AccountUndo {
  find(tokenHash: string, now: number): Promise<UndoLink | null>
  /**
   * Spends the link: the account is there again, with this address and the username it had at this address, and no credential,
   * session or mailed link of before is of use. The addresses since this one get nothing; older ones keep their right.
   * @param from the address the account has now; the link does not count when it is another one
   * @returns the new epoch, `spent` when this was done before, `null` when the link does not count
   */
  undo(tokenHash: string, nonce: string, from: string, traces: UndoTraces, now: number): Promise<number | 'spent' | null>
}

export function createAccountUndo(database: Database): AccountUndo {
  return {
    async find(tokenHash, now) {
      const [row] = await database.ask(sql`
        SELECT one_time_tokens.email, spent_by, subject, coalesce(users.email, deleted_accounts.email) AS present_email,
          coalesce(users.locale, deleted_accounts.locale) AS locale,
          (SELECT oldest.email FROM recovery_points AS oldest WHERE oldest.user_id = subject AND oldest.expires_at > ${now}
            ORDER BY oldest.rank LIMIT 1) AS oldest_email
        FROM one_time_tokens LEFT JOIN users ON users.id = subject LEFT JOIN deleted_accounts ON deleted_accounts.user_id = subject
        WHERE hash = ${tokenHash} AND purpose = 'undo_email_change' AND one_time_tokens.expires_at > ${now}
          AND (spent_by IS NOT NULL OR ${isOpen(now)})`)
      if (!row) return null
      return {
        email: String(row.email),
        isSpent: row.spent_by !== null,
        userId: String(row.subject),
        presentEmail: String(row.present_email),
        locale: row.locale as Locale | null,
        oldestEmail: row.oldest_email === null ? null : String(row.oldest_email),
      }
    },

    async undo(tokenHash, nonce, from, { event, reset, warnings, farewell }, now) {
      const user = sql`(${spentSubject(tokenHash, nonce)})`
      const address = sql`(${spentAddress(tokenHash, nonce)})`
      const isUndone = sql`EXISTS (${spentSubject(tokenHash, nonce)})`
      const results = await database.transact([
        spend(
          tokenHash,
          'undo_email_change',
          nonce,
          now,
          sql`${isOpen(now)} AND ${from} = coalesce(
            (SELECT users.email FROM users WHERE id = subject), (SELECT deleted_accounts.email FROM deleted_accounts WHERE user_id = subject))`,
        ),
        sql`UPDATE users SET ${bumpEpoch(now)}, updated_at = ${now} WHERE id = ${user}`,
        endCredentials(user),
        ...restoreDeleted(user, address, now),
        ...moveAccount(user, address, now),
        ...restoreUsername(user, address, now),
        ...closeSince(user, address, now, tokenHash),
        // An undo is a change, too: the older addresses have their whole time to answer it.
        extendWindow(user, now),
        ...warn(user, warnings, now),
        endLinks(user, tokenHash),
        ...(farewell ? [queueMail(farewell, null, now, isUndone)] : []),
        queueMail(reset.mail, null, now, isUndone),
        appendEvent(event, isUndone),
        sql`${insertLink(reset, 'reset_password', sql`email`, sql`id`, now)} FROM users WHERE id = ${user}`,
        sql`SELECT session_epoch FROM users WHERE id = ${user}`,
        isSpent(tokenHash, now),
      ])
      const epoch = results.at(-2)?.results[0]?.session_epoch
      if (typeof epoch === 'number') return epoch
      return results.at(-1)?.results.length === 1 ? 'spent' : null
    },
  }
}

/** Whether a row of `one_time_tokens` may take its account back. What the operator has disabled is the operator's. */
function isOpen(now: number): SQL {
  return sql`(${hasPoint(sql`subject`, sql`one_time_tokens.email`, now)}
    AND (EXISTS (SELECT 1 FROM users WHERE users.id = subject AND users.disabled_at IS NULL)
      OR EXISTS (SELECT 1 FROM deleted_accounts WHERE deleted_accounts.user_id = subject AND due_at > ${now}))
    AND NOT EXISTS (SELECT 1 FROM users WHERE users.email = one_time_tokens.email AND users.id <> subject))`
}

/** The epoch goes on from the one it had, so that no session of before lives. */
function restoreDeleted(user: SQL, address: SQL, now: number): SQL[] {
  return [
    sql`
      INSERT INTO users (id, email, username, username_key, first_name, last_name, password_hash, email_verified_at, locale,
        permissions, session_epoch, external_id, imported_factors, created_at, updated_at)
      SELECT user_id, ${address}, username, username_key, first_name, last_name, ${NO_PASSWORD_BEFORE}, ${now}, locale,
        permissions, max(session_epoch + 1, ${now}),
        iif(external_id IN (SELECT users.external_id FROM users), NULL, external_id), imported_factors, created_at, ${now}
      FROM deleted_accounts WHERE user_id = ${user}`,
    sql`
      UPDATE username_claims SET email = ${address}, expires_at = NULL, user_id = NULL
      WHERE user_id = ${user} AND username_key = (SELECT username_key FROM deleted_accounts WHERE user_id = ${user})`,
    sql`DELETE FROM deleted_accounts WHERE user_id = ${user}`,
  ]
}

/** To stand before `closeSince`, which deletes the point. The username since then is kept for the account, unused. */
function restoreUsername(user: SQL, address: SQL, now: number): SQL[] {
  const point = sql`FROM recovery_points WHERE recovery_points.user_id = ${user} AND recovery_points.email = ${address}`
  // After its hold of 30 days somebody else may have taken it, where a window was extended for so long.
  const isTheirs = sql`NOT EXISTS (SELECT 1 FROM username_claims
    WHERE username_claims.username_key = (SELECT username_key ${point}) AND username_claims.user_id IS NOT ${user}
      AND username_claims.email <> ${address} AND (username_claims.expires_at IS NULL OR username_claims.expires_at > ${now}))`
  return [
    sql`
      UPDATE users SET username = (SELECT username ${point}), username_key = (SELECT username_key ${point})
      WHERE id = ${user} AND ${isTheirs}`,
    ...holdFormerUsernames(user, now),
    sql`
      INSERT INTO username_claims (username_key, email) SELECT username_key, email FROM users
      WHERE id = ${user} AND username_key IS NOT NULL
      ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL, user_id = NULL`,
  ]
}
