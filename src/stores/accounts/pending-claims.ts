// What registrations that nobody has confirmed give way to: anybody can make them, so that they keep no operator from anything.
import { type SQL, sql } from 'drizzle-orm'
import { forgetEventsOf } from '../audit/audit-events.ts'

/** Of a row of `username_claims`: only registrations want the name. */
export const IS_PENDING = sql`(username_claims.expires_at IS NOT NULL AND username_claims.user_id IS NULL)`

/** Registrations end, with the links that would confirm them. @param isTheirs of a row of `registrations` */
export function endRegistrations(isTheirs: SQL): SQL[] {
  return [
    forgetEventsOf(sql`SELECT id FROM registrations WHERE ${isTheirs}`),
    sql`
      DELETE FROM one_time_tokens
      WHERE purpose = 'verify_email' AND subject IN (SELECT id FROM registrations WHERE ${isTheirs})`,
    sql`DELETE FROM registrations WHERE ${isTheirs}`,
  ]
}
