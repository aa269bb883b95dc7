// The keys of stable tokens, sealed.
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { readRow } from '../rows.ts'
import type { stableKeys } from '../schema.ts'

export type StoredStableKey = typeof stableKeys.$inferSelect

export interface StableKeyStore {
  /** Oldest first. */
  list(): Promise<readonly StoredStableKey[]>
  /** Does nothing when another isolate has already made this generation. */
  insert(key: StoredStableKey): Promise<void>
  /** Compare-and-set. */
  reseal(kid: string, from: string, to: string): Promise<void>
}

export function createStableKeyStore(database: Database): StableKeyStore {
  return {
    list: async () =>
      (await database.ask(sql`SELECT * FROM stable_keys ORDER BY generation`)).map((row) => readRow<StoredStableKey>(row)),
    async insert({ kid, generation, sealedKey, createdAt }) {
      await database.ask(sql`
        INSERT INTO stable_keys (kid, generation, sealed_key, created_at)
        VALUES (${kid}, ${generation}, ${sealedKey}, ${createdAt}) ON CONFLICT DO NOTHING`)
    },
    async reseal(kid, from, to) {
      await database.ask(sql`UPDATE stable_keys SET sealed_key = ${to} WHERE kid = ${kid} AND sealed_key = ${from}`)
    },
  }
}
