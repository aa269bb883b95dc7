// SQL for many users at once. A batch of users is one JSON text, so that neither the number of values nor the length of a
// statement (100 KB on D1) is a limit on how many there are in all.

import { type SqlValue, type Statement, sqlLiteral } from '../operator/sql.ts'
import type { ImportedUser } from './imported-user.ts'

/** A user that waits to be written. */
export interface NewImport {
  readonly id: string
  readonly user: ImportedUser
}

/** Beside the statement's own words, and below the 128 KiB that Linux allows one argument of a command. */
const MAX_BATCH_BYTES = 80_000
const PAGE = 2000

const COLUMNS = [
  'id',
  'email',
  'username',
  'username_key',
  'first_name',
  'last_name',
  'password_hash',
  'email_verified_at',
  'disabled_at',
  'permissions',
  'created_at',
  'updated_at',
] as const
const [EMAIL, USERNAME_KEY] = [COLUMNS.indexOf('email'), COLUMNS.indexOf('username_key')]

/** The users that one run of `importStatements` may take. */
export function* batchesOf(users: readonly NewImport[], now: number): Generator<readonly NewImport[], void, void> {
  let batch: NewImport[] = []
  let bytes = 0
  for (const each of users) {
    const size = Buffer.byteLength(sqlLiteral(JSON.stringify(toRow(each, now)))) + 1
    if (batch.length > 0 && bytes + size > MAX_BATCH_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(each)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

/**
 * Writes users whose address has no account and whose username is free; the first list of rows has the ids of those. As for one
 * user, pending registrations of their addresses give way.
 */
export function importStatements(batch: readonly NewImport[], now: number): readonly Statement[] {
  const column = (index: number): [string, SqlValue] => ['json_extract(value, ?)', `$[${index}]`]
  const columns = COLUMNS.map((_, index) => column(index))
  const [emailText, emailPath] = column(EMAIL)
  const [keyText, keyPath] = column(USERNAME_KEY)
  // The rows of this very batch: the last of the table, and of this run. Earlier runs of it own theirs already.
  const written = {
    text: 'SELECT email FROM users WHERE rowid > (SELECT max(rowid) - ? FROM users) AND created_at = ?',
    values: [batch.length, now],
  }
  return [
    {
      text: `INSERT INTO users (${COLUMNS.join(', ')})
        SELECT ${columns.map(([text]) => text).join(', ')} FROM json_each(?)
        WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.email = ${emailText} OR users.username_key = ${keyText})
          AND NOT EXISTS (SELECT 1 FROM username_claims WHERE username_claims.username_key = ${keyText}
            AND (expires_at IS NULL OR (expires_at > ? AND username_claims.email <> ${emailText})))
        RETURNING id`,
      values: [
        ...columns.map(([, path]) => path),
        JSON.stringify(batch.map((each) => toRow(each, now))),
        emailPath,
        keyPath,
        keyPath,
        now,
        emailPath,
      ],
    },
    {
      text: `INSERT INTO username_claims (username_key, email, expires_at)
        SELECT username_key, email, NULL FROM users WHERE username_key IS NOT NULL AND email IN (${written.text})
        ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL, user_id = NULL
          WHERE expires_at IS NOT NULL`,
      values: written.values,
    },
    {
      // An account is made once, so its id will do for the event's.
      text: `INSERT INTO audit_events (id, at, what, outcome, reason, user_id, actor, face)
        SELECT id, ?, ?, ?, ?, id, ?, ? FROM users WHERE email IN (${written.text}) ORDER BY rowid`,
      values: [now, 'account_created', 'success', 'imported', 'operator', 'cli', ...written.values],
    },
    {
      text: `DELETE FROM audit_events WHERE user_id IN (SELECT id FROM registrations WHERE email IN (${written.text}))`,
      values: written.values,
    },
    { text: `DELETE FROM registrations WHERE email IN (${written.text})`, values: written.values },
    { text: `DELETE FROM one_time_tokens WHERE email IN (${written.text})`, values: written.values },
    {
      text: `DELETE FROM username_claims WHERE expires_at IS NOT NULL AND email IN (${written.text})`,
      values: written.values,
    },
  ]
}

/** In the order of addresses, from behind `after`; fewer than asked for means the end. */
export function usersPage(after: string): Statement {
  return {
    text: `SELECT email, username, username_key, first_name, last_name, password_hash, email_verified_at, disabled_at, permissions
      FROM users WHERE email > ? ORDER BY email LIMIT ?`,
    values: [after, PAGE],
  }
}

/** Usernames that pending registrations hold. */
export function pendingClaimsPage(after: string, now: number): Statement {
  return {
    text: 'SELECT username_key, email FROM username_claims WHERE username_key > ? AND expires_at > ? ORDER BY username_key LIMIT ?',
    values: [after, now, PAGE],
  }
}

/** How many users there are, and how many of them have scrypt by which parameters (`$scrypt$…$`). */
export function hashStatements(): readonly Statement[] {
  return [
    { text: 'SELECT count(*) AS users FROM users', values: [] },
    {
      text: `SELECT substr(password_hash, 1, 8 + instr(substr(password_hash, 9), ?)) AS head, count(*) AS users
        FROM users WHERE password_hash LIKE ? GROUP BY 1`,
      values: ['$', '$scrypt$%'],
    },
  ]
}

function toRow({ id, user }: NewImport, now: number): readonly SqlValue[] {
  const row: Record<(typeof COLUMNS)[number], SqlValue> = {
    id,
    email: user.email,
    username: user.username,
    username_key: user.usernameKey,
    first_name: user.firstName,
    last_name: user.lastName,
    password_hash: user.hash,
    email_verified_at: user.isVerified ? now : null,
    disabled_at: user.isDisabled ? now : null,
    permissions: JSON.stringify(user.permissions),
    created_at: now,
    updated_at: now,
  }
  return COLUMNS.map((name) => row[name])
}
