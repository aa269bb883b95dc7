// Mail on its way out: one row each, written in the batch of the change that causes it, so that neither is without the
// other. Never holds a mail in the clear, since mails hold live tokens.
import { type SQL, sql } from 'drizzle-orm'
import type { AuditEvent } from './audit-event.ts'
import { appendEvent } from './audit-events.ts'
import type { Database } from './database.ts'
import { type Row, readRow } from './rows.ts'
import type { outbox } from './schema.ts'

export interface OutgoingMail {
  readonly id: string
  readonly recipient: string
  /** Caps count per recipient and purpose. */
  readonly purpose: string
  readonly requesterIp: string
  readonly sealedMail: string
  /** When the token in it dies; `null` where it holds none. */
  readonly expiresAt: number | null
}

export interface MailCaps {
  readonly perRequesterPerHour: number
  readonly perRecipientPerDay: number
}

export interface OutboxRow {
  readonly id: string
  readonly sealedMail: string
  readonly attempts: number
  readonly createdAt: number
  readonly sentAt: number | null
}

export interface Outbox {
  /** Takes up to `limit` mails that are due, and worth sending still, and keeps others off them for `leaseSeconds`. */
  lease(now: number, leaseSeconds: number, limit: number): Promise<readonly OutboxRow[]>
  /** @param keepMail the development mailbox reads sent mails; elsewhere the sealed text is emptied */
  markSent(id: string, now: number, keepMail: boolean): Promise<void>
  /** A notice whose cause is not in D1; none to a user who is gone. */
  addNotice(userId: string, mail: OutgoingMail, now: number): Promise<void>
  /** Neither this nor `markDead` does anything once somebody else has taken the mail, or it is sent. */
  markFailed(row: OutboxRow, nextAttemptAt: number, reason: string): Promise<void>
  /**
   * @param keepMail the operator may have it tried again; else the sealed text is emptied
   * @returns whether this has made it a dead letter
   */
  markDead(row: OutboxRow, event: AuditEvent, reason: string, keepMail: boolean): Promise<boolean>
  /**
   * Empties mail whose token has expired. What was not sent by then is a dead letter, with an event like `event` each.
   * @returns the ids of these
   */
  expire(event: AuditEvent, limit: number): Promise<readonly string[]>
  /** Newest first, for the development mailbox. */
  listForRecipient(recipient: string | null, limit: number): Promise<readonly OutboxRow[]>
  /** Deletes at most `limit` rows made before `before`, or, of mail that was not sent, before `deadBefore`. */
  purge(before: number, deadBefore: number, limit: number): Promise<void>
}

/** When a dead letter is due: it stays behind all that is not, where no look for due mail comes by. */
const NEVER = Number.MAX_SAFE_INTEGER
const HOUR = 3600
const DAY = 86_400

/**
 * The statement that queues `mail`, for a batch: exact, since D1 has one writer.
 * Inserts nothing where a cap is reached or `condition` does not hold.
 * @param caps `null` for a notice to a user, which is not capped
 */
export function queueMail(mail: OutgoingMail, caps: MailCaps | null, now: number, condition: SQL): SQL {
  return sql`
    INSERT INTO outbox (id, recipient, purpose, requester_ip, sealed_mail, expires_at, created_at, attempts, next_attempt_at)
    SELECT ${mail.id}, ${mail.recipient}, ${mail.purpose}, ${mail.requesterIp}, ${mail.sealedMail}, ${mail.expiresAt}, ${now}, 0, ${now}
    WHERE ${condition}${caps ? withinCaps(mail, caps, now) : sql``}`
}

function withinCaps(mail: OutgoingMail, caps: MailCaps, now: number): SQL {
  const ofRecipient = sql`recipient = ${mail.recipient} AND purpose = ${mail.purpose}`
  return sql`
      AND (SELECT count(*) FROM outbox WHERE ${ofRecipient} AND created_at > ${now - DAY}) < ${caps.perRecipientPerDay}
      AND (SELECT count(*) FROM outbox WHERE ${ofRecipient} AND created_at > ${now - HOUR}
            AND requester_ip = ${mail.requesterIp}) < ${caps.perRequesterPerHour}`
}

export function createOutbox(database: Database): Outbox {
  return {
    async lease(now, leaseSeconds, limit) {
      // Each lease counts an attempt, so that the number tells one lease from the next.
      const leased = await database.ask(sql`
        UPDATE outbox SET next_attempt_at = ${now + leaseSeconds}, attempts = attempts + 1
        WHERE id IN (
          SELECT id FROM outbox
          WHERE sent_at IS NULL AND sealed_mail IS NOT NULL AND next_attempt_at <= ${now} AND (expires_at IS NULL OR expires_at > ${now})
          ORDER BY next_attempt_at LIMIT ${limit})
        RETURNING *`)
      return leased.flatMap(hasMail)
    },

    async markSent(id, now, keepMail) {
      await database.ask(
        sql`UPDATE outbox SET sent_at = ${now}, sealed_mail = ${keepMail ? sql`sealed_mail` : null} WHERE id = ${id}`,
      )
    },

    async markFailed(row, nextAttemptAt, reason) {
      await database.ask(sql`UPDATE outbox SET next_attempt_at = ${nextAttemptAt}, reason = ${reason} WHERE ${isStillLeased(row)}`)
    },

    async markDead(row, event, reason, keepMail) {
      const isLeased = isStillLeased(row)
      const [, marked] = await database.transact([
        appendEvent(event, sql`EXISTS (SELECT 1 FROM outbox WHERE ${isLeased})`),
        sql`
          UPDATE outbox SET dead_at = ${event.at}, next_attempt_at = ${NEVER}, reason = ${reason},
            sealed_mail = ${keepMail ? sql`sealed_mail` : null}
          WHERE ${isLeased}`,
      ])
      return (marked?.meta.changes ?? 0) > 0
    },

    async addNotice(userId, mail, now) {
      await database.transact([queueMail(mail, null, now, sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId})`)])
    },

    async expire(event, limit) {
      const expired = sql`
        SELECT id FROM outbox WHERE sent_at IS NULL AND sealed_mail IS NOT NULL AND expires_at <= ${event.at}
        ORDER BY created_at, id LIMIT ${limit}`
      const [dead] = await database.transact([
        // A mail expires once, so its id will do for the event's.
        sql`
          INSERT INTO audit_events (id, at, what, outcome, reason, actor, face)
          SELECT id, ${event.at}, ${event.what}, ${event.outcome}, ${event.reason}, ${event.actor}, ${event.face} FROM outbox
          WHERE id IN (${expired}) AND dead_at IS NULL RETURNING id`,
        sql`
          UPDATE outbox SET sealed_mail = NULL, next_attempt_at = ${NEVER}, dead_at = coalesce(dead_at, ${event.at}),
            reason = coalesce(reason, 'expired')
          WHERE id IN (${expired})`,
      ])
      return (dead?.results ?? []).map(({ id }) => String(id))
    },

    async listForRecipient(recipient, limit) {
      const isTheirs = recipient === null ? sql`` : sql`AND recipient = ${recipient}`
      const rows = await database.ask(
        sql`SELECT * FROM outbox WHERE sealed_mail IS NOT NULL ${isTheirs} ORDER BY created_at DESC, rowid DESC LIMIT ${limit}`,
      )
      return rows.flatMap(hasMail)
    },

    async purge(before, deadBefore, limit) {
      await database.ask(sql`
        DELETE FROM outbox WHERE id IN (
          SELECT id FROM outbox WHERE created_at < ${before} AND (sent_at IS NOT NULL OR created_at < ${deadBefore}) LIMIT ${limit})`)
    },
  }
}

function isStillLeased({ id, attempts }: OutboxRow): SQL {
  return sql`id = ${id} AND attempts = ${attempts} AND sent_at IS NULL`
}

function hasMail(row: Row): OutboxRow[] {
  const { sealedMail, ...rest } = readRow<typeof outbox.$inferSelect>(row)
  return sealedMail === null ? [] : [{ ...rest, sealedMail }]
}
