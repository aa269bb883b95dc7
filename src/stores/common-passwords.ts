// The passwords anyone would try first, in D1, where migrations put them.
import { eq } from 'drizzle-orm'
import type { Drizzle } from './database.ts'
import { commonPasswords } from './schema.ts'

/**
 * One row when the password is on the list: to ride along in a batch that asks something else.
 * @param key what `commonPasswordKey` makes of a password
 */
export function selectCommonPassword(db: Drizzle, key: string) {
  return db.select().from(commonPasswords).where(eq(commonPasswords.password, key))
}
