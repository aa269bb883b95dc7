// The end of an account. One that nobody may take back goes at once. One that a former address may take back is put aside until its
// window closes, without a credential: to everybody else it is gone, and its present address is free.
import { type SQL, sql } from 'drizzle-orm'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent, forgetEventsOf } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { queueMail } from '../mail/outbox.ts'
import { exists, hasChanged, isJudged, type JudgedAccount, type Traces } from './account-changes.ts'
import { endLinks } from './credential-ends.ts'
import { addPoint, type Warning, warn } from './recovery-points.ts'
import { forgetNumberOf } from './users.ts'

export interface Deletions {
  /**
   * Leaves nothing personal in D1 but the notice and what `erasures` still has to do, and of the record this one event.
   * `false` when the account is another one by now, or an address may take it back.
   */
  delete(account: JudgedAccount, traces: Traces, now: number): Promise<boolean>
  /**
   * Puts the account aside until the window closes; every address of `warnings` that may take it back is told.
   * `false` when the account is another one by now, or no address may take it back.
   */
  putAside(account: JudgedAccount, warnings: readonly Warning[], event: AuditEvent, now: number): Promise<boolean>
  /** Oldest first: the accounts whose window has closed. */
  listDue(now: number, limit: number): Promise<readonly string[]>
  /** Erases such an account like `delete`. Nothing happens for one that was taken back. */
  carryOut(userId: string, event: AuditEvent): Promise<boolean>
}

export function createDeletions(database: Database): Deletions {
  return {
    async delete(account, { notice, event }, now) {
      const { id, email } = account
      const isThere = sql`${exists(account)} AND NOT ${isWindowOpen(id, now)}`
      const ifThere = sql`(SELECT id FROM users WHERE id = ${id} AND ${isThere})`
      // Their mailboxes were the account's once, and tell of it.
      const formerAddresses = sql`SELECT email FROM one_time_tokens WHERE subject = ${id} AND purpose = 'undo_email_change'`
      const results = await database.transact([
        queueMail(notice, null, now, isThere),
        sql`
          INSERT INTO erasures (user_id, email, username_key, created_at)
          SELECT id, email, username_key, ${now} FROM users WHERE id = ${ifThere}`,
        sql`
          DELETE FROM outbox WHERE ${isThere} AND id <> ${notice.id}
            AND (recipient = ${email} OR (recipient IN (${formerAddresses}) AND ${isNobodys(sql`recipient`)}))`,
        sql`DELETE FROM one_time_tokens WHERE subject = ${ifThere}`,
        ...forgetRegistrations(sql`${email}`, isThere),
        forgetEventsOf(ifThere),
        appendEvent(event, isThere),
        sql`DELETE FROM username_claims WHERE ${isThere} AND (email = ${email} OR user_id = ${id})`,
        sql`DELETE FROM recovery_points WHERE user_id = ${ifThere}`,
        forgetNumberOf(sql`SELECT ${ifThere}`),
        sql`DELETE FROM users WHERE ${isJudged(account)} AND ${isThere}`,
      ])
      return hasChanged(results.at(-1))
    },

    async putAside(account, warnings, event, now) {
      const { id, email } = account
      const isThere = sql`${exists(account)} AND ${isWindowOpen(id, now)}`
      const ifThere = sql`(SELECT id FROM users WHERE id = ${id} AND ${isThere})`
      const end = sql`(SELECT max(expires_at) FROM recovery_points WHERE user_id = ${id})`
      const isAside = sql`EXISTS (SELECT 1 FROM deleted_accounts WHERE user_id = ${id})`
      const results = await database.transact([
        addPoint(ifThere, end, sql`TRUE`),
        ...warn(ifThere, warnings, now),
        endLinks(ifThere),
        ...forgetRegistrations(sql`${email}`, isThere),
        appendEvent(event, isThere),
        sql`
          INSERT INTO deleted_accounts (user_id, email, username, username_key, first_name, last_name, locale, permissions,
            session_epoch, external_id, imported_factors, created_at, due_at)
          SELECT id, email, username, username_key, first_name, last_name, locale, permissions, session_epoch, external_id,
            imported_factors, created_at, ${end}
          FROM users WHERE id = ${ifThere}`,
        sql`DELETE FROM username_claims WHERE ${isAside} AND email = ${email} AND expires_at IS NOT NULL AND user_id IS NULL`,
        // Nobody else's until then, whoever has the address by then.
        sql`
          UPDATE username_claims SET email = '', user_id = ${id}, expires_at = max(coalesce(expires_at, 0), ${end})
          WHERE ${isAside} AND (email = ${email} OR (user_id = ${id} AND expires_at IS NOT NULL))`,
        sql`DELETE FROM users WHERE ${isJudged(account)} AND ${isAside}`,
      ])
      return hasChanged(results.at(-1))
    },

    async listDue(now, limit) {
      const rows = await database.ask(sql`
        SELECT user_id FROM deleted_accounts WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit}`)
      return rows.map((row) => String(row.user_id))
    },

    async carryOut(userId, event) {
      const { at: now } = event
      const isDue = sql`EXISTS (SELECT 1 FROM deleted_accounts WHERE user_id = ${userId} AND due_at <= ${now})`
      const ifDue = sql`(SELECT user_id FROM deleted_accounts WHERE user_id = ${userId} AND due_at <= ${now})`
      const addresses = sql`
        SELECT email FROM recovery_points WHERE user_id = ${ifDue} UNION SELECT email FROM deleted_accounts WHERE user_id = ${ifDue}`
      const results = await database.transact([
        sql`
          INSERT INTO erasures (user_id, email, username_key, created_at)
          SELECT user_id, email, username_key, ${now} FROM deleted_accounts WHERE user_id = ${ifDue}`,
        sql`DELETE FROM outbox WHERE recipient IN (${addresses}) AND ${isNobodys(sql`recipient`)}`,
        sql`DELETE FROM one_time_tokens WHERE subject = ${ifDue}`,
        forgetEventsOf(ifDue),
        appendEvent(event, isDue),
        sql`DELETE FROM username_claims WHERE user_id = ${ifDue}`,
        sql`DELETE FROM recovery_points WHERE user_id = ${ifDue}`,
        forgetNumberOf(sql`SELECT ${ifDue}`),
        sql`DELETE FROM deleted_accounts WHERE user_id = ${userId} AND due_at <= ${now}`,
      ])
      return hasChanged(results.at(-1))
    },
  }
}

function isWindowOpen(userId: string, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM recovery_points WHERE user_id = ${userId} AND expires_at > ${now})`
}

/** Neither an account nor somebody who registers has this address. */
function isNobodys(address: SQL): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM users WHERE users.email = ${address})
    AND NOT EXISTS (SELECT 1 FROM registrations WHERE registrations.email = ${address})`
}

/** What was registered for an address while it had an account can never be confirmed. */
function forgetRegistrations(email: SQL, condition: SQL): SQL[] {
  return [
    forgetEventsOf(sql`SELECT id FROM registrations WHERE ${condition} AND email = ${email}`),
    sql`DELETE FROM registrations WHERE ${condition} AND email = ${email}`,
    sql`DELETE FROM one_time_tokens WHERE ${condition} AND email = ${email} AND purpose = 'verify_email'`,
  ]
}
