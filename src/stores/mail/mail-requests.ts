// Requests for mail whose reply has gone out already (schema.ts: `mail_requests`). Whoever answers one deletes it in the batch that
// queues the mail, so that two at once mail once.
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { readRow } from '../rows.ts'
import type { mailRequests } from '../schema.ts'

export type MailRequest = typeof mailRequests.$inferSelect

export interface MailRequests {
  /** @throws Unavailable: then there is no request, and the reply must not say that there is */
  add(request: MailRequest): Promise<void>
  /** Takes up to `limit` requests that nobody has answered in time, and keeps others off them for `leaseSeconds`. */
  lease(now: number, leaseSeconds: number, limit: number): Promise<readonly MailRequest[]>
  /** Whether somebody is at work on one. */
  isAnyLeased(now: number): Promise<boolean>
  /** There is no mail to send. */
  finish(id: string): Promise<void>
  /** Deletes at most `limit` requests made before `before`. */
  purge(before: number, limit: number): Promise<void>
}

export function createMailRequests(database: Database): MailRequests {
  return {
    async add(request) {
      await database.ask(sql`
        INSERT INTO mail_requests (id, purpose, email, ip, user_agent, face, caller, created_at, next_attempt_at)
        VALUES (${request.id}, ${request.purpose}, ${request.email}, ${request.ip}, ${request.userAgent}, ${request.face},
          ${request.caller}, ${request.createdAt}, ${request.nextAttemptAt})`)
    },

    async lease(now, leaseSeconds, limit) {
      const leased = await database.ask(sql`
        UPDATE mail_requests SET next_attempt_at = ${now + leaseSeconds}
        WHERE id IN (SELECT id FROM mail_requests WHERE next_attempt_at <= ${now} ORDER BY next_attempt_at LIMIT ${limit}) RETURNING *`)
      return leased.map((row) => readRow<MailRequest>(row))
    },

    async isAnyLeased(now) {
      return (await database.ask(sql`SELECT 1 FROM mail_requests WHERE next_attempt_at > ${now} LIMIT 1`)).length > 0
    },

    async finish(id) {
      await database.ask(finishRequest(id))
    },

    async purge(before, limit) {
      await database.ask(sql`
        DELETE FROM mail_requests WHERE id IN (SELECT id FROM mail_requests WHERE created_at < ${before} LIMIT ${limit})`)
    },
  }
}

/** For the batch that answers a request: nobody has answered it yet. `TRUE` where there is none. */
export function isStillAsked(id: string | null): SQL {
  return id === null ? sql`TRUE` : sql`EXISTS (SELECT 1 FROM mail_requests WHERE id = ${id})`
}

/** The last statement of that batch. */
export function finishRequest(id: string | null): SQL {
  return sql`DELETE FROM mail_requests WHERE id = ${id}`
}
