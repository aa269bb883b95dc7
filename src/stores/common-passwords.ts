// The passwords anyone would try first, in D1, where migrations put them.
import { eq } from 'drizzle-orm'
import type { Database, Drizzle } from './database.ts'
import { commonPasswords } from './schema.ts'

export interface CommonPasswords {
  /** @param key what `commonPasswordKey` makes of a password */
  includes(key: string): Promise<boolean>
}

export function createCommonPasswords(database: Database): CommonPasswords {
  return { includes: async (key) => (await database.ask((db) => selectCommonPassword(db, key))).length > 0 }
}

/**
 * One row when the password is on the list: to ride along in a batch that asks something else.
 * @param key what `commonPasswordKey` makes of a password
 */
export function selectCommonPassword(db: Drizzle, key: string) {
  return db.select().from(commonPasswords).where(eq(commonPasswords.password, key))
}
