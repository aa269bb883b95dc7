// What a signed-in user changes about the own account. Each change is one batch (D1's only transaction) that does nothing
// when the account is not any more what the caller has judged: another epoch, which a new password brings along, another
// address, disabled, gone. The hash is no part of it: a sign-in may hash the same password anew at any time.
import { type SQL, sql } from 'drizzle-orm'
import type { StoredPin } from '../../platform/hashing/pin-hash.ts'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent, isNoFlood } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { type OutgoingMail, queueMail } from '../mail/outbox.ts'
import { ACCOUNT, type Account, readAccount } from './account.ts'
import { endLinks, endOtherCredentials } from './credential-ends.ts'
import { removePin, setPassword, setPin } from './credentials.ts'
import { endRegistrations, IS_PENDING } from './pending-claims.ts'
import { holdFormerUsernames, openWindow, type Warning, warn } from './recovery-points.ts'
import { bumpEpoch } from './users.ts'

/** The account as it was read and judged. */
export interface JudgedAccount extends Pick<Account, 'id' | 'email' | 'sessionEpoch'> {
  /** For an operator: to everybody else a disabled account is gone. */
  readonly evenIfDisabled?: boolean
}

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
   * Of two changes at once one wins. All sessions but one end, since none carries the new epoch, and so do the links by which the
   * password or the address could be changed; a link that takes the account back stays.
   * @param terms the one session that goes on, and whether every other credential ends
   * @returns the new epoch, or `null` when the account is another one by now
   */
  changePassword(
    account: JudgedAccount,
    passwordHash: Secret,
    terms: { readonly keptSessionId: string; readonly endsOthers: boolean },
    traces: Traces,
    now: number,
  ): Promise<number | null>
  /** In place of whatever PIN was there before. `false` when the account is another one by now. */
  setPin(account: JudgedAccount, pin: StoredPin, pinName: string, traces: Traces, now: number): Promise<boolean>
  /** Done, without a trace, where there is none. `gone` when the account is another one by now. */
  removePin(account: JudgedAccount, traces: Traces, now: number): Promise<'removed' | 'none' | 'gone'>
  /**
   * Answers with the account as it is then. A username that it gives up stays the account's for 30 days.
   * @param event `null` where nothing is another than before
   * @param warnings for another username only: to the addresses that may take the account back from now on
   * @returns `taken` when somebody else holds the username, `gone` when the account is another one by now
   */
  updateProfile(
    account: JudgedAccount,
    changes: ProfileChanges,
    event: AuditEvent | null,
    warnings: readonly Warning[],
    now: number,
  ): Promise<Account | 'taken' | 'gone'>
}

export function createAccountChanges(database: Database): AccountChanges {
  return {
    async changePassword(account, passwordHash, { keptSessionId, endsOthers }, { notice, event }, now) {
      // Salted, so nobody else has ever written this very hash.
      const isChanged = sql`EXISTS (SELECT 1 FROM credentials
        WHERE user_id = ${account.id} AND kind = 'password' AND secret = ${passwordHash})`
      const ifChanged = sql`(SELECT ${account.id} WHERE ${isChanged})`
      const [, changed] = await database.transact([
        setPassword(select(account), passwordHash, now),
        sql`
          UPDATE users SET ${bumpEpoch(now, keptSessionId)}, updated_at = ${now}
          WHERE ${isJudged(account)} RETURNING session_epoch`,
        ...(endsOthers ? [endOtherCredentials(ifChanged)] : []),
        endLinks(ifChanged),
        queueMail(notice, null, now, isChanged),
        appendEvent(event, isChanged),
      ])
      const epoch = changed?.results[0]?.session_epoch
      return typeof epoch === 'number' ? epoch : null
    },

    async setPin(account, pin, pinName, { notice, event }, now) {
      const [, , set] = await database.transact([
        queueMail(notice, null, now, exists(account)),
        appendEvent(event, exists(account)),
        sql`UPDATE users SET updated_at = ${now} WHERE ${isJudged(account)}`,
        ...setPin(select(account), pin, pinName, now),
      ])
      return hasChanged(set)
    },

    async removePin(account, { notice, event }, now) {
      const hasPin = sql`EXISTS (SELECT 1 FROM credentials WHERE user_id = (${select(account)}) AND kind = 'pin')`
      const [, , removed, , found] = await database.transact([
        queueMail(notice, null, now, hasPin),
        appendEvent(event, hasPin),
        sql`UPDATE users SET updated_at = ${now} WHERE ${isJudged(account)} AND ${hasPin}`,
        removePin(select(account)),
        sql`SELECT 1 AS found WHERE ${exists(account)}`,
      ])
      if (hasChanged(removed)) return 'removed'
      return found?.results.length === 1 ? 'none' : 'gone'
    },

    async updateProfile(account, changes, event, warnings, now) {
      const isAllowed = sql`${isJudged(account)} AND ${holdsClaim(changes.username)}`
      const ifAllowed = sql`(SELECT id FROM users WHERE ${isAllowed})`
      const before = [
        ...claimUsername(account, changes.username, now),
        ...(event ? [appendEvent(event, sql`${ifAllowed} IS NOT NULL AND ${isNoFlood(event)}`)] : []),
        ...(warnings.length > 0 ? [...openWindow(ifAllowed, now), ...warn(ifAllowed, warnings, now)] : []),
      ]
      const results = await database.transact([
        ...before,
        sql`UPDATE users SET ${assignments(changes)} updated_at = ${now} WHERE ${isAllowed}`,
        ...(changes.username && account.evenIfDisabled
          ? endRegistrations(
              sql`username_key = ${changes.username.key} AND EXISTS (SELECT 1 FROM users WHERE ${isAllowed} AND username_key = ${changes.username.key})`,
            )
          : []),
        ...(changes.username === undefined ? [] : holdFormerUsernames(sql`(SELECT id FROM users WHERE ${isJudged(account)})`, now)),
        // In the batch, since a question of its own could fail when all is done.
        sql`SELECT ${ACCOUNT} FROM users WHERE ${isJudged(account)}`,
      ])
      const found = results.at(-1)?.results[0]
      if (!found) return 'gone'
      return hasChanged(results[before.length]) ? readAccount(found) : 'taken'
    },
  }
}

/** Of the row itself: for statements on `users`. */
export function isJudged({ id, email, sessionEpoch, evenIfDisabled = false }: JudgedAccount): SQL {
  const isEnabled = evenIfDisabled ? sql`` : sql` AND disabled_at IS NULL`
  return sql`id = ${id} AND email = ${email} AND session_epoch = ${sessionEpoch}${isEnabled}`
}

/** Selects its id while it is still the same account. */
export function select(account: JudgedAccount): SQL {
  return sql`SELECT id FROM users WHERE ${isJudged(account)}`
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

/** Takes what is free, what has lapsed, what the account gave up, and what only registrations want: of its own address, for an operator of any. */
function claimUsername(account: JudgedAccount, username: ProfileChanges['username'], now: number): SQL[] {
  if (!username) return []
  const givesWay = account.evenIfDisabled ? IS_PENDING : sql`email = excluded.email`
  return [
    sql`
      INSERT INTO username_claims (username_key, email, expires_at)
      SELECT ${username.key}, ${account.email}, NULL WHERE ${exists(account)}
      ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL, user_id = NULL
        WHERE expires_at IS NOT NULL
          AND (expires_at <= ${now} OR user_id = ${account.id} OR ${givesWay})`,
  ]
}

function holdsClaim(username: ProfileChanges['username']): SQL {
  if (!username) return sql`TRUE`
  return sql`EXISTS (SELECT 1 FROM username_claims WHERE username_claims.username_key = ${username.key}
    AND username_claims.email = users.email AND username_claims.expires_at IS NULL)`
}

export function hasChanged(result: D1Result<Record<string, unknown>> | undefined): boolean {
  return (result?.meta.changes ?? 0) > 0
}
