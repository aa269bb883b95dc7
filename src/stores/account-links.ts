// The mailed links about accounts that exist: reset of the password, change of the address, and its undoing. A token is
// spent by one statement; every later one of its batch is guarded by what that achieved.
import { type SQL, sql } from 'drizzle-orm'
import { exists, type JudgedAccount, type Traces } from './account-changes.ts'
import type { AuditEvent } from './audit-event.ts'
import { appendEvent, forgetEventsOf, recordedUser } from './audit-events.ts'
import type { Database } from './database.ts'
import { type MailCaps, type OutgoingMail, queueMail } from './outbox.ts'
import { readUser } from './rows.ts'
import { nextEpoch, type User } from './users.ts'

export type LinkPurpose = 'reset_password' | 'change_email' | 'undo_email_change'

/** A link that counts, and the account it is about. */
export interface AccountLink {
  /** The address it was made for: the account's own, the one to come, the one to come back. */
  readonly email: string
  readonly isSpent: boolean
  readonly user: User
}

/** A link to be made: what the store knows it by, and until when it counts. */
export interface NewLink {
  readonly tokenHash: string
  readonly expiresAt: number
}

export interface AccountLinks {
  find(tokenHash: string, purpose: LinkPurpose, now: number): Promise<AccountLink | null>
  /**
   * For the account of `email`; for an address without one, and for a disabled account, the same work for nothing.
   * @returns whose account it is, or `null` when there is no link
   */
  addReset(email: string, link: NewLink, mail: OutgoingMail, event: AuditEvent, caps: MailCaps, now: number): Promise<string | null>
  /**
   * Spends the link: a new password, no session, no other link that changes password or address, and the address is proven.
   * @param nonce random; marks the spending that the rest of the batch belongs to
   * @returns the new epoch, or `null` when the link does not count (any more)
   */
  reset(tokenHash: string, nonce: string, passwordHash: string, traces: Traces, now: number): Promise<number | null>
  /**
   * A link for the address to come, in place of any before; none where the address is somebody's, by the same work. Where a
   * cap holds its mail back, the links that were mailed to this very address stay.
   * @returns `false` when the account is another one by now
   */
  addEmailChange(
    account: JudgedAccount,
    email: string,
    link: NewLink,
    mail: OutgoingMail,
    event: AuditEvent,
    caps: MailCaps,
    now: number,
  ): Promise<boolean>
  /**
   * Spends the link: the account has the new address, whose pending registrations end; `undo` brings the one before back.
   * @param from the address the account has now; the link does not count when it is another one
   * @returns `spent` when this was done before, `null` when the link does not count
   */
  changeEmail(
    tokenHash: string,
    nonce: string,
    from: string,
    undo: NewLink & Traces,
    now: number,
  ): Promise<'changed' | 'spent' | null>
  /**
   * Spends the link: the former address is back and the only way in, since no session, PIN or password of before counts; the
   * mail brings a link for a new one. Undoing links of later changes end; those of earlier ones stay, or whoever took an
   * account over could outlive its owner's by changing the address twice.
   * @param passwordHash one that no password is behind
   * @returns the new epoch, `spent` when this was done before, `null` when the link does not count
   */
  undoEmailChange(
    tokenHash: string,
    nonce: string,
    passwordHash: string,
    reset: NewLink & { readonly mail: OutgoingMail; readonly event: AuditEvent },
    now: number,
  ): Promise<number | 'spent' | null>
}

export function createAccountLinks(database: Database): AccountLinks {
  return {
    async find(tokenHash, purpose, now) {
      const [row] = await database.ask(sql`
        SELECT one_time_tokens.email AS link_email, spent_by, users.* FROM one_time_tokens JOIN users ON users.id = subject
        WHERE hash = ${tokenHash} AND purpose = ${purpose} AND expires_at > ${now}`)
      if (!row) return null
      const { link_email: email, spent_by: spentBy, ...user } = row
      return { email: String(email), isSpent: spentBy !== null, user: readUser(user) }
    },

    async addReset(email, link, mail, event, caps, now) {
      const account = sql`FROM users WHERE email = ${email} AND disabled_at IS NULL`
      const results = await database.transact([
        queueMail(mail, caps, now, sql`EXISTS (SELECT 1 ${account})`),
        sql`${insertLink(link, 'reset_password', sql`${email}`, sql`id`, now)} ${account} AND ${isQueued(mail)}`,
        appendEvent(event, isQueued(mail), sql`(SELECT id ${account})`),
      ])
      return recordedUser(results[2])
    },

    async reset(tokenHash, nonce, passwordHash, { notice, event }, now) {
      const user = subjectOf(tokenHash, nonce)
      const [, changed] = await database.transact([
        spend(
          tokenHash,
          'reset_password',
          nonce,
          now,
          sql`EXISTS (SELECT 1 FROM users WHERE id = subject AND users.email = one_time_tokens.email AND disabled_at IS NULL)`,
        ),
        sql`
          UPDATE users SET password_hash = ${passwordHash}, session_epoch = ${nextEpoch(now)},
            email_verified_at = coalesce(email_verified_at, ${now}), updated_at = ${now}
          WHERE id = (${user}) RETURNING session_epoch`,
        sql`
          DELETE FROM one_time_tokens WHERE subject = (${user}) AND purpose IN ('reset_password', 'change_email')
            AND hash <> ${tokenHash}`,
        queueMail(notice, null, now, sql`EXISTS (${user})`),
        appendEvent(event, sql`EXISTS (${user})`),
      ])
      const epoch = changed?.results[0]?.session_epoch
      return typeof epoch === 'number' ? epoch : null
    },

    async addEmailChange(account, email, link, mail, event, caps, now) {
      const isThere = exists(account)
      const results = await database.transact([
        queueMail(mail, caps, now, isThere),
        sql`
          DELETE FROM one_time_tokens WHERE subject = ${account.id} AND purpose = 'change_email' AND ${isThere}
            AND (email <> ${email} OR ${isQueued(mail)})`,
        sql`
          ${insertLink(link, 'change_email', sql`${email}`, sql`${account.id}`, now)}
          WHERE ${isQueued(mail)} AND NOT EXISTS (SELECT 1 FROM users WHERE email = ${email})`,
        appendEvent(event, isThere),
      ])
      return recordedUser(results[3]) !== null
    },

    async changeEmail(tokenHash, nonce, from, undo, now) {
      const user = subjectOf(tokenHash, nonce)
      const results = await database.transact([
        spend(
          tokenHash,
          'change_email',
          nonce,
          now,
          sql`EXISTS (SELECT 1 FROM users WHERE id = subject AND users.email = ${from} AND disabled_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM users WHERE users.email = one_time_tokens.email)`,
        ),
        sql`${insertLink(undo, 'undo_email_change', sql`${from}`, sql`subject`, now)} FROM (${user})`,
        queueMail(undo.notice, null, now, sql`EXISTS (${user})`),
        appendEvent(undo.event, sql`EXISTS (${user})`),
        ...moveAccount(tokenHash, nonce, now),
        sql`DELETE FROM one_time_tokens WHERE subject = (${user}) AND purpose IN ('reset_password', 'change_email') AND hash <> ${tokenHash}`,
        isSpent(tokenHash, now),
      ])
      if (recordedUser(results[3]) !== null) return 'changed'
      return results.at(-1)?.results.length === 1 ? 'spent' : null
    },

    async undoEmailChange(tokenHash, nonce, passwordHash, reset, now) {
      const user = subjectOf(tokenHash, nonce)
      const results = await database.transact([
        spend(
          tokenHash,
          'undo_email_change',
          nonce,
          now,
          sql`EXISTS (SELECT 1 FROM users WHERE id = subject)
            AND NOT EXISTS (SELECT 1 FROM users WHERE users.email = one_time_tokens.email AND id <> subject)`,
        ),
        ...moveAccount(tokenHash, nonce, now),
        sql`
          UPDATE users SET password_hash = ${passwordHash}, pin_hash = NULL, pin_key_id = NULL,
            session_epoch = ${nextEpoch(now)}, updated_at = ${now}
          WHERE id = (${user}) RETURNING session_epoch`,
        sql`
          DELETE FROM one_time_tokens WHERE subject = (${user}) AND hash <> ${tokenHash} AND (purpose IN ('reset_password', 'change_email')
            OR (purpose = 'undo_email_change' AND rowid > (SELECT rowid FROM one_time_tokens WHERE hash = ${tokenHash})))`,
        queueMail(reset.mail, null, now, sql`EXISTS (${user})`),
        appendEvent(reset.event, sql`EXISTS (${user})`),
        sql`
          ${insertLink(reset, 'reset_password', sql`email`, sql`id`, now)} FROM users WHERE id = (${user})`,
        isSpent(tokenHash, now),
      ])
      const epoch = results[1 + MOVING_STATEMENTS]?.results[0]?.session_epoch
      if (typeof epoch === 'number') return epoch
      return results.at(-1)?.results.length === 1 ? 'spent' : null
    },
  }
}

const MOVING_STATEMENTS = 5

/** The account of a spent link gets the link's address: with its username, and instead of whoever only registered it. */
function moveAccount(tokenHash: string, nonce: string, now: number): SQL[] {
  const user = subjectOf(tokenHash, nonce)
  const address = sql`SELECT email FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by = ${nonce}`
  return [
    sql`
      UPDATE username_claims SET email = (${address})
      WHERE expires_at IS NULL AND email = (SELECT email FROM users WHERE id = (${user}))`,
    sql`UPDATE users SET email = (${address}), email_verified_at = ${now}, updated_at = ${now} WHERE id = (${user})`,
    // Their claims on usernames are left to lapse: a name that became free would tell that the address has an account now.
    forgetEventsOf(sql`SELECT id FROM registrations WHERE email = (${address})`),
    sql`DELETE FROM registrations WHERE email = (${address})`,
    sql`DELETE FROM one_time_tokens WHERE email = (${address}) AND purpose = 'verify_email' AND spent_by IS NULL`,
  ]
}

function spend(tokenHash: string, purpose: LinkPurpose, nonce: string, now: number, condition: SQL): SQL {
  return sql`
    UPDATE one_time_tokens SET spent_by = ${nonce}, spent_at = ${now}
    WHERE hash = ${tokenHash} AND purpose = ${purpose} AND spent_by IS NULL AND expires_at > ${now} AND ${condition}`
}

/** The account of the link, if this very batch has spent it. */
function subjectOf(tokenHash: string, nonce: string): SQL {
  return sql`SELECT subject FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by = ${nonce}`
}

function isSpent(tokenHash: string, now: number): SQL {
  return sql`SELECT 1 AS found FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by IS NOT NULL AND expires_at > ${now}`
}

/** To be followed by where the row comes from. */
function insertLink({ tokenHash, expiresAt }: NewLink, purpose: LinkPurpose, email: SQL, subject: SQL, now: number): SQL {
  return sql`
    INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
    SELECT ${tokenHash}, ${purpose}, ${email}, ${subject}, ${now}, ${expiresAt}`
}

/** A link that no mail carries would only be rubbish: none is kept where a cap has held the mail back. */
function isQueued(mail: OutgoingMail): SQL {
  return sql`EXISTS (SELECT 1 FROM outbox WHERE id = ${mail.id})`
}
