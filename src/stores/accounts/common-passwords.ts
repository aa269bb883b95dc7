// The passwords anyone would try first, in D1, where migrations put them.
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'

export interface CommonPasswords {
  /** @param key what `commonPasswordKey` makes of a password */
  includes(key: string): Promise<boolean>
}

export function createCommonPasswords(database: Database): CommonPasswords {
  return { includes: async (key) => (await database.ask(selectCommonPassword(key))).length > 0 }
}

/**
 * One row when the password is on the list: to ride along in a batch that asks something else.
 * @param key what `commonPasswordKey` makes of a password
 */
export function selectCommonPassword(key: string): SQL {
  return sql`SELECT password FROM common_passwords WHERE password = ${key}`
}
