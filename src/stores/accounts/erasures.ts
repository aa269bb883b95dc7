// Deleted accounts of which Durable Objects may still know something: written in the batch that deletes the account, so that
// an object that cannot answer then is asked again.
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { readRow } from '../rows.ts'
import type { erasures } from '../schema.ts'

export type Erasure = typeof erasures.$inferSelect

export interface Erasures {
  /** Oldest first. */
  list(limit: number): Promise<readonly Erasure[]>
  /** Nothing is left to erase. */
  finish(userId: string): Promise<void>
}

export function createErasures(database: Database): Erasures {
  return {
    list: async (limit) =>
      (await database.ask(sql`SELECT * FROM erasures ORDER BY created_at LIMIT ${limit}`)).map((row) => readRow<Erasure>(row)),
    async finish(userId) {
      await database.ask(sql`DELETE FROM erasures WHERE user_id = ${userId}`)
    },
  }
}
