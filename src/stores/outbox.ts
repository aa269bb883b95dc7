// Mail on its way out: one row each, written in the batch of the change that causes it, so that neither is without the
// other. Never holds a mail in the clear, since mails hold live tokens.
import { and, desc, eq, gt, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { outbox } from './schema.ts'

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
  /** @param keepMail the operator may have it tried again; else the sealed text is emptied */
  markDead(row: OutboxRow, now: number, reason: string, keepMail: boolean): Promise<void>
  /** Empties mail whose token has expired. Returns the ids of what this made a dead letter, since it was not sent by then. */
  expire(now: number, limit: number): Promise<readonly string[]>
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
    lease: (now, leaseSeconds, limit) =>
      database.ask(async (db) => {
        const due = db
          .select({ id: outbox.id })
          .from(outbox)
          .where(
            and(
              isNull(outbox.sentAt),
              isNotNull(outbox.sealedMail),
              lte(outbox.nextAttemptAt, now),
              or(isNull(outbox.expiresAt), gt(outbox.expiresAt, now)),
            ),
          )
          .orderBy(outbox.nextAttemptAt)
          .limit(limit)
        const leased = await db
          .update(outbox)
          .set({ nextAttemptAt: now + leaseSeconds, attempts: sql`${outbox.attempts} + 1` })
          .where(sql`${outbox.id} IN ${due}`)
          .returning()
        return leased.flatMap(hasMail)
      }),

    async markSent(id, now, keepMail) {
      await database.ask((db) =>
        db
          .update(outbox)
          .set({ sentAt: now, ...(keepMail ? {} : { sealedMail: null }) })
          .where(eq(outbox.id, id)),
      )
    },

    async markFailed(row, nextAttemptAt, reason) {
      await database.ask((db) => db.update(outbox).set({ nextAttemptAt, reason }).where(stillLeased(row)))
    },

    async markDead(row, now, reason, keepMail) {
      await database.ask((db) =>
        db
          .update(outbox)
          .set({ deadAt: now, nextAttemptAt: NEVER, reason, ...(keepMail ? {} : { sealedMail: null }) })
          .where(stillLeased(row)),
      )
    },

    async addNotice(userId, mail, now) {
      await database.transact([queueMail(mail, null, now, sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId})`)])
    },

    async expire(now, limit) {
      const expired = await database.ask((db) => {
        const due = db
          .select({ id: outbox.id })
          .from(outbox)
          .where(and(isNull(outbox.sentAt), isNotNull(outbox.sealedMail), lte(outbox.expiresAt, now)))
          .limit(limit)
        return db
          .update(outbox)
          .set({
            sealedMail: null,
            nextAttemptAt: NEVER,
            deadAt: sql`coalesce(${outbox.deadAt}, ${now})`,
            reason: sql`coalesce(${outbox.reason}, 'expired')`,
          })
          .where(sql`${outbox.id} IN ${due}`)
          .returning({ id: outbox.id, deadAt: outbox.deadAt })
      })
      return expired.flatMap(({ id, deadAt }) => (deadAt === now ? [id] : []))
    },

    async listForRecipient(recipient, limit) {
      const ofRecipient = recipient === null ? undefined : eq(outbox.recipient, recipient)
      const rows = await database.ask((db) =>
        db
          .select()
          .from(outbox)
          .where(and(isNotNull(outbox.sealedMail), ofRecipient))
          .orderBy(desc(outbox.createdAt), desc(sql`rowid`))
          .limit(limit),
      )
      return rows.flatMap(hasMail)
    },

    async purge(before, deadBefore, limit) {
      await database.ask((db) => {
        const isOld = and(lt(outbox.createdAt, before), or(isNotNull(outbox.sentAt), lt(outbox.createdAt, deadBefore)))
        const old = db.select({ id: outbox.id }).from(outbox).where(isOld).limit(limit)
        return db.delete(outbox).where(sql`${outbox.id} IN ${old}`)
      })
    },
  }
}

/** Each lease counts an attempt, so that the number tells one lease from the next. */
function stillLeased(row: OutboxRow): SQL | undefined {
  return and(eq(outbox.id, row.id), eq(outbox.attempts, row.attempts), isNull(outbox.sentAt))
}

function hasMail(row: typeof outbox.$inferSelect): OutboxRow[] {
  return row.sealedMail === null ? [] : [{ ...row, sealedMail: row.sealedMail }]
}
