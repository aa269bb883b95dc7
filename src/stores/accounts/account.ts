// Accounts as everything outside core/credentials knows them: with what they can be proven by, and without anything to try guesses on.
import { type SQL, sql } from 'drizzle-orm'
import { type ColumnNames, type Row, readColumns, selectColumns } from '../rows.ts'
import type { users } from '../schema.ts'

type Columns = Omit<typeof users.$inferSelect, 'passwordHash' | 'pinHash' | 'pinKeyId' | 'pinId'>

export interface Account extends Columns {
  readonly hasPassword: boolean
  /** What the sessions that its PIN opens call it; `null`: no PIN. */
  readonly pinName: string | null
}

const COLUMNS: ColumnNames<Columns> = {
  id: 'id',
  email: 'email',
  username: 'username',
  usernameKey: 'username_key',
  firstName: 'first_name',
  lastName: 'last_name',
  emailVerifiedAt: 'email_verified_at',
  locale: 'locale',
  permissions: 'permissions',
  disabledAt: 'disabled_at',
  sessionEpoch: 'session_epoch',
  keptSession: 'kept_session',
  number: 'number',
  externalId: 'external_id',
  importedFactors: 'imported_factors',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
}

/** What to select from `users` for `readAccount`. */
export const ACCOUNT: SQL = sql`${selectColumns('users', COLUMNS)},
  EXISTS (SELECT 1 FROM credentials WHERE user_id = users.id AND kind = 'password') AS has_password,
  (SELECT credentials.id FROM credentials WHERE user_id = users.id AND kind = 'pin') AS pin_name`

export function readAccount(row: Row): Account {
  return {
    ...readColumns<Columns>(row, COLUMNS),
    permissions: JSON.parse(String(row.permissions)),
    hasPassword: row.has_password === 1,
    pinName: row.pin_name === null ? null : String(row.pin_name),
  }
}
