// The record of security-relevant acts in D1: statements for the batch of the change an event tells of, and a way in for
// events that no change in D1 goes with. Rows are only added and, when their time is up or their account is gone, deleted.
import { type SQL, sql } from 'drizzle-orm'
import type { AuditEvent } from './audit-event.ts'
import type { Database } from './database.ts'
import { readRow } from './rows.ts'
import type { auditEvents } from './schema.ts'

/** An event with its place in the record. */
export type RecordedEvent = typeof auditEvents.$inferSelect

export interface AuditEvents {
  /** An event about an account, which no change in D1 goes with. Nothing to one that is gone; and floods are cut. */
  add(event: AuditEvent): Promise<void>
  /** Newest first. @param before an event's place: only those that were written earlier */
  listForUser(userId: string, before: number | null, limit: number): Promise<readonly RecordedEvent[]>
  /** Deletes at most `limit` events of before `before`. */
  purge(before: number, limit: number): Promise<void>
}

const HOUR = 3600
/** Of one kind in a row about one account, within an hour. Whoever guesses at an account must not be able to fill D1. */
const MOST_ALIKE = 50

/**
 * The statement that records `event`, for the batch of what it tells of; answers with its `user_id`.
 * @param condition what the change is guarded by: without the one there is not the other
 * @param userId where only the batch knows whose account it is
 */
export function appendEvent(event: AuditEvent, condition: SQL, userId: SQL = sql`${event.userId}`): SQL {
  return sql`
    INSERT INTO audit_events (id, at, what, outcome, reason, user_id, session_id, actor, ip, user_agent, face)
    SELECT ${event.id}, ${event.at}, ${event.what}, ${event.outcome}, ${event.reason}, ${userId}, ${event.sessionId},
      ${event.actor}, ${event.ip}, ${event.userAgent}, ${event.face}
    WHERE ${condition} RETURNING user_id`
}

/** For what can be repeated at no cost: not when the latest events of the account say nothing else. */
export function isNoFlood({ userId, what, outcome, at }: AuditEvent): SQL {
  return sql`(
    SELECT count(*) FROM (SELECT * FROM audit_events WHERE user_id = ${userId} ORDER BY seq DESC LIMIT ${MOST_ALIKE})
    WHERE what = ${what} AND outcome = ${outcome} AND at > ${at - HOUR}) < ${MOST_ALIKE}`
}

/** What is known of registrations that come to nothing goes with them. @param ids selects those that are about to go */
export function forgetEventsOf(ids: SQL): SQL {
  return sql`DELETE FROM audit_events WHERE user_id IN (${ids})`
}

/** The user an event was recorded about, or `null` where its condition did not hold. */
export function recordedUser(result: D1Result<Record<string, unknown>> | undefined): string | null {
  const userId = result?.results[0]?.user_id
  return typeof userId === 'string' ? userId : null
}

export function createAuditEvents(database: Database): AuditEvents {
  return {
    async add(event) {
      const isThere = sql`EXISTS (SELECT 1 FROM users WHERE id = ${event.userId})`
      await database.transact([appendEvent(event, sql`${isThere} AND ${isNoFlood(event)}`)])
    },

    async listForUser(userId, before, limit) {
      const isEarlier = before === null ? sql`` : sql`AND seq < ${before}`
      const rows = await database.ask(
        sql`SELECT * FROM audit_events WHERE user_id = ${userId} ${isEarlier} ORDER BY seq DESC LIMIT ${limit}`,
      )
      return rows.map((row) => readRow<RecordedEvent>(row))
    },

    async purge(before, limit) {
      await database.ask(
        sql`DELETE FROM audit_events WHERE seq IN (SELECT seq FROM audit_events WHERE at < ${before} LIMIT ${limit})`,
      )
    },
  }
}
