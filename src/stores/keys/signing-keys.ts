// The keys that sign access tokens, in D1 with their private parts sealed; a copy of the public parts is in KV, so that
// a cold isolate can verify tokens while D1 is down.
import { sql } from 'drizzle-orm'
import { withDeadline } from '../../platform/runtime/deadline.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { readRow } from '../rows.ts'
import type { signingKeys } from '../schema.ts'

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
    list: async () =>
      (await database.ask(sql`SELECT * FROM signing_keys ORDER BY generation`)).map((row) => readRow<StoredSigningKey>(row)),
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
      await database.ask(
        sql`UPDATE signing_keys SET sealed_private_jwk = ${to} WHERE kid = ${kid} AND sealed_private_jwk = ${from}`,
      )
    },
    async remove(kids) {
      if (kids.length === 0) return
      await database.ask(sql`DELETE FROM signing_keys WHERE kid IN (SELECT value FROM json_each(${JSON.stringify(kids)}))`)
    },
    readPublicCopy: () => withDeadline('key copy', deadlineMilliseconds, () => copies.get(COPY_KEY)),
    writePublicCopy: (jwks) => withDeadline('key copy', deadlineMilliseconds, () => copies.put(COPY_KEY, jwks)),
  }
}
