// What accounts are proven by. Secrets leave D1 here, for core/credentials, and with an export; nothing else reads them.
import { type SQL, sql } from 'drizzle-orm'
import type { StoredPin } from '../../platform/hashing/pin-hash.ts'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { Database } from '../database.ts'
import type { Row } from '../rows.ts'
import { ACCOUNT, type Account, readAccount } from './account.ts'

export type CredentialKind = 'password' | 'pin'

export interface StoredPassword {
  /** PHC string, of this service or of the one that the account came from. */
  readonly hash: Secret
  readonly lastUsedAt: number | null
}

export interface UsedPin extends StoredPin {
  readonly lastUsedAt: number | null
}

/** An account and its credential of one kind; `null` where it has none. */
export interface Credentialed<Stored> {
  readonly account: Account
  readonly stored: Stored | null
}

export interface Credentials {
  findPasswordByEmail(email: string): Promise<Credentialed<StoredPassword> | null>
  findPasswordByUsernameKey(key: string): Promise<Credentialed<StoredPassword> | null>
  findPasswordOf(userId: string): Promise<StoredPassword | null>
  findPasswordOfRegistration(id: string): Promise<Secret | null>
  findPinByUsernameKey(key: string): Promise<Credentialed<UsedPin> | null>
  /** Compare-and-set: a password changed in the meantime stays. */
  replacePassword(userId: string, from: Secret, to: Secret): Promise<boolean>
  /** Compare-and-set: a PIN changed in the meantime stays. The name stays too. */
  replacePin(userId: string, from: Secret, to: StoredPin): Promise<boolean>
  noteUse(userId: string, kind: CredentialKind, now: number): Promise<void>
}

export function createCredentials(database: Database): Credentials {
  const find = async <Stored>(
    kind: CredentialKind,
    condition: SQL,
    read: (row: Row) => Stored,
  ): Promise<Credentialed<Stored> | null> => {
    const [row] = await database.ask(sql`
      SELECT ${ACCOUNT}, secret, data, last_used_at FROM users
      LEFT JOIN credentials ON credentials.user_id = users.id AND credentials.kind = ${kind} WHERE ${condition}`)
    return row ? { account: readAccount(row), stored: row.secret === null ? null : read(row) } : null
  }
  return {
    findPasswordByEmail: (email) => find('password', sql`users.email = ${email}`, readPassword),
    findPasswordByUsernameKey: (key) => find('password', sql`users.username_key = ${key}`, readPassword),
    findPinByUsernameKey: (key) => find('pin', sql`users.username_key = ${key}`, readPin),

    async findPasswordOf(userId) {
      const [row] = await database.ask(
        sql`SELECT secret, last_used_at FROM credentials WHERE user_id = ${userId} AND kind = 'password'`,
      )
      return row ? readPassword(row) : null
    },

    async findPasswordOfRegistration(id) {
      const [row] = await database.ask(sql`SELECT password_hash FROM registrations WHERE id = ${id}`)
      return row ? (row.password_hash as Secret) : null
    },

    async replacePassword(userId, from, to) {
      const replaced = await database.ask(sql`
        UPDATE credentials SET secret = ${to} WHERE user_id = ${userId} AND kind = 'password' AND secret = ${from} RETURNING id`)
      return replaced.length > 0
    },

    async replacePin(userId, from, { pinHash, pinKeyId }) {
      const replaced = await database.ask(sql`
        UPDATE credentials SET secret = ${pinHash}, data = json_object('keyId', ${pinKeyId})
        WHERE user_id = ${userId} AND kind = 'pin' AND secret = ${from} RETURNING id`)
      return replaced.length > 0
    },

    async noteUse(userId, kind, now) {
      await database.ask(sql`UPDATE credentials SET last_used_at = ${now} WHERE user_id = ${userId} AND kind = ${kind}`)
    },
  }
}

/** The password of an account from now on, in place of the one it had. @param account selects its id, or nothing */
export function setPassword(account: SQL, hash: Secret, now: number): SQL {
  return sql`
    INSERT INTO credentials (user_id, kind, id, secret, created_at)
    SELECT id, 'password', '', ${hash}, ${now} FROM users WHERE id = (${account})
    ON CONFLICT DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_used_at = NULL`
}

/** The same for a PIN. */
export function setPin(account: SQL, { pinHash, pinKeyId }: StoredPin, pinName: string, now: number): SQL[] {
  return [
    removePin(account),
    sql`
      INSERT INTO credentials (user_id, kind, id, data, secret, created_at)
      SELECT id, 'pin', ${pinName}, json_object('keyId', ${pinKeyId}), ${pinHash}, ${now} FROM users WHERE id = (${account})`,
  ]
}

/** @param account selects its id, or nothing */
export function removePin(account: SQL): SQL {
  return sql`DELETE FROM credentials WHERE user_id = (${account}) AND kind = 'pin'`
}

function readPassword(row: Row): StoredPassword {
  return { hash: row.secret as Secret, lastUsedAt: row.last_used_at as number | null }
}

function readPin(row: Row): UsedPin {
  const { keyId } = JSON.parse(String(row.data)) as { readonly keyId: string }
  return { pinHash: row.secret as Secret, pinKeyId: keyId, lastUsedAt: row.last_used_at as number | null }
}
