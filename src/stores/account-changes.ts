// What a signed-in user changes about the own account. Each change is one batch (D1's only transaction) that does nothing
// when the account is not any more what the caller has judged: another epoch, which a new password brings along, another
// address, disabled, gone. The hash is no part of it: a sign-in may hash the same password anew at any time.
import { type SQL, sql } from 'drizzle-orm'
import type { StoredPin } from '../platform/pin-hash.ts'
import type { AuditEvent } from './audit-event.ts'
import { appendEvent, forgetEventsOf, isNoFlood } from './audit-events.ts'
import type { Database } from './database.ts'
import { type OutgoingMail, queueMail } from './outbox.ts'
import { readUser, type User } from './rows.ts'
import { nextEpoch } from './users.ts'

/** The account as it was read and judged. */
export type JudgedAccount = Pick<User, 'id' | 'email' | 'sessionEpoch'>

/** `undefined`: stays as it is; `null`: none from now on. */
export interface ProfileChanges {
  readonly firstName?: string | null | undefined
  readonly lastName?: string | null | undefined
  readonly username?: { readonly username: string; readonly key: string } | null | undefined
}

/** What a change leaves behind beside itself: the mail that tells of it, and its event in the record. */
export interface Traces {
  readonly notice: OutgoingMail
  readonly event: AuditEvent
}

export interface AccountChanges {
  /**
   * Of two changes at once one wins. All sessions end, since none carries the new epoch, and so do the links by which the
   * password or the address could be changed; a link that undoes a change of address stays.
   * @returns the new epoch, or `null` when the account is another one by now
   */
  changePassword(account: JudgedAccount, passwordHash: string, traces: Traces, now: number): Promise<number | null>
  /** Whatever PIN was there before. `false` when the account is another one by now. */
  setPin(account: JudgedAccount, pin: StoredPin, traces: Traces, now: number): Promise<boolean>
  /** Done, without a trace, where there is none. `gone` when the account is another one by now. */
  removePin(account: JudgedAccount, traces: Traces, now: number): Promise<'removed' | 'none' | 'gone'>
  /** Answers with the account as it is then. A new username frees the one before; without `event` nothing is another than before. `taken` when somebody else holds it, `gone` when the account is another one by now. */
  updateProfile(
    account: JudgedAccount,
    changes: ProfileChanges,
    event: AuditEvent | null,
    now: number,
  ): Promise<User | 'taken' | 'gone'>
  /**
   * Leaves nothing personal in D1 but the notice and what `erasures` still has to do, and of the record this one event.
   * `false` when the account is another one by now.
   */
  delete(account: JudgedAccount, traces: Traces, now: number): Promise<boolean>
}

export function createAccountChanges(database: Database): AccountChanges {
  return {
    async changePassword(account, passwordHash, { notice, event }, now) {
      // Salted, so nobody else has ever written this very hash.
      const isChanged = sql`EXISTS (SELECT 1 FROM users WHERE id = ${account.id} AND password_hash = ${passwordHash})`
      const [changed] = await database.transact([
        sql`
          UPDATE users SET password_hash = ${passwordHash}, session_epoch = ${nextEpoch(now)}, updated_at = ${now}
          WHERE ${isJudged(account)} RETURNING session_epoch`,
        sql`
          DELETE FROM one_time_tokens WHERE subject = ${account.id} AND purpose IN ('reset_password', 'change_email')
            AND ${isChanged}`,
        queueMail(notice, null, now, isChanged),
        appendEvent(event, isChanged),
      ])
      const epoch = changed?.results[0]?.session_epoch
      return typeof epoch === 'number' ? epoch : null
    },

    async setPin(account, { pinHash, pinKeyId }, { notice, event }, now) {
      const [, , set] = await database.transact([
        queueMail(notice, null, now, exists(account)),
        appendEvent(event, exists(account)),
        sql`
          UPDATE users SET pin_hash = ${pinHash}, pin_key_id = ${pinKeyId}, updated_at = ${now} WHERE ${isJudged(account)}`,
      ])
      return hasChanged(set)
    },

    async removePin(account, { notice, event }, now) {
      const hasPin = sql`EXISTS (SELECT 1 FROM users WHERE ${isJudged(account)} AND pin_hash IS NOT NULL)`
      const [, , removed, found] = await database.transact([
        queueMail(notice, null, now, hasPin),
        appendEvent(event, hasPin),
        sql`
          UPDATE users SET pin_hash = NULL, pin_key_id = NULL, updated_at = ${now}
          WHERE ${isJudged(account)} AND pin_hash IS NOT NULL`,
        sql`SELECT 1 AS found WHERE ${exists(account)}`,
      ])
      if (hasChanged(removed)) return 'removed'
      return found?.results.length === 1 ? 'none' : 'gone'
    },

    async updateProfile(account, changes, event, now) {
      const isAllowed = sql`${isJudged(account)} AND ${holdsClaim(changes.username)}`
      const results = await database.transact([
        ...claimUsername(account, changes.username, now),
        ...(event ? [appendEvent(event, sql`EXISTS (SELECT 1 FROM users WHERE ${isAllowed}) AND ${isNoFlood(event)}`)] : []),
        sql`UPDATE users SET ${assignments(changes)} updated_at = ${now} WHERE ${isAllowed}`,
        ...releaseUsernames(account, changes.username),
        // In the batch, since a question of its own could fail when all is done.
        sql`SELECT * FROM users WHERE ${isJudged(account)}`,
      ])
      const found = results.at(-1)?.results[0]
      if (!found) return 'gone'
      return hasChanged(results[(changes.username ? 1 : 0) + (event ? 1 : 0)]) ? readUser(found) : 'taken'
    },

    async delete(account, { notice, event }, now) {
      const { id, email } = account
      const isThere = exists(account)
      // Their mailboxes were the account's once, and tell of it.
      const formerAddresses = sql`SELECT email FROM one_time_tokens WHERE subject = ${id} AND purpose = 'undo_email_change'`
      const results = await database.transact([
        queueMail(notice, null, now, isThere),
        sql`
          INSERT INTO erasures (user_id, email, username_key, created_at)
          SELECT id, email, username_key, ${now} FROM users WHERE ${isJudged(account)}`,
        sql`
          DELETE FROM outbox WHERE ${isThere} AND id <> ${notice.id}
            AND (recipient = ${email} OR (recipient IN (${formerAddresses})
              AND NOT EXISTS (SELECT 1 FROM users WHERE users.email = recipient)
              AND NOT EXISTS (SELECT 1 FROM registrations WHERE registrations.email = recipient)))`,
        sql`
          DELETE FROM one_time_tokens
          WHERE ${isThere} AND (subject = ${id} OR (email = ${email} AND purpose = 'verify_email'))`,
        forgetEventsOf(sql`
          SELECT ${id} WHERE ${isThere} UNION ALL SELECT id FROM registrations WHERE ${isThere} AND email = ${email}`),
        appendEvent(event, isThere),
        sql`DELETE FROM registrations WHERE ${isThere} AND email = ${email}`,
        sql`DELETE FROM username_claims WHERE ${isThere} AND email = ${email}`,
        sql`DELETE FROM users WHERE ${isJudged(account)}`,
      ])
      return hasChanged(results.at(-1))
    },
  }
}

/** Of the row itself: for statements on `users`. */
function isJudged({ id, email, sessionEpoch }: JudgedAccount): SQL {
  return sql`id = ${id} AND email = ${email} AND session_epoch = ${sessionEpoch} AND disabled_at IS NULL`
}

/** For statements on anything else. */
export function exists(account: JudgedAccount): SQL {
  return sql`EXISTS (SELECT 1 FROM users WHERE ${isJudged(account)})`
}

function assignments({ firstName, lastName, username }: ProfileChanges): SQL {
  const names: SQL[] = []
  if (firstName !== undefined) names.push(sql`first_name = ${firstName},`)
  if (lastName !== undefined) names.push(sql`last_name = ${lastName},`)
  if (username !== undefined) names.push(sql`username = ${username?.username ?? null}, username_key = ${username?.key ?? null},`)
  return sql.join(names, sql` `)
}

/** Takes what is free, what has lapsed, and what only registrations of the account's own address have asked for. */
function claimUsername(account: JudgedAccount, username: ProfileChanges['username'], now: number): SQL[] {
  if (!username) return []
  return [
    sql`
      INSERT INTO username_claims (username_key, email, expires_at)
      SELECT ${username.key}, ${account.email}, NULL WHERE ${exists(account)}
      ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL
        WHERE expires_at IS NOT NULL AND (expires_at <= ${now} OR email = excluded.email)`,
  ]
}

function holdsClaim(username: ProfileChanges['username']): SQL {
  if (!username) return sql`TRUE`
  return sql`EXISTS (SELECT 1 FROM username_claims WHERE username_claims.username_key = ${username.key}
    AND username_claims.email = users.email AND username_claims.expires_at IS NULL)`
}

/** An account holds one claim: that of the username it has by now, whichever of two changes at once came last. */
function releaseUsernames({ id, email }: JudgedAccount, username: ProfileChanges['username']): SQL[] {
  if (username === undefined) return []
  return [
    sql`
      DELETE FROM username_claims WHERE expires_at IS NULL AND email = (SELECT email FROM users WHERE id = ${id} AND email = ${email})
        AND username_key IS NOT (SELECT username_key FROM users WHERE id = ${id})`,
  ]
}

function hasChanged(result: D1Result<Record<string, unknown>> | undefined): boolean {
  return (result?.meta.changes ?? 0) > 0
}
