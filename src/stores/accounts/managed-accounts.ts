// What an operator does to accounts. Each act is one batch (D1's only transaction), with its event in it. An operator's word ends
// every mailed link of the account, those that take it back included (docs/account-lives.md).
import { type SQL, sql } from 'drizzle-orm'
import type { StoredPin } from '../../platform/hashing/pin-hash.ts'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent, forgetEventsOf } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { type OutgoingMail, queueMail } from '../mail/outbox.ts'
import { ACCOUNT, type Account, readAccount } from './account.ts'
import { hasChanged } from './account-changes.ts'
import { moveAccount } from './account-links.ts'
import { endOtherCredentials } from './credential-ends.ts'
import { setPassword, setPin } from './credentials.ts'
import { endRegistrations, IS_PENDING } from './pending-claims.ts'
import { closeWindow } from './recovery-points.ts'
import { bumpEpoch, forgetNumberOf, NO_PASSWORD_BEFORE } from './users.ts'

export type AccountState = 'active' | 'disabled' | 'unverified' | 'no_password'

export interface AccountQuery {
  /** All that is given has to hold. */
  readonly id?: string
  readonly email?: string
  /** The whole key. */
  readonly usernameKey?: string
  /** The beginning of a username (its key), a first or a last name. */
  readonly prefix?: { readonly key: string; readonly text: string }
  readonly state?: AccountState
  /** The address that the page before ended with. */
  readonly after: string
  readonly limit: number
}

export interface NewAccount {
  readonly id: string
  readonly email: string
  readonly username: string | null
  readonly usernameKey: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly passwordHash: Secret
  readonly pin: (StoredPin & { readonly pinName: string }) | null
  readonly isVerified: boolean
  readonly permissions: readonly string[]
}

/** An account with what no other answer has. */
export interface ExportedAccount {
  readonly account: Account
  readonly passwordHash: Secret | null
}

/** Why there is no new account: `heldUntil` for an account that gave the username up, `null` by an account that has it. */
export type NotCreated = { readonly taken: 'address' } | { readonly taken: 'username'; readonly heldUntil: number | null }

export interface ManagedAccounts {
  /** In the order of their addresses. */
  list(query: AccountQuery): Promise<readonly Account[]>
  /** In the order of their ids. @param after only later ones */
  page(after: string, limit: number): Promise<readonly ExportedAccount[]>
  /** An address without an account belongs to nobody, so pending registrations of it give way; their username claims, too. */
  create(account: NewAccount, event: AuditEvent): Promise<Account | NotCreated>
  /** Ends all sessions, also for when it is enabled again. @returns the new epoch, `null` where there is no such account */
  disable(id: string, event: AuditEvent): Promise<number | null>
  /** `false` where there is no such account. */
  enable(id: string, event: AuditEvent): Promise<boolean>
  /** Ends every session and every other credential, as a reset by mail does. @returns the new epoch */
  setPassword(id: string, passwordHash: Secret, notice: OutgoingMail, event: AuditEvent): Promise<number | null>
  setPin(id: string, pin: StoredPin, pinName: string, notice: OutgoingMail, event: AuditEvent): Promise<boolean>
  /**
   * Another address, which the operator answers for: no address of before may take the account back. Its pending registrations end.
   * @param isVerified whether it counts as proven
   * @returns `taken` when another account has it, `gone` where there is no such account
   */
  move(
    id: string,
    email: string,
    isVerified: boolean,
    farewell: OutgoingMail,
    event: AuditEvent,
  ): Promise<Account | 'taken' | 'gone'>
  /** The address counts as proven from now on. */
  verify(id: string, event: AuditEvent): Promise<boolean>
  /** In one statement, so that two operators at once lose nothing. @returns all there are then, sorted */
  editPermissions(
    id: string,
    change: 'grant' | 'revoke',
    permissions: readonly string[],
    event: AuditEvent,
  ): Promise<readonly string[] | null>
  /** For good, whoever could have taken it back. What is put aside already goes too. @returns whether there was one */
  erase(id: string, event: AuditEvent): Promise<boolean>
}

export function createManagedAccounts(database: Database): ManagedAccounts {
  return {
    async list({ id, email, usernameKey, prefix, state, after, limit }) {
      const conditions = [
        sql`email > ${after}`,
        ...(id === undefined ? [] : [sql`id = ${id}`]),
        ...(email === undefined ? [] : [sql`email = ${email}`]),
        ...(usernameKey === undefined ? [] : [sql`username_key = ${usernameKey}`]),
        ...(prefix === undefined ? [] : [startsWith(prefix)]),
        ...(state === undefined ? [] : [IS_IN_STATE[state]]),
      ]
      const rows = await database.ask(
        sql`SELECT ${ACCOUNT} FROM users WHERE ${sql.join(conditions, sql` AND `)} ORDER BY email LIMIT ${limit}`,
      )
      return rows.map(readAccount)
    },

    async page(after, limit) {
      const rows = await database.ask(sql`
        SELECT ${ACCOUNT}, (SELECT secret FROM credentials WHERE user_id = users.id AND kind = 'password') AS password_hash
        FROM users WHERE users.id > ${after} ORDER BY users.id LIMIT ${limit}`)
      return rows.map((row) => ({ account: readAccount(row), passwordHash: row.password_hash as Secret | null }))
    },

    async create(account, event) {
      const { id, email, usernameKey } = account
      const { at: now } = event
      const isCreated = sql`EXISTS (SELECT 1 FROM users WHERE id = ${id})`
      const results = await database.transact([
        sql`
          INSERT INTO username_claims (username_key, email, expires_at)
          SELECT ${usernameKey}, ${email}, NULL
          WHERE ${usernameKey} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE email = ${email})
          ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL, user_id = NULL
            WHERE expires_at IS NOT NULL AND (expires_at <= ${now} OR ${IS_PENDING})`,
        insertAccount(account, now),
        setPassword(sql`${id}`, account.passwordHash, now),
        ...(account.pin ? setPin(sql`${id}`, account.pin, account.pin.pinName, now) : []),
        appendEvent(event, isCreated),
        ...endRegistrations(sql`${isCreated} AND (email = ${email} OR username_key = ${usernameKey})`),
        sql`DELETE FROM username_claims WHERE email = ${email} AND expires_at IS NOT NULL AND ${isCreated}`,
        sql`SELECT 1 FROM users WHERE email = ${email} AND id <> ${id}`,
        sql`SELECT expires_at FROM username_claims WHERE username_key = ${usernameKey}`,
        // In the batch, since a question of its own could fail when all is done.
        sql`SELECT ${ACCOUNT} FROM users WHERE id = ${id}`,
      ])
      const created = results.at(-1)?.results[0]
      if (created) return readAccount(created)
      if (results.at(-3)?.results.length) return { taken: 'address' }
      const heldUntil = results.at(-2)?.results[0]?.expires_at
      return { taken: 'username', heldUntil: typeof heldUntil === 'number' ? heldUntil : null }
    },

    async disable(id, event) {
      const { at: now } = event
      return epochOf(
        await change(database, id, event, sql`disabled_at = coalesce(disabled_at, ${now}), ${bumpEpoch(now)},`, endEveryLink(id)),
      )
    },

    async enable(id, event) {
      return hasRow(await change(database, id, event, sql`disabled_at = NULL,`, endEveryLink(id)))
    },

    async setPassword(id, passwordHash, notice, event) {
      const { at: now } = event
      const credentials = [setPassword(sql`${id}`, passwordHash, now), endOtherCredentials(sql`${id}`)]
      return epochOf(
        await change(database, id, event, sql`${bumpEpoch(now)},`, [...credentials, ...endEveryLink(id), tell(id, notice, now)]),
      )
    },

    async setPin(id, pin, pinName, notice, event) {
      const { at: now } = event
      return hasRow(await change(database, id, event, sql``, [...setPin(sql`${id}`, pin, pinName, now), tell(id, notice, now)]))
    },

    async move(id, email, isVerified, farewell, event) {
      const { at: now } = event
      const canMove = sql`EXISTS (SELECT 1 FROM users WHERE id = ${id}) AND NOT EXISTS (SELECT 1 FROM users WHERE email = ${email})`
      const ifFree = sql`(SELECT ${id} WHERE ${canMove})`
      const results = await database.transact([
        appendEvent(event, canMove),
        queueMail(farewell, null, now, canMove),
        ...closeWindow(ifFree),
        sql`DELETE FROM one_time_tokens WHERE subject = ${ifFree}`,
        ...moveAccount(ifFree, sql`${email}`, now),
        sql`UPDATE users SET email_verified_at = ${isVerified ? now : null} WHERE id = ${id} AND email = ${email} AND updated_at = ${now}`,
        // In the batch, since a question of its own could fail when all is done.
        sql`SELECT ${ACCOUNT} FROM users WHERE id = ${id}`,
      ])
      const found = results.at(-1)?.results[0]
      if (!found) return 'gone'
      return found.email === email ? readAccount(found) : 'taken'
    },

    async verify(id, event) {
      const proofs = sql`DELETE FROM one_time_tokens WHERE subject = ${id} AND purpose = 'prove_email'`
      return hasRow(await change(database, id, event, sql`email_verified_at = coalesce(email_verified_at, ${event.at}),`, [proofs]))
    },

    async editPermissions(id, kind, permissions, event) {
      const list = JSON.stringify(permissions)
      const selection =
        kind === 'grant'
          ? sql`SELECT value FROM json_each(users.permissions) UNION SELECT value FROM json_each(${list})`
          : sql`SELECT DISTINCT value FROM json_each(users.permissions) WHERE value NOT IN (SELECT value FROM json_each(${list}))`
      const array = sql`(SELECT json_group_array(value) FROM (SELECT value FROM (${selection}) ORDER BY value))`
      const row = await change(database, id, event, sql`permissions = ${array},`, [])
      return row ? JSON.parse(String(row.permissions)) : null
    },

    async erase(id, event) {
      const { at: now } = event
      const isThere = sql`(EXISTS (SELECT 1 FROM users WHERE id = ${id}) OR EXISTS (SELECT 1 FROM deleted_accounts WHERE user_id = ${id}))`
      const addresses = sql`
        SELECT email FROM users WHERE id = ${id} UNION SELECT email FROM deleted_accounts WHERE user_id = ${id}`
      // An address that is somebody else's by now keeps what is theirs.
      const own = sql`(SELECT email FROM (${addresses}) WHERE email NOT IN (SELECT users.email FROM users WHERE users.id <> ${id}))`
      const results = await database.transact([
        appendEvent(event, isThere),
        sql`
          INSERT INTO erasures (user_id, email, username_key, created_at)
          SELECT id, email, username_key, ${now} FROM users WHERE id = ${id}
          UNION ALL SELECT user_id, email, username_key, ${now} FROM deleted_accounts WHERE user_id = ${id}
          ON CONFLICT DO NOTHING`,
        sql`DELETE FROM audit_events WHERE user_id = ${id} AND id <> ${event.id}`,
        forgetEventsOf(sql`SELECT id FROM registrations WHERE email IN ${own}`),
        sql`DELETE FROM outbox WHERE recipient IN ${own}`,
        sql`DELETE FROM one_time_tokens WHERE subject = ${id} OR (purpose = 'verify_email' AND email IN ${own})`,
        sql`DELETE FROM registrations WHERE email IN ${own}`,
        sql`DELETE FROM username_claims WHERE user_id = ${id} OR email IN ${own}`,
        sql`DELETE FROM recovery_points WHERE user_id = ${id}`,
        forgetNumberOf(sql`SELECT ${id}`),
        sql`DELETE FROM deleted_accounts WHERE user_id = ${id}`,
        sql`DELETE FROM users WHERE id = ${id}`,
      ])
      return hasChanged(results[0])
    },
  }
}

const IS_IN_STATE: Readonly<Record<AccountState, SQL>> = {
  active: sql`(disabled_at IS NULL AND email_verified_at IS NOT NULL)`,
  disabled: sql`disabled_at IS NOT NULL`,
  unverified: sql`(disabled_at IS NULL AND email_verified_at IS NULL)`,
  no_password: sql`NOT EXISTS (SELECT 1 FROM credentials WHERE user_id = users.id AND kind = 'password')`,
}

/** Above every text that begins so. */
const LAST = '\u{10FFFF}'

function startsWith({ key, text }: { readonly key: string; readonly text: string }): SQL {
  const names = spellingsOf(text).map((spelling) => {
    const pattern = `${spelling.replace(/[\\%_]/g, '\\$&')}%`
    return sql`first_name LIKE ${pattern} ESCAPE '\\' OR last_name LIKE ${pattern} ESCAPE '\\'`
  })
  return sql`((username_key >= ${key} AND username_key < ${key + LAST}) OR ${sql.join(names, sql` OR `)})`
}

/** SQLite's LIKE takes upper for lower case in ASCII alone. */
function spellingsOf(text: string): readonly string[] {
  const lower = text.normalize('NFC').toLowerCase()
  const [first = '', ...rest] = lower
  return [...new Set([lower, lower.toUpperCase(), first.toUpperCase() + rest.join('')])]
}

function insertAccount(account: NewAccount, now: number): SQL {
  const { id, email, usernameKey } = account
  const permissions = JSON.stringify([...new Set(account.permissions)].sort())
  return sql`
    INSERT INTO users (id, email, username, username_key, first_name, last_name, password_hash, email_verified_at,
      permissions, created_at, updated_at)
    SELECT ${id}, ${email}, ${account.username}, ${usernameKey}, ${account.firstName}, ${account.lastName}, ${NO_PASSWORD_BEFORE},
      ${account.isVerified ? now : null}, ${permissions},
      ${now}, ${now}
    WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ${email} OR username_key = ${usernameKey})
      AND (${usernameKey} IS NULL OR EXISTS (
        SELECT 1 FROM username_claims WHERE username_key = ${usernameKey} AND email = ${email} AND expires_at IS NULL))`
}

/** @param assignments each with a comma behind it @param also what the batch does besides */
async function change(
  database: Database,
  id: string,
  event: AuditEvent,
  assignments: SQL,
  also: readonly SQL[],
): Promise<Record<string, unknown> | undefined> {
  const results = await database.transact([
    appendEvent(event, sql`EXISTS (SELECT 1 FROM users WHERE id = ${id})`),
    ...also,
    sql`UPDATE users SET ${assignments} updated_at = ${event.at} WHERE id = ${id} RETURNING session_epoch, permissions`,
  ])
  return results.at(-1)?.results[0]
}

/** No mailed link is worth anything after an operator has stepped in, and no address of before may take the account back. */
function endEveryLink(id: string): SQL[] {
  return [...closeWindow(sql`${id}`), sql`DELETE FROM one_time_tokens WHERE subject = ${id}`]
}

function tell(id: string, notice: OutgoingMail, now: number): SQL {
  return queueMail(notice, null, now, sql`EXISTS (SELECT 1 FROM users WHERE id = ${id})`)
}

function hasRow(row: Record<string, unknown> | undefined): boolean {
  return row !== undefined
}

function epochOf(row: Record<string, unknown> | undefined): number | null {
  return typeof row?.session_epoch === 'number' ? row.session_epoch : null
}
