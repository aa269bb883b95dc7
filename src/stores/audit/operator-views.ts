// What an operator looks at besides accounts: pending registrations, the record, mail, and how much of it there was by day.
import { type SQL, sql } from 'drizzle-orm'
import { REGISTRATION, type Registration, readRegistration } from '../accounts/registrations.ts'
import type { Database } from '../database.ts'
import { carriesNoDeadLink } from '../mail/mailed-links.ts'
import { readRow } from '../rows.ts'
import type { AuditAct, AuditEvent, AuditOutcome } from './audit-event.ts'
import { appendEvent, type RecordedEvent } from './audit-events.ts'

export type MailState = 'waiting' | 'sent' | 'dead'

/** A mail without its text, which is sealed. */
export interface ListedMail {
  readonly id: string
  readonly recipient: string
  readonly purpose: string
  readonly attempts: number
  readonly reason: string | null
  readonly createdAt: number
  readonly nextAttemptAt: number
  readonly sentAt: number | null
  readonly deadAt: number | null
  readonly expiresAt: number | null
  /** A dead letter whose text is kept, and whose link still counts where it has one. */
  readonly canRetry: boolean
}

export interface MailFilter {
  readonly state?: MailState
  readonly recipient?: string
  readonly purpose?: string
  /** A mail's id: only those that were queued before it. */
  readonly before?: string
}

export interface EventQuery {
  /** Of accounts, or of registrations that may become some. */
  readonly userIds?: readonly string[]
  readonly acts?: readonly AuditAct[]
  readonly outcome?: AuditOutcome
  readonly since?: number
  readonly until?: number
  /** A place in the record: only what was written later, oldest first. Without it the latest, oldest first too. */
  readonly after?: number
  /** Another one: the latest of what was written earlier. */
  readonly before?: number
  readonly limit: number
}

/** An event and the address that its account has now. */
export type ListedEvent = RecordedEvent & { readonly email: string | null }

/** Of one day, from midnight UTC. */
export interface DayFigures {
  readonly day: number
  readonly counts: Readonly<Record<string, number>>
}

export interface OperatorViews {
  /** Newest first. @param of exact; `{}` for all */
  listRegistrations(
    of: { readonly email?: string; readonly usernameKey?: string },
    now: number,
    limit: number,
  ): Promise<readonly Registration[]>
  listEvents(query: EventQuery): Promise<readonly ListedEvent[]>
  /** The place of the newest event, 0 where there is none. */
  newestPlace(): Promise<number>
  /** Newest first. */
  listMails(filter: MailFilter, now: number, limit: number): Promise<readonly ListedMail[]>
  /** As if it had just been queued. @returns to whom, `null` where it cannot be (`ListedMail.canRetry`) */
  retryMail(id: string, event: AuditEvent): Promise<string | null>
  /** An act that no change goes with, and that is about no account. */
  record(event: AuditEvent): Promise<void>
  /** Accounts there are, in each state. */
  countAccounts(): Promise<{ readonly all: number; readonly disabled: number; readonly unverified: number }>
  /** How many passwords are hashed with which scrypt parameters (`$scrypt$…$`); with an empty head those of other forms. */
  countHashes(): Promise<readonly { readonly head: string; readonly accounts: number }[]>
  countByDay(since: number): Promise<readonly DayFigures[]>
}

const DAY = 86_400

export function createOperatorViews(database: Database): OperatorViews {
  return {
    async listRegistrations({ email, usernameKey }, now, limit) {
      const isTheirs =
        email !== undefined ? sql`AND email = ${email}` : usernameKey !== undefined ? sql`AND username_key = ${usernameKey}` : sql``
      const rows = await database.ask(
        sql`SELECT ${REGISTRATION} FROM registrations WHERE expires_at > ${now} ${isTheirs} ORDER BY created_at DESC, id LIMIT ${limit}`,
      )
      return rows.map((row) => readRegistration(row))
    },

    async listEvents({ userIds, acts = [], outcome, since, until, after, before, limit }) {
      const conditions: SQL[] = [
        ...(userIds === undefined ? [] : [sql`user_id IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`]),
        ...(acts.length === 0 ? [] : [sql`what IN (SELECT value FROM json_each(${JSON.stringify(acts)}))`]),
        ...(outcome === undefined ? [] : [sql`outcome = ${outcome}`]),
        ...(since === undefined ? [] : [sql`at >= ${since}`]),
        ...(until === undefined ? [] : [sql`at < ${until}`]),
        ...(after === undefined ? [] : [sql`seq > ${after}`]),
        ...(before === undefined ? [] : [sql`seq < ${before}`]),
      ]
      const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`
      const rows = await database.ask(sql`
        SELECT *, (SELECT email FROM users WHERE users.id = audit_events.user_id) AS email FROM audit_events ${where}
        ORDER BY seq ${after === undefined ? sql`DESC` : sql`ASC`} LIMIT ${limit}`)
      const events = rows.map((row) => readRow<ListedEvent>(row))
      return after === undefined ? events.toReversed() : events
    },

    async newestPlace() {
      const [row] = await database.ask(sql`SELECT coalesce(max(seq), 0) AS seq FROM audit_events`)
      return Number(row?.seq)
    },

    async listMails({ state, recipient, purpose, before }, now, limit) {
      const conditions = [
        ...(state === undefined ? [] : [IS_IN_STATE[state]]),
        ...(recipient === undefined ? [] : [sql`recipient = ${recipient}`]),
        ...(purpose === undefined ? [] : [sql`purpose = ${purpose}`]),
        ...(before === undefined ? [] : [sql`(created_at, rowid) < (SELECT created_at, rowid FROM outbox WHERE id = ${before})`]),
      ]
      const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`
      const rows = await database.ask(sql`
        SELECT id, recipient, purpose, attempts, reason, created_at, next_attempt_at, sent_at, dead_at, expires_at,
          ${canRetry(now)} AS can_retry
        FROM outbox ${where} ORDER BY created_at DESC, rowid DESC LIMIT ${limit}`)
      return rows.map((row) => ({ ...readRow<Omit<ListedMail, 'canRetry'>>(row), canRetry: row.can_retry === 1 }))
    },

    async retryMail(id, event) {
      const { at: now } = event
      const isIt = sql`id = ${id} AND ${canRetry(now)}`
      const [, revived] = await database.transact([
        appendEvent(event, sql`EXISTS (SELECT 1 FROM outbox WHERE ${isIt})`),
        sql`
          UPDATE outbox SET dead_at = NULL, reason = NULL, attempts = 0, next_attempt_at = ${now} WHERE ${isIt}
          RETURNING recipient`,
      ])
      const [row] = revived?.results ?? []
      return row ? String(row.recipient) : null
    },

    async record(event) {
      await database.transact([appendEvent(event, sql`TRUE`)])
    },

    async countAccounts() {
      const [row] = await database.ask(sql`
        SELECT count(*) AS total, count(disabled_at) AS disabled,
          count(*) FILTER (WHERE disabled_at IS NULL AND email_verified_at IS NULL) AS unverified FROM users`)
      return { all: Number(row?.total), disabled: Number(row?.disabled), unverified: Number(row?.unverified) }
    },

    async countHashes() {
      const rows = await database.ask(sql`
        SELECT iif(secret LIKE '$scrypt$%', substr(secret, 1, 8 + instr(substr(secret, 9), '$')), '') AS head, count(*) AS accounts
        FROM credentials WHERE kind = 'password' GROUP BY 1`)
      return rows.map(({ head, accounts }) => ({ head: String(head), accounts: Number(accounts) }))
    },

    async countByDay(since) {
      const rows = await database.ask(sql`
        SELECT CAST(at / ${DAY} AS INTEGER) AS day,
          what || '_' || iif(outcome = 'refused' AND reason LIKE 'limit %', 'limited', outcome) AS kind, count(*) AS count FROM audit_events
        WHERE at >= ${since} GROUP BY 1, 2
        UNION ALL
        SELECT CAST(created_at / ${DAY} AS INTEGER), 'mail_' || CASE WHEN dead_at IS NOT NULL THEN 'dead' WHEN sent_at IS NOT NULL THEN 'sent'
          ELSE 'waiting' END, count(*) FROM outbox WHERE created_at >= ${since} GROUP BY 1, 2`)
      const days = new Map<number, Record<string, number>>()
      for (const { day, kind, count } of rows) {
        const start = Number(day) * DAY
        const counts = days.get(start) ?? {}
        counts[String(kind)] = (counts[String(kind)] ?? 0) + Number(count)
        days.set(start, counts)
      }
      return [...days].sort(([one], [other]) => one - other).map(([day, counts]) => ({ day, counts }))
    },
  }
}

/** Of a row of the outbox. */
function canRetry(now: number): SQL {
  return sql`(dead_at IS NOT NULL AND sealed_mail IS NOT NULL AND ${carriesNoDeadLink(now)})`
}

const IS_IN_STATE: Readonly<Record<MailState, SQL>> = {
  waiting: sql`sent_at IS NULL AND dead_at IS NULL`,
  sent: sql`sent_at IS NOT NULL`,
  dead: sql`dead_at IS NOT NULL`,
}
