// Accounts in D1. Look-ups take what platform/ has normalised.
import { and, eq, sql } from 'drizzle-orm'
import type { StoredPin } from '../platform/pin-hash.ts'
import type { AuditEvent } from './audit-event.ts'
import { appendEvent } from './audit-events.ts'
import type { Database } from './database.ts'
import { users } from './schema.ts'

export type User = typeof users.$inferSelect

export interface Users {
  findById(id: string): Promise<User | null>
  findByEmail(email: string): Promise<User | null>
  findByUsernameKey(key: string): Promise<User | null>
  /** Ends every session of the user: none carries the new number. Returns it, or `null` where there is no such user. */
  bumpSessionEpoch(id: string, event: AuditEvent, now: number): Promise<number | null>
  /** Compare-and-set: a password changed in the meantime stays. */
  replacePasswordHash(id: string, from: string, to: string, now: number): Promise<boolean>
  /** Compare-and-set: a PIN changed in the meantime stays. */
  replacePin(id: string, fromHash: string, to: StoredPin, now: number): Promise<boolean>
  ping(): Promise<void>
}

export function createUsers(database: Database): Users {
  return {
    findById: async (id) => (await database.ask((db) => db.select().from(users).where(eq(users.id, id)).get())) ?? null,
    findByEmail: async (email) => (await database.ask((db) => db.select().from(users).where(eq(users.email, email)).get())) ?? null,
    findByUsernameKey: async (key) =>
      (await database.ask((db) => db.select().from(users).where(eq(users.usernameKey, key)).get())) ?? null,

    async bumpSessionEpoch(id, event, now) {
      const [bumped] = await database.transact([
        sql`UPDATE users SET session_epoch = session_epoch + 1, updated_at = ${now} WHERE id = ${id} RETURNING session_epoch`,
        appendEvent(event, sql`EXISTS (SELECT 1 FROM users WHERE id = ${id})`),
      ])
      const epoch = bumped?.results[0]?.session_epoch
      return typeof epoch === 'number' ? epoch : null
    },

    async replacePasswordHash(id, from, to, now) {
      const replaced = await database.ask((db) =>
        db
          .update(users)
          .set({ passwordHash: to, updatedAt: now })
          .where(and(eq(users.id, id), eq(users.passwordHash, from)))
          .returning({ id: users.id }),
      )
      return replaced.length > 0
    },

    async replacePin(id, fromHash, { pinHash, pinKeyId }, now) {
      const replaced = await database.ask((db) =>
        db
          .update(users)
          .set({ pinHash, pinKeyId, updatedAt: now })
          .where(and(eq(users.id, id), eq(users.pinHash, fromHash)))
          .returning({ id: users.id }),
      )
      return replaced.length > 0
    },

    async ping() {
      await database.ask((db) => db.select({ id: users.id }).from(users).limit(1).get() as Promise<unknown>)
    },
  }
}
