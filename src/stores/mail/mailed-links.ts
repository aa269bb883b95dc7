// What became of the mails with links that still count. A link and its mail are written in one batch, so that the address, the time and the
// order of writing tell which mail carries which link; the outbox forgets a mail before or after its link ends.
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { readRow } from '../rows.ts'

/** A link that counts, unspent. */
export interface MailedLink {
  readonly purpose: 'verify_email' | 'prove_email' | 'reset_password' | 'change_email' | 'undo_email_change'
  /** The registration or the account that it is about. */
  readonly subject: string
  readonly createdAt: number
  readonly expiresAt: number
  /** `null` where the outbox has forgotten it. */
  readonly mail: MailOutcome | null
}

/** Neither sent nor dead: it waits. */
export interface MailOutcome {
  readonly sentAt: number | null
  readonly deadAt: number | null
  readonly reason: string | null
}

export interface MailedLinks {
  /** To an address, newest first. */
  list(email: string, now: number): Promise<readonly MailedLink[]>
}

const MOST = 100

export function createMailedLinks(database: Database): MailedLinks {
  return {
    async list(email, now) {
      const rows = await database.ask(sql`
        SELECT one_time_tokens.purpose, subject, one_time_tokens.created_at, one_time_tokens.expires_at, id, sent_at, dead_at, reason
        FROM (
          SELECT *, rowid AS place, row_number() OVER (PARTITION BY created_at, ${KIND} ORDER BY rowid) AS nth
          FROM one_time_tokens WHERE email = ${email} AND NOT ${IS_FOR_SHOW}) AS one_time_tokens
        LEFT JOIN (
          SELECT *, row_number() OVER (PARTITION BY created_at, purpose ORDER BY rowid) AS nth
          FROM outbox WHERE recipient = ${email} AND expires_at IS NOT NULL) AS outbox ON ${CARRIES} AND outbox.nth = one_time_tokens.nth
        WHERE ${isLive(now)} ORDER BY one_time_tokens.created_at DESC, place DESC LIMIT ${MOST}`)
      return rows.map((row) => {
        const { id, sentAt, deadAt, reason, ...link } = readRow<Omit<MailedLink, 'mail'> & MailOutcome & { readonly id: unknown }>(
          row,
        )
        return { ...link, mail: id === null ? null : { sentAt, deadAt, reason } }
      })
    },
  }
}

/** Whether the link of a mail in the outbox counts still; true of a mail without one. */
export function carriesNoDeadLink(now: number): SQL {
  return sql`(outbox.expires_at IS NULL OR EXISTS (SELECT 1 FROM one_time_tokens WHERE ${CARRIES} AND ${isLive(now)}))`
}

/** What is counted together: links of one purpose of mail. */
const KIND = sql`replace(purpose, 'prove_email', 'verify_email')`

/** Of an address that had an account: the same row as for any other, and a mail without the link. */
const IS_FOR_SHOW = sql`(one_time_tokens.purpose = 'verify_email' AND EXISTS (SELECT 1 FROM outbox AS word
  WHERE word.recipient = one_time_tokens.email AND word.created_at = one_time_tokens.created_at
    AND word.purpose = 'registration' AND word.expires_at IS NULL))`

const CARRIES = sql`outbox.recipient = one_time_tokens.email AND outbox.created_at = one_time_tokens.created_at
  AND outbox.expires_at IS NOT NULL AND CASE one_time_tokens.purpose
    WHEN 'reset_password' THEN outbox.purpose IN ('password_reset', 'notice')
    WHEN 'change_email' THEN outbox.purpose = 'email_change'
    WHEN 'undo_email_change' THEN outbox.purpose IN ('notice', 'registration', 'password_reset')
    ELSE outbox.purpose = 'registration' END`

function isLive(now: number): SQL {
  return sql`one_time_tokens.spent_by IS NULL AND one_time_tokens.expires_at > ${now}`
}
