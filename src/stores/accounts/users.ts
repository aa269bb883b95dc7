// Accounts in D1. Look-ups take what platform/ has normalised.
import { type SQL, sql } from 'drizzle-orm'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { ACCOUNT, type Account, readAccount } from './account.ts'

/**
 * Assignments to a row of `users` that end every session but the kept one. The number was never given out before, not even by what
 * D1 has forgotten since in a restore, or a session from then would live again.
 */
export function bumpEpoch(now: number, keptSessionId: string | null = null): SQL {
  // A bound number is a REAL to SQLite, and would be written with a point.
  const epoch = sql`CAST(max(session_epoch + 1, ${now}) AS INTEGER)`
  return sql`session_epoch = ${epoch}, kept_session = ${keptSessionId === null ? sql`NULL` : sql`${epoch} || ':' || ${keptSessionId}`}`
}

/**
 * What the version before has to find in `users.password_hash`, which it cannot do without: that no password is behind it. Where there
 * is one, a trigger puts it there (docs/storage.md).
 */
export const NO_PASSWORD_BEFORE = `$scrypt$ln=15,r=8,p=3$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** Of an account that goes: its number is nobody's from then on, and is not given out again. */
export function forgetNumberOf(ids: SQL): SQL {
  return sql`UPDATE user_numbers SET user_id = 'gone:' || number WHERE user_id IN (${ids})`
}

export interface Users {
  findById(id: string): Promise<Account | null>
  findByEmail(email: string): Promise<Account | null>
  findByUsernameKey(key: string): Promise<Account | null>
  findByNumber(number: number): Promise<Account | null>
  /** Ends every session of the user: none carries the new number. Returns it, or `null` where there is no such user. */
  bumpSessionEpoch(id: string, event: AuditEvent, now: number): Promise<number | null>
  ping(): Promise<void>
}

export function createUsers(database: Database): Users {
  const find = async (condition: SQL): Promise<Account | null> => {
    const [row] = await database.ask(sql`SELECT ${ACCOUNT} FROM users WHERE ${condition}`)
    return row ? readAccount(row) : null
  }
  return {
    findById: (id) => find(sql`users.id = ${id}`),
    findByEmail: (email) => find(sql`email = ${email}`),
    findByUsernameKey: (key) => find(sql`username_key = ${key}`),
    findByNumber: (number) => find(sql`number = ${number}`),

    async bumpSessionEpoch(id, event, now) {
      const [bumped] = await database.transact([
        sql`UPDATE users SET ${bumpEpoch(now)}, updated_at = ${now} WHERE id = ${id} RETURNING session_epoch`,
        appendEvent(event, sql`EXISTS (SELECT 1 FROM users WHERE id = ${id})`),
      ])
      const epoch = bumped?.results[0]?.session_epoch
      return typeof epoch === 'number' ? epoch : null
    },

    async ping() {
      await database.ask(sql`SELECT id FROM users LIMIT 1`)
    },
  }
}
