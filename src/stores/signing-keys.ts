// The keys that sign access tokens, in D1 with their private parts sealed; a copy of the public parts is in KV, so that
// a cold isolate can verify tokens while D1 is down.
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { withDeadline } from '../platform/deadline.ts'
import type { AuditEvent } from './audit-event.ts'
import { appendEvent } from './audit-events.ts'
import type { Database } from './database.ts'
import { signingKeys } from './schema.ts'

export type StoredSigningKey = typeof signingKeys.$inferSelect

export interface SigningKeyStore {
  /** Oldest first. */
  list(): Promise<readonly StoredSigningKey[]>
  /** Does nothing, and says so, when another isolate has already made this generation. */
  insert(key: StoredSigningKey, event: AuditEvent): Promise<boolean>
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
    async insert({ kid, generation, publicJwk, sealedPrivateJwk, createdAt, activeFrom }, event) {
      const [inserted] = await database.transact([
        sql`
          INSERT INTO signing_keys (kid, generation, public_jwk, sealed_private_jwk, created_at, active_from)
          VALUES (${kid}, ${generation}, ${publicJwk}, ${sealedPrivateJwk}, ${createdAt}, ${activeFrom}) ON CONFLICT DO NOTHING`,
        appendEvent(event, sql`EXISTS (SELECT 1 FROM signing_keys WHERE kid = ${kid})`),
      ])
      return (inserted?.meta.changes ?? 0) > 0
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
