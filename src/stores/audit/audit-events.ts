// The record of security-relevant acts in D1: statements for the batch of the change an event tells of, and a way in for
// events that no change in D1 goes with. Rows are only added and, when their time is up or their account is gone, deleted.
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { readRow } from '../rows.ts'
import type { auditEvents } from '../schema.ts'
import type { AuditEvent } from './audit-event.ts'

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
/** Of one kind about one account, by one actor from one program at one address, within an hour. */
const MOST_ALIKE = 50
/** Of one kind about one account, by all together: beyond it each of them has one event an hour. D1 must not be filled by anybody. */
const MOST_OF_ALL = 1000

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

/** For what can be repeated at no cost. Whoever repeats it loses events of their own, and of nobody else. */
export function isNoFlood({ userId, what, outcome, at, actor, ip, userAgent }: AuditEvent): SQL {
  const alike = (condition: SQL) => sql`(
    SELECT count(*) FROM (SELECT * FROM audit_events WHERE user_id = ${userId} ORDER BY seq DESC LIMIT ${MOST_OF_ALL})
    WHERE what = ${what} AND outcome = ${outcome} AND at > ${at - HOUR} AND ${condition})`
  const own = alike(sql`actor = ${actor} AND ip IS ${ip} AND user_agent IS ${userAgent}`)
  return sql`(${own} < ${MOST_ALIKE} AND (${alike(sql`TRUE`)} < ${MOST_OF_ALL} OR ${own} = 0))`
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
