// What the account tool changes, as SQL: every change is one statement or one batch in which each later statement is
// guarded by what an earlier one achieved, so that it is right whether or not the batch is a transaction.
import { UNKNOWN_ADDRESS } from '../../src/platform/client-address.ts'
import type { StoredPin } from '../../src/platform/pin-hash.ts'
import type { AuditAct } from '../../src/stores/audit-event.ts'
import type { Statement } from '../operator/sql.ts'

/** What a permission may be called. */
export const PERMISSION = /^[A-Za-z0-9._:-]{1,64}$/

/** How a user is named on the command line, normalised. */
export type UserKey = { readonly column: 'email' | 'username_key'; readonly value: string }

export interface NewUser {
  readonly id: string
  readonly email: string
  readonly username: string | null
  readonly usernameKey: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly passwordHash: string
  readonly pinHash: string | null
  readonly pinKeyId: string | null
  readonly emailVerifiedAt: number | null
  readonly permissions: readonly string[]
}

/** One act of the operator, for the record. */
export interface OperatorAct {
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly what: AuditAct
  readonly reason: string | null
}

/** Where in `createStatements`'s answers the outcome is. */
export const CREATE_OUTCOME = { created: 7, account: 8, claim: 9 } as const

/** An address without an account belongs to nobody, so pending registrations of it give way; its username claims, too. */
export function createStatements(user: NewUser, act: OperatorAct): readonly Statement[] {
  const { at: now } = act
  const isCreated = 'EXISTS (SELECT 1 FROM users WHERE id = ?)'
  return [
    {
      text: `INSERT INTO username_claims (username_key, email, expires_at)
        SELECT ?, ?, NULL WHERE ? IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE email = ?)
        ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL, user_id = NULL
          WHERE expires_at IS NOT NULL AND (expires_at <= ? OR email = excluded.email)`,
      values: [user.usernameKey, user.email, user.usernameKey, user.email, now],
    },
    insertUser(user, now),
    recordStatement({ column: 'id', value: user.id }, act),
    {
      text: `DELETE FROM audit_events WHERE user_id IN (SELECT id FROM registrations WHERE email = ? AND ${isCreated})`,
      values: [user.email, user.id],
    },
    { text: `DELETE FROM registrations WHERE email = ? AND ${isCreated}`, values: [user.email, user.id] },
    { text: `DELETE FROM one_time_tokens WHERE email = ? AND ${isCreated}`, values: [user.email, user.id] },
    {
      text: `DELETE FROM username_claims WHERE email = ? AND expires_at IS NOT NULL AND ${isCreated}`,
      values: [user.email, user.id],
    },
    { text: 'SELECT id FROM users WHERE id = ?', values: [user.id] },
    { text: 'SELECT id FROM users WHERE email = ?', values: [user.email] },
    { text: 'SELECT email, expires_at FROM username_claims WHERE username_key = ?', values: [user.usernameKey] },
  ]
}

function insertUser(user: NewUser, now: number): Statement {
  return {
    text: `INSERT INTO users (id, email, username, username_key, first_name, last_name, password_hash, pin_hash, pin_key_id,
        email_verified_at, permissions, created_at, updated_at)
      SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
      WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ? OR username_key = ?)
        AND (? IS NULL OR EXISTS (SELECT 1 FROM username_claims WHERE username_key = ? AND email = ? AND expires_at IS NULL))`,
    values: [
      user.id,
      user.email,
      user.username,
      user.usernameKey,
      user.firstName,
      user.lastName,
      user.passwordHash,
      user.pinHash,
      user.pinKeyId,
      user.emailVerifiedAt,
      JSON.stringify(sortedUnique(user.permissions)),
      now,
      now,
      user.email,
      user.usernameKey,
      user.usernameKey,
      user.usernameKey,
      user.email,
    ],
  }
}

/** What the record says of a command; nothing where there is no such user. */
export function recordStatement(user: UserKey | { readonly column: 'id'; readonly value: string }, act: OperatorAct): Statement {
  return {
    text: `INSERT INTO audit_events (id, at, what, outcome, reason, user_id, actor, face)
      SELECT ?, ?, ?, ?, ?, id, ?, ? FROM users WHERE ${user.column} = ?`,
    values: [act.id, act.at, act.what, 'success', act.reason, 'operator', 'cli', user.value],
  }
}

/** As `bumpEpoch` of the stores. */
const NEXT_EPOCH = 'session_epoch = max(session_epoch + 1, ?), kept_session = NULL'

/** Sessions of before stay dead when the user is enabled again: hence the epoch, not only the date. */
export function disableStatement(user: UserKey, now: number): Statement {
  return update(user, `disabled_at = coalesce(disabled_at, ?), ${NEXT_EPOCH}, updated_at = ?`, [now, now, now])
}

export function enableStatement(user: UserKey, now: number): Statement {
  return update(user, 'disabled_at = NULL, updated_at = ?', [now])
}

/** Ends every session and every other credential of the user, as a reset by mail does. */
export function setPasswordStatement(user: UserKey, passwordHash: string, now: number): Statement {
  return update(user, `password_hash = ?, pin_hash = NULL, pin_key_id = NULL, pin_id = NULL, ${NEXT_EPOCH}, updated_at = ?`, [
    passwordHash,
    now,
    now,
  ])
}

/** To stand before `setPasswordStatement`: the worker's cron tells the user, and of a PIN that ends. */
export function passwordNoticeStatement(user: UserKey, id: string, now: number): Statement {
  return {
    text: `INSERT INTO mail_requests (id, purpose, email, ip, user_agent, face, created_at, next_attempt_at)
      SELECT ?, iif(pin_hash IS NULL, ?, ?), email, ?, ?, ?, ?, ? FROM users WHERE ${user.column} = ?`,
    values: [id, 'password_set', 'password_set_pin_removed', UNKNOWN_ADDRESS, '', 'cli', now, now, user.value],
  }
}

/** Ends the sessions that the PIN before opened, and no others: they name another. */
export function setPinStatement(user: UserKey, { pinHash, pinKeyId }: StoredPin, pinId: string, now: number): Statement {
  return update(user, 'pin_hash = ?, pin_key_id = ?, pin_id = ?, updated_at = ?', [pinHash, pinKeyId, pinId, now])
}

/** No mailed link is worth anything after an operator has stepped in, and no address of before may take the account back. */
export function endLinksStatements(user: UserKey): readonly [Statement, Statement] {
  const ofUser = `(SELECT id FROM users WHERE ${user.column} = ?)`
  return [
    { text: `DELETE FROM one_time_tokens WHERE subject = ${ofUser}`, values: [user.value] },
    { text: `DELETE FROM recovery_points WHERE user_id = ${ofUser}`, values: [user.value] },
  ]
}

/** The row of `erasures` tells the worker's cron to erase what the objects know. The account itself goes last. */
export function deleteStatements(user: UserKey, act: OperatorAct): readonly Statement[] {
  const id = `(SELECT id FROM users WHERE ${user.column} = ?)`
  const email = `(SELECT email FROM users WHERE ${user.column} = ?)`
  const { value } = user
  return [
    {
      text: `INSERT INTO erasures (user_id, email, username_key, created_at)
        SELECT id, email, username_key, ? FROM users WHERE ${user.column} = ? ON CONFLICT DO NOTHING`,
      values: [act.at, value],
    },
    {
      text: `DELETE FROM audit_events WHERE user_id = ${id} OR user_id IN (SELECT id FROM registrations WHERE email = ${email})`,
      values: [value, value],
    },
    recordStatement(user, act),
    { text: `DELETE FROM outbox WHERE recipient = ${email}`, values: [value] },
    {
      text: `DELETE FROM one_time_tokens WHERE subject = ${id} OR (email = ${email} AND purpose = ?)`,
      values: [value, value, 'verify_email'],
    },
    { text: `DELETE FROM registrations WHERE email = ${email}`, values: [value] },
    { text: `DELETE FROM username_claims WHERE email = ${email} OR user_id = ${id}`, values: [value, value] },
    { text: `DELETE FROM recovery_points WHERE user_id = ${id}`, values: [value] },
    { text: `DELETE FROM users WHERE ${user.column} = ? RETURNING email, permissions`, values: [value] },
  ]
}

export function grantStatement(user: UserKey, permissions: readonly string[], now: number): Statement {
  const merged = 'SELECT value FROM json_each(users.permissions) UNION SELECT value FROM json_each(?)'
  return editPermissions(user, merged, permissions, now)
}

export function revokeStatement(user: UserKey, permissions: readonly string[], now: number): Statement {
  const remaining = 'SELECT DISTINCT value FROM json_each(users.permissions) WHERE value NOT IN (SELECT value FROM json_each(?))'
  return editPermissions(user, remaining, permissions, now)
}

/** Those a password could be, by no more than its length: a statement for the deployed database is a command line. */
export function commonPasswordsStatement(length: number): Statement {
  return { text: 'SELECT password FROM common_passwords WHERE length(password) = ?', values: [length] }
}

export function listStatement(): Statement {
  return {
    text: `SELECT id, email, username, first_name, last_name, permissions, email_verified_at, disabled_at, created_at,
        pin_hash IS NOT NULL AS has_pin FROM users ORDER BY created_at, email`,
    values: [],
  }
}

/** The array is read and written in one statement, so that two operators at once lose nothing. */
function editPermissions(user: UserKey, selection: string, permissions: readonly string[], now: number): Statement {
  const array = `SELECT json_group_array(value) FROM (SELECT value FROM (${selection}) ORDER BY value)`
  return update(user, `permissions = (${array}), updated_at = ?`, [JSON.stringify(sortedUnique(permissions)), now])
}

function update(user: UserKey, assignments: string, values: Statement['values']): Statement {
  return {
    text: `UPDATE users SET ${assignments} WHERE ${user.column} = ? RETURNING email, permissions`,
    values: [...values, user.value],
  }
}

function sortedUnique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}
