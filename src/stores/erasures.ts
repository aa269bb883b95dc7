// Deleted accounts of which Durable Objects may still know something: written in the batch that deletes the account, so that
// an object that cannot answer then is asked again.
import { asc, eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { erasures } from './schema.ts'

export type Erasure = typeof erasures.$inferSelect

export interface Erasures {
  /** Oldest first. */
  list(limit: number): Promise<readonly Erasure[]>
  /** Nothing is left to erase. */
  finish(userId: string): Promise<void>
}

export function createErasures(database: Database): Erasures {
  return {
    list: (limit) => database.ask((db) => db.select().from(erasures).orderBy(asc(erasures.createdAt)).limit(limit)),
    async finish(userId) {
      await database.ask((db) => db.delete(erasures).where(eq(erasures.userId, userId)))
    },
  }
}
