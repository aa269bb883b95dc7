// Accounts in D1. Look-ups take what platform/ has normalised.
import { type SQL, sql } from 'drizzle-orm'
import type { StoredPin } from '../../platform/hashing/pin-hash.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { readUser, type User } from '../rows.ts'

export type { User }

/**
 * Assignments to a row of `users` that end every session but the kept one. The number was never given out before, not even by what
 * D1 has forgotten since in a restore, or a session from then would live again.
 */
export function bumpEpoch(now: number, keptSessionId: string | null = null): SQL {
  // A bound number is a REAL to SQLite, and would be written with a point.
  const epoch = sql`CAST(max(session_epoch + 1, ${now}) AS INTEGER)`
  return sql`session_epoch = ${epoch}, kept_session = ${keptSessionId === null ? sql`NULL` : sql`${epoch} || ':' || ${keptSessionId}`}`
}

/** Of an account that goes: its number is nobody's from then on, and is not given out again. */
export function forgetNumberOf(ids: SQL): SQL {
  return sql`UPDATE user_numbers SET user_id = 'gone:' || number WHERE user_id IN (${ids})`
}

export interface Users {
  findById(id: string): Promise<User | null>
  findByEmail(email: string): Promise<User | null>
  findByUsernameKey(key: string): Promise<User | null>
  findByNumber(number: number): Promise<User | null>
  /** Ends every session of the user: none carries the new number. Returns it, or `null` where there is no such user. */
  bumpSessionEpoch(id: string, event: AuditEvent, now: number): Promise<number | null>
  /** Compare-and-set: a password changed in the meantime stays. */
  replacePasswordHash(id: string, from: string, to: string, now: number): Promise<boolean>
  /** Compare-and-set: a PIN changed in the meantime stays. */
  replacePin(id: string, fromHash: string, to: StoredPin, now: number): Promise<boolean>
  ping(): Promise<void>
}

export function createUsers(database: Database): Users {
  const find = async (condition: SQL): Promise<User | null> => {
    const [row] = await database.ask(sql`SELECT * FROM users WHERE ${condition}`)
    return row ? readUser(row) : null
  }
  return {
    findById: (id) => find(sql`id = ${id}`),
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

    async replacePasswordHash(id, from, to, now) {
      const replaced = await database.ask(
        sql`UPDATE users SET password_hash = ${to}, updated_at = ${now} WHERE id = ${id} AND password_hash = ${from} RETURNING id`,
      )
      return replaced.length > 0
    },

    async replacePin(id, fromHash, { pinHash, pinKeyId }, now) {
      const replaced = await database.ask(sql`
        UPDATE users SET pin_hash = ${pinHash}, pin_key_id = ${pinKeyId}, updated_at = ${now}
        WHERE id = ${id} AND pin_hash = ${fromHash} RETURNING id`)
      return replaced.length > 0
    },

    async ping() {
      await database.ask(sql`SELECT id FROM users LIMIT 1`)
    },
  }
}
