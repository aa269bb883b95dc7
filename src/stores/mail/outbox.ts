// Mail on its way out: one row each, written in the batch of the change that causes it, so that neither is without the
// other. Never holds a mail in the clear, since mails hold live tokens.
import { type SQL, sql } from 'drizzle-orm'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { type Row, readRow } from '../rows.ts'
import type { outbox } from '../schema.ts'

export interface OutgoingMail {
  readonly id: string
  readonly recipient: string
  /** Caps count per mailbox and purpose. */
  readonly purpose: string
  readonly requesterIp: string
  /** The account whose user causes the mail, where it goes to an address that is not the account's. */
  readonly senderId: string | null
  readonly sealedMail: string
  /** When the token in it dies; `null` where it holds none. */
  readonly expiresAt: number | null
}

/** What is counted, all of it in the statement that queues the mail. */
export interface MailCaps {
  /** Of one purpose, from one requester to one mailbox. */
  readonly perRequesterPerHour: number
  /**
   * Of one purpose, to one mailbox. Beyond it each requester's first mail of the day still goes out, a few more while there is room, and what a
   * known one asks for.
   */
  readonly perRecipientPerDay: number
  /** To one mailbox, of all purposes and from everybody: beyond it nothing goes out. A fifth of it is for known requesters. */
  readonly ceilingPerDay: number
  /** From one requester to everybody. */
  readonly ofRequesterPerHour: number
  /** From one account to addresses that are not its own. */
  readonly perSenderPerHour: number
  /** Whether the recipient's account was proven from the requester's address. */
  readonly isKnown: boolean
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
  /** Seconds until the account may cause a mail to an address that is not its own, 0 when it may now. */
  findSenderWait(senderId: string, perHour: number, now: number): Promise<number>
  /**
   * A notice whose cause is not in D1; none to a user who is gone, and none where an hour has brought so many that one more would only
   * bury the others: whoever has a password can sign in as often as they like.
   */
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
const MOST_NOTICES_PER_HOUR = 20
/** Of a ceiling, one in so many is for known requesters. */
const RESERVED_PART = 5
/** What a requester has besides the first mail of a day, as long as no more than this part of the ceiling is used. */
const OWN_MAILS = 3
const OWN_PART = 0.6

/**
 * The statement that queues `mail`, for a batch: exact, since D1 has one writer.
 * Inserts nothing where a cap is reached or `condition` does not hold.
 * @param caps `null` for a notice to a user, which is not capped
 */
export function queueMail(mail: OutgoingMail, caps: MailCaps | null, now: number, condition: SQL): SQL {
  return sql`
    INSERT INTO outbox
      (id, recipient, mailbox, purpose, requester_ip, sender_id, sealed_mail, expires_at, created_at, attempts, next_attempt_at)
    SELECT ${mail.id}, ${mail.recipient}, ${mailboxOf(mail.recipient)}, ${mail.purpose}, ${mail.requesterIp}, ${mail.senderId},
      ${mail.sealedMail}, ${mail.expiresAt}, ${now}, 0, ${now}
    WHERE ${condition}${caps ? withinCaps(mail, caps, now) : sql``}`
}

function withinCaps(mail: OutgoingMail, caps: MailCaps, now: number): SQL {
  const { purpose, requesterIp, senderId } = mail
  const count = (condition: SQL, seconds: number) =>
    sql`(SELECT count(*) FROM outbox WHERE ${condition} AND created_at > ${now - seconds} AND purpose <> 'notice')`
  const toMailbox = sql`mailbox = ${mailboxOf(mail.recipient)}`
  const ofPurpose = sql`${toMailbox} AND purpose = ${purpose}`
  const ofRequester = sql`requester_ip = ${requesterIp}`
  const own = count(sql`${ofPurpose} AND ${ofRequester}`, DAY)
  const ceiling = caps.isKnown ? caps.ceilingPerDay : caps.ceilingPerDay - Math.floor(caps.ceilingPerDay / RESERVED_PART)
  return sql`
      AND ${count(sql`${ofPurpose} AND ${ofRequester}`, HOUR)} < ${caps.perRequesterPerHour}
      AND ${count(toMailbox, DAY)} < ${ceiling}
      AND ${count(ofRequester, HOUR)} < ${caps.ofRequesterPerHour}
      AND (${senderId} IS NULL OR ${count(sql`sender_id = ${senderId}`, HOUR)} < ${caps.perSenderPerHour})
      AND (${caps.isKnown ? 1 : 0} OR ${count(ofPurpose, DAY)} < ${caps.perRecipientPerDay} OR ${own} = 0
        OR (${own} < ${OWN_MAILS} AND ${count(toMailbox, DAY)} < ${Math.floor(caps.ceilingPerDay * OWN_PART)}))`
}

/** `ada+news@example.com` is the mailbox `ada@example.com` to most servers (RFC 5233). Only caps go by that. */
function mailboxOf(address: string): string {
  return address.replace(/(?<=.)\+[^@]*(?=@)/, '')
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

    async findSenderWait(senderId, perHour, now) {
      const [row] = await database.ask(sql`
        SELECT created_at FROM outbox WHERE sender_id = ${senderId} AND created_at > ${now - HOUR}
        ORDER BY created_at DESC LIMIT 1 OFFSET ${perHour - 1}`)
      return row ? Number(row.created_at) + HOUR - now : 0
    },

    async addNotice(userId, mail, now) {
      const notices = sql`(SELECT count(*) FROM outbox
        WHERE recipient = ${mail.recipient} AND purpose = 'notice' AND created_at > ${now - HOUR})`
      const isThere = sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId})`
      await database.transact([queueMail(mail, null, now, sql`${isThere} AND ${notices} < ${MOST_NOTICES_PER_HOUR}`)])
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
