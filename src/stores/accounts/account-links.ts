// The mailed links about accounts that exist: reset of the password and change of the address. A token is spent by one statement; every later one of its batch is guarded by what that achieved.
import { type SQL, sql } from 'drizzle-orm'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { appendEvent, forgetEventsOf, recordedUser } from '../audit/audit-events.ts'
import type { Database } from '../database.ts'
import { finishRequest, isStillAsked } from '../mail/mail-requests.ts'
import { type MailCaps, type OutgoingMail, queueMail } from '../mail/outbox.ts'
import { ACCOUNT, type Account, readAccount } from './account.ts'
import { exists, type JudgedAccount, type Traces } from './account-changes.ts'
import { endLinks, endOtherCredentials } from './credential-ends.ts'
import { setPassword } from './credentials.ts'
import { hasPoint, isReserved, openWindow, type Warning, warn } from './recovery-points.ts'
import { bumpEpoch } from './users.ts'

export type LinkPurpose = 'reset_password' | 'change_email' | 'prove_email'

/** A link that counts, and the account it is about. */
export interface AccountLink {
  /** The address it was made for: the account's own, the one to come, the one to come back. */
  readonly email: string
  readonly isSpent: boolean
  readonly user: Account
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
   * @param caps `null` for what the operator has mailed
   * @param requestId of the request that this answers: it is gone after that, and nothing happens where it was gone before
   * @returns whose account it is, or `null` when there is no link
   */
  addReset(
    email: string,
    link: NewLink,
    mail: OutgoingMail,
    event: AuditEvent,
    caps: MailCaps | null,
    requestId: string | null,
    now: number,
  ): Promise<string | null>
  /**
   * Spends the link: a new password and no other credential, no session, no other link that changes password or address, and the
   * address is proven.
   * @param nonce random; marks the spending that the rest of the batch belongs to
   * @returns the new epoch, or `null` when the link does not count (any more)
   */
  reset(tokenHash: string, nonce: string, passwordHash: Secret, traces: Traces, now: number): Promise<number | null>
  /** A link that proves the address of an account that has not proven it. @returns whether its mail is on its way */
  addProof(
    account: Account,
    link: NewLink,
    mail: OutgoingMail,
    event: AuditEvent,
    caps: MailCaps,
    requestId: string | null,
    now: number,
  ): Promise<boolean>
  /**
   * Spends the link: the address is proven.
   * @param passwordHash of the password that replaces the account's, which ends every session and other credential; `null` where it stays
   * @returns whose account it is, `spent` when this was done before, `null` when the link does not count (any more)
   */
  prove(
    tokenHash: string,
    nonce: string,
    passwordHash: Secret | null,
    event: AuditEvent,
    now: number,
  ): Promise<{ readonly userId: string } | 'spent' | null>
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
   * Spends the link: the account has the new address, whose pending registrations end. The address of before is warned with a link
   * that takes the account back, and so is the oldest address that may. An address that may take the account back does so by
   * this: then the address of before gets a mail that says so, and no link.
   * @param from the address the account has now; the link does not count when it is another one
   * @returns `spent` when this was done before, `null` when the link does not count
   */
  changeEmail(tokenHash: string, nonce: string, from: string, traces: MoveTraces, now: number): Promise<'changed' | 'spent' | null>
}

export interface MoveTraces {
  readonly event: AuditEvent
  /** Of the address of before first, then of the oldest one where that is another. */
  readonly warnings: readonly Warning[]
  /** To the address of before where it gets no link. */
  readonly farewell: OutgoingMail
}

export function createAccountLinks(database: Database): AccountLinks {
  return {
    async find(tokenHash, purpose, now) {
      const [row] = await database.ask(sql`
        SELECT one_time_tokens.email AS link_email, spent_by, ${ACCOUNT} FROM one_time_tokens JOIN users ON users.id = subject
        WHERE hash = ${tokenHash} AND purpose = ${purpose} AND expires_at > ${now}`)
      if (!row) return null
      return { email: String(row.link_email), isSpent: row.spent_by !== null, user: readAccount(row) }
    },

    async addReset(email, link, mail, event, caps, requestId, now) {
      const account = sql`FROM users WHERE email = ${email} AND disabled_at IS NULL`
      const results = await database.transact([
        queueMail(mail, caps, now, sql`EXISTS (SELECT 1 ${account}) AND ${isStillAsked(requestId)}`),
        sql`${insertLink(link, 'reset_password', sql`${email}`, sql`id`, now)} ${account} AND ${isQueued(mail)}`,
        appendEvent(event, isQueued(mail), sql`(SELECT id ${account})`),
        finishRequest(requestId),
      ])
      return recordedUser(results[2])
    },

    async reset(tokenHash, nonce, passwordHash, { notice, event }, now) {
      const user = spentSubject(tokenHash, nonce)
      const [, changed] = await database.transact([
        spend(
          tokenHash,
          'reset_password',
          nonce,
          now,
          sql`EXISTS (SELECT 1 FROM users WHERE id = subject AND users.email = one_time_tokens.email AND disabled_at IS NULL)`,
        ),
        sql`
          UPDATE users SET ${bumpEpoch(now)}, email_verified_at = coalesce(email_verified_at, ${now}), updated_at = ${now}
          WHERE id = (${user}) RETURNING session_epoch`,
        setPassword(user, passwordHash, now),
        endOtherCredentials(user),
        endLinks(sql`(${user})`, tokenHash),
        queueMail(notice, null, now, sql`EXISTS (${user})`),
        appendEvent(event, sql`EXISTS (${user})`),
      ])
      const epoch = changed?.results[0]?.session_epoch
      return typeof epoch === 'number' ? epoch : null
    },

    async addProof(account, link, mail, event, caps, requestId, now) {
      const isUnproven = sql`EXISTS (SELECT 1 FROM users
        WHERE id = ${account.id} AND email = ${account.email} AND email_verified_at IS NULL AND disabled_at IS NULL)`
      const results = await database.transact([
        queueMail(mail, caps, now, sql`${isUnproven} AND ${isStillAsked(requestId)}`),
        sql`${insertLink(link, 'prove_email', sql`${account.email}`, sql`${account.id}`, now)} WHERE ${isQueued(mail)}`,
        appendEvent(event, isQueued(mail)),
        finishRequest(requestId),
      ])
      return recordedUser(results[2]) !== null
    },

    async prove(tokenHash, nonce, passwordHash, event, now) {
      const user = sql`(${spentSubject(tokenHash, nonce)})`
      const isProven = sql`EXISTS (${spentSubject(tokenHash, nonce)})`
      const results = await database.transact([
        spend(
          tokenHash,
          'prove_email',
          nonce,
          now,
          sql`EXISTS (SELECT 1 FROM users WHERE id = subject AND users.email = one_time_tokens.email AND disabled_at IS NULL)`,
        ),
        sql`
          UPDATE users SET ${passwordHash === null ? sql`` : sql`${bumpEpoch(now)},`}
            email_verified_at = coalesce(email_verified_at, ${now}), updated_at = ${now} WHERE id = ${user}`,
        appendEvent(event, isProven, user),
        ...(passwordHash === null ? [] : [setPassword(user, passwordHash, now), endOtherCredentials(user)]),
        sql`DELETE FROM one_time_tokens WHERE subject = ${user} AND purpose = 'prove_email' AND hash <> ${tokenHash}`,
        isSpent(tokenHash, now),
      ])
      const userId = recordedUser(results[2])
      if (userId !== null) return { userId }
      return results.at(-1)?.results.length === 1 ? 'spent' : null
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
          WHERE ${isQueued(mail)} AND NOT EXISTS (SELECT 1 FROM users WHERE email = ${email})
            AND NOT ${isReserved(sql`${email}`, now, sql`${account.id}`)}`,
        appendEvent(event, isThere),
      ])
      return recordedUser(results[3]) !== null
    },

    async changeEmail(tokenHash, nonce, from, { event, warnings, farewell }, now) {
      const user = sql`(${spentSubject(tokenHash, nonce)})`
      const address = sql`(${spentAddress(tokenHash, nonce)})`
      const results = await database.transact([
        spend(
          tokenHash,
          'change_email',
          nonce,
          now,
          sql`EXISTS (SELECT 1 FROM users WHERE id = subject AND users.email = ${from} AND disabled_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM users WHERE users.email = one_time_tokens.email)
            AND NOT ${isReserved(sql`one_time_tokens.email`, now, sql`subject`)}`,
        ),
        appendEvent(event, sql`EXISTS (${spentSubject(tokenHash, nonce)})`),
        ...openWindow(user, now, address),
        ...warn(user, warnings, now),
        queueMail(
          farewell,
          null,
          now,
          sql`EXISTS (${spentSubject(tokenHash, nonce)}) AND NOT ${hasPoint(user, sql`${from}`, now)}`,
        ),
        ...moveAccount(user, address, now),
        endLinks(user, tokenHash),
        isSpent(tokenHash, now),
      ])
      if (recordedUser(results[1]) !== null) return 'changed'
      return results.at(-1)?.results.length === 1 ? 'spent' : null
    },
  }
}

/** The account gets another address, with its username, and instead of whoever only registered it. All arguments are SQL values. */
export function moveAccount(user: SQL, address: SQL, now: number): SQL[] {
  return [
    sql`
      UPDATE username_claims SET email = ${address}
      WHERE expires_at IS NULL AND email = (SELECT email FROM users WHERE id = ${user})`,
    sql`UPDATE users SET email = ${address}, email_verified_at = ${now}, updated_at = ${now} WHERE id = ${user}`,
    // Their claims on usernames are left to lapse: a name that became free would tell that the address has an account now.
    forgetEventsOf(sql`SELECT id FROM registrations WHERE email = ${address}`),
    sql`DELETE FROM registrations WHERE email = ${address}`,
    sql`DELETE FROM one_time_tokens WHERE email = ${address} AND purpose = 'verify_email' AND spent_by IS NULL`,
  ]
}

export function spend(
  tokenHash: string,
  purpose: LinkPurpose | 'undo_email_change',
  nonce: string,
  now: number,
  condition: SQL,
): SQL {
  return sql`
    UPDATE one_time_tokens SET spent_by = ${nonce}, spent_at = ${now}
    WHERE hash = ${tokenHash} AND purpose = ${purpose} AND spent_by IS NULL AND expires_at > ${now} AND ${condition}`
}

/** The account of the link, if this very batch has spent it. */
export function spentSubject(tokenHash: string, nonce: string): SQL {
  return sql`SELECT subject FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by = ${nonce}`
}

/** The address of the link, likewise. */
export function spentAddress(tokenHash: string, nonce: string): SQL {
  return sql`SELECT email FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by = ${nonce}`
}

export function isSpent(tokenHash: string, now: number): SQL {
  return sql`SELECT 1 AS found FROM one_time_tokens WHERE hash = ${tokenHash} AND spent_by IS NOT NULL AND expires_at > ${now}`
}

/** To be followed by where the row comes from. */
export function insertLink({ tokenHash, expiresAt }: NewLink, purpose: LinkPurpose, email: SQL, subject: SQL, now: number): SQL {
  return sql`
    INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at)
    SELECT ${tokenHash}, ${purpose}, ${email}, ${subject}, ${now}, ${expiresAt}`
}

/** A link that no mail carries would only be rubbish: none is kept where a cap has held the mail back. */
function isQueued(mail: OutgoingMail): SQL {
  return sql`EXISTS (SELECT 1 FROM outbox WHERE id = ${mail.id})`
}
