// The keys that sign access tokens, in D1 with their private parts sealed; a copy of the public parts is in KV, so that
// a cold isolate can verify tokens while D1 is down.
import { and, asc, eq, inArray } from 'drizzle-orm'
import { withDeadline } from '../platform/deadline.ts'
import type { Database } from './database.ts'
import { signingKeys } from './schema.ts'

export type StoredSigningKey = typeof signingKeys.$inferSelect

export interface SigningKeyStore {
  /** Oldest first. */
  list(): Promise<readonly StoredSigningKey[]>
  /** Does nothing when another isolate has already made this generation. */
  insert(key: StoredSigningKey): Promise<void>
  /** Compare-and-set. */
  reseal(kid: string, from: string, to: string): Promise<void>
  remove(kids: readonly string[]): Promise<void>
  readPublicCopy(): Promise<string | null>
  writePublicCopy(jwks: string): Promise<void>
}

const COPY_KEY = 'jwks'

export function createSigningKeyStore(database: Database, copies: KVNamespace, deadlineMilliseconds: number): SigningKeyStore {
  return {
    list: () => database.ask((db) => db.select().from(signingKeys).orderBy(asc(signingKeys.generation))),
    async insert(key) {
      await database.ask((db) => db.insert(signingKeys).values(key).onConflictDoNothing())
    },
    async reseal(kid, from, to) {
      await database.ask((db) =>
        db
          .update(signingKeys)
          .set({ sealedPrivateJwk: to })
          .where(and(eq(signingKeys.kid, kid), eq(signingKeys.sealedPrivateJwk, from))),
      )
    },
    async remove(kids) {
      if (kids.length === 0) return
      await database.ask((db) => db.delete(signingKeys).where(inArray(signingKeys.kid, [...kids])))
    },
    readPublicCopy: () => withDeadline('key copy', deadlineMilliseconds, () => copies.get(COPY_KEY)),
    writePublicCopy: (jwks) => withDeadline('key copy', deadlineMilliseconds, () => copies.put(COPY_KEY, jwks)),
  }
}
