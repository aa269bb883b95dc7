// Users by the file, on their way in: staged line by line, checked as a whole, and only then written, some thousand in one batch (D1's
// only transaction). Each step is one statement over the staged lines, so that no isolate ever holds them all.
import { type SQL, sql } from 'drizzle-orm'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import type { Database } from '../database.ts'
import type { Row } from '../rows.ts'
import { endRegistrations, IS_PENDING } from './pending-claims.ts'
import { isReserved } from './recovery-points.ts'
import { NO_PASSWORD_BEFORE } from './users.ts'

/** A user that waits to be written. */
export interface StagedUser {
  readonly line: number
  readonly sourceId: string
  /** The id in the file, where it is not the source's: a file may have gained external ids. */
  readonly secondId: string | null
  readonly userId: string
  readonly externalId: string | null
  readonly email: string
  readonly username: string | null
  readonly usernameKey: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  /** `null` for somebody who is to set one by mail. */
  readonly passwordHash: Secret | null
  readonly isVerified: boolean
  readonly isDisabled: boolean
  readonly permissions: readonly string[]
  readonly locale: string | null
  readonly factors: readonly string[]
  readonly createdAt: number | null
}

/** A line, and what is to be said of it. */
export interface LineNote {
  readonly line: number
  readonly message: string
}

/** Lines from `first` to `last`, both included. */
export interface LineRange {
  readonly first: number
  readonly last: number
}

export interface Imports {
  stage(importId: string, users: readonly StagedUser[], now: number): Promise<void>
  /** Lines that say the same of two users. @returns at most `limit` */
  findRepetitions(importId: string, limit: number): Promise<readonly LineNote[]>
  /** Notes which lines an earlier import has brought. */
  recognise(importId: string, range: LineRange): Promise<void>
  /**
   * Lines that are new and cannot be written: somebody has their address or username.
   * @param keepsNumbers whether an external id that is a number has to become the user's number
   * @returns at most `limit`
   */
  findConflicts(importId: string, range: LineRange, now: number, keepsNumbers: boolean, limit: number): Promise<readonly LineNote[]>
  /** Lines that were brought before. */
  countKnown(importId: string): Promise<number>
  /** Those of them whose user has become another one since, or is gone. @returns at most `limit` */
  findChanged(importId: string, limit: number): Promise<readonly LineNote[]>
  /** New lines whose users get another number than the one they seem to have had. @param keepsNumbers as above @returns at most `limit` */
  findLostNumbers(importId: string, keepsNumbers: boolean, limit: number): Promise<readonly LineNote[]>
  /** Has numbers given out from now on lie beyond all that the lines bring. */
  passNumbers(importId: string): Promise<void>
  /**
   * Writes the new ones of these lines, each with an event like `event`; pending registrations of their addresses give way. The lines
   * are staged no more.
   * @returns how many were written, and those that were not, since somebody has their address or username by now
   */
  write(importId: string, range: LineRange, event: AuditEvent): Promise<{ written: number; late: readonly LineNote[] }>
  discard(importId: string): Promise<void>
  /** Deletes at most `limit` lines that were staged before `before`: their import was broken off. */
  purge(before: number, limit: number): Promise<void>
}

export function createImports(database: Database): Imports {
  return {
    async stage(importId, users, now) {
      const lines = users.map(({ line, sourceId, userId, email, usernameKey, externalId, ...account }) => [
        ...[line, sourceId, userId, email, usernameKey, externalId],
        account,
      ])
      const column = (index: number) => sql.raw(`json_extract(value, '$[${index}]')`)
      await database.ask(sql`
        INSERT INTO import_lines (import_id, line, source_id, user_id, email, username_key, external_id, account, created_at)
        SELECT ${importId}, ${column(0)}, ${column(1)}, ${column(2)}, ${column(3)}, ${column(4)}, ${column(5)}, ${column(6)}, ${now}
        FROM json_each(${JSON.stringify(lines)})`)
    },

    async findRepetitions(importId, limit) {
      const repeated = (column: SQL, what: string) => sql`
        SELECT line, ${what} || ' is on line ' || first || ' already' AS message FROM (
          SELECT line, min(line) OVER (PARTITION BY ${column}) AS first FROM import_lines
          WHERE import_id = ${importId} AND ${column} IS NOT NULL)
        WHERE line > first`
      const rows = await database.ask(sql`
        ${repeated(sql`email`, 'the e-mail address')} UNION ALL ${repeated(sql`username_key`, 'the username')}
        UNION ALL ${repeated(sql`iif(source_id LIKE 'x:%', source_id, NULL)`, 'the external_id')}
        UNION ALL SELECT line, 'the id is on line ' || first || ' already' FROM (
          SELECT line, min(line) OVER same AS first, max(external_id IS NULL) OVER same AS has_plain
          FROM (SELECT line, external_id, ${ID_IN_FILE} AS id FROM import_lines WHERE import_id = ${importId}) WHERE id IS NOT NULL
          WINDOW same AS (PARTITION BY id))
          WHERE line > first AND has_plain
        ORDER BY line LIMIT ${limit}`)
      return rows.map(readNote)
    },

    async recognise(importId, range) {
      const secondId = sql`(import_lines.account ->> 'secondId')`
      // In a file that was exported here. Who has left since, of which the record keeps the id alone, is not brought back.
      const idOfOurs = sql`substr(coalesce(${secondId}, iif(import_lines.source_id LIKE 'i:%', import_lines.source_id, NULL)), 3)`
      await database.ask(sql`
        UPDATE import_lines SET known_user_id = coalesce(
          (SELECT imported_accounts.user_id FROM imported_accounts WHERE imported_accounts.source_id = import_lines.source_id),
          (SELECT users.id FROM users WHERE users.external_id = import_lines.external_id),
          (SELECT imported_accounts.user_id FROM imported_accounts LEFT JOIN users ON users.id = imported_accounts.user_id
            WHERE imported_accounts.source_id = ${secondId} AND (users.id IS NULL OR (users.external_id IS NULL AND ${IS_ALIKE}))),
          (SELECT users.id FROM users WHERE users.id = ${idOfOurs}),
          (SELECT user_id FROM deleted_accounts WHERE user_id = ${idOfOurs}),
          (SELECT user_id FROM audit_events WHERE user_id = ${idOfOurs} AND what = 'account_deleted' LIMIT 1))
        WHERE ${isWithin(importId, range)}`)
    },

    async findConflicts(importId, range, now, keepsNumbers, limit) {
      const isNew = sql`${isWithin(importId, range)} AND known_user_id IS NULL`
      const rows = await database.ask(sql`
        SELECT line, 'the e-mail address has an account already, which this file has not made' AS message FROM import_lines
          WHERE ${isNew} AND ${hasAddressTaken()}
        UNION ALL SELECT line, 'the e-mail address is kept for an account that it may take back' FROM import_lines
          WHERE ${isNew} AND ${isReserved(sql`import_lines.email`, now)}
        UNION ALL SELECT line, 'the username is taken by another account' FROM import_lines WHERE ${isNew} AND ${hasUsernameTaken()}
        UNION ALL SELECT line, 'the username is kept for the account that gave it up' FROM import_lines
          WHERE ${isNew} AND ${hasUsernameHeld(now)} AND NOT ${hasUsernameTaken()}
        UNION ALL SELECT line, 'the number ' || external_id || ' is another user''s already: numbers are kept for users that are imported before others are made' FROM import_lines
          WHERE ${isNew} AND ${keepsNumbers ? 1 : 0} AND ${numberOf()} IN (SELECT number FROM user_numbers)
        ORDER BY line LIMIT ${limit}`)
      return rows.map(readNote)
    },

    async countKnown(importId) {
      const [row] = await database.ask(
        sql`SELECT count(*) AS known FROM import_lines WHERE import_id = ${importId} AND known_user_id IS NOT NULL`,
      )
      return Number(row?.known)
    },

    async findChanged(importId, limit) {
      const rows = await database.ask(sql`
        SELECT line, CASE
          WHEN users.id IS NULL THEN 'the account was deleted since'
          WHEN source_id LIKE 'i:%' AND NOT ${IS_ALIKE} THEN 'the account that came under this id has another e-mail address and no name of this line: changed since, or a user of another system, who needs an external_id'
          WHEN users.email <> import_lines.email THEN 'the account has another e-mail address since'
          WHEN users.username_key IS NOT import_lines.username_key THEN 'the account has another username since'
          ELSE 'the account has other names since' END AS message
        FROM import_lines LEFT JOIN users ON users.id = known_user_id
        WHERE import_id = ${importId} AND known_user_id IS NOT NULL AND (users.id IS NULL OR users.email <> import_lines.email
          OR users.username_key IS NOT import_lines.username_key OR users.first_name IS NOT account ->> 'firstName'
          OR users.last_name IS NOT account ->> 'lastName')
        ORDER BY line LIMIT ${limit}`)
      return rows.map(readNote)
    },

    async findLostNumbers(importId, keepsNumbers, limit) {
      const isNew = sql`import_id = ${importId} AND known_user_id IS NULL`
      const kept = sql`${keepsNumbers ? 1 : 0}`
      const rows = await database.ask(sql`
        SELECT line, 'the number ' || external_id || ' is another user''s already: this one gets the next that is free' AS message
          FROM import_lines WHERE ${isNew} AND ${numberOf()} IN (SELECT number FROM user_numbers)
        UNION ALL SELECT line, 'the external_id is no whole number of at most 15 digits: the user gets the next that is free'
          FROM import_lines WHERE ${isNew} AND ${kept} AND external_id IS NOT NULL AND ${numberOf()} IS NULL
        UNION ALL SELECT line, 'a number is kept as external_id, not as id: the user gets the next that is free'
          FROM import_lines WHERE ${isNew} AND ${kept} AND external_id IS NULL AND source_id GLOB 'i:[0-9]*' AND source_id NOT GLOB 'i:*[^0-9]*'
        ORDER BY line LIMIT ${limit}`)
      return rows.map(readNote)
    },

    async passNumbers(importId) {
      // A row that comes and goes: `AUTOINCREMENT` never goes back behind it.
      await database.transact([
        sql`
          INSERT INTO user_numbers (number, user_id)
          SELECT highest, ${importId} FROM (SELECT max(${numberOf()}) AS highest FROM import_lines WHERE import_id = ${importId})
          WHERE highest > (SELECT coalesce(max(number), 0) FROM user_numbers)`,
        sql`DELETE FROM user_numbers WHERE user_id = ${importId}`,
      ])
    },

    async write(importId, range, event) {
      const { at: now } = event
      const writtenOf = (column: SQL) => sql`(SELECT users.${column} FROM import_lines JOIN users ON users.id = import_lines.user_id
        WHERE ${isWithin(importId, range)})`
      const emails = writtenOf(sql`email`)
      const results = await database.transact([
        insertUsers(importId, range, now),
        sql`
          INSERT INTO credentials (user_id, kind, id, secret, created_at)
          SELECT users.id, 'password', '', account ->> 'passwordHash', ${now} FROM import_lines JOIN users ON users.id = import_lines.user_id
          WHERE ${isWithin(importId, range)} AND account ->> 'passwordHash' IS NOT NULL`,
        sql`
          INSERT INTO username_claims (username_key, email, expires_at)
          SELECT users.username_key, users.email, NULL FROM import_lines JOIN users ON users.id = import_lines.user_id
          WHERE ${isWithin(importId, range)} AND users.username_key IS NOT NULL
          ON CONFLICT (username_key) DO UPDATE SET email = excluded.email, expires_at = NULL, user_id = NULL
            WHERE expires_at IS NOT NULL`,
        sql`
          INSERT INTO imported_accounts (source_id, user_id)
          SELECT source_id, coalesce(known_user_id, users.id) AS owner FROM import_lines LEFT JOIN users ON users.id = import_lines.user_id
            WHERE ${isWithin(importId, range)} AND owner IS NOT NULL
          UNION ALL
          SELECT account ->> 'secondId', users.id FROM import_lines JOIN users ON users.id = import_lines.user_id
            WHERE ${isWithin(importId, range)} AND account ->> 'secondId' IS NOT NULL
          ON CONFLICT DO NOTHING`,
        // An account is made once, so its id will do for the event's.
        sql`
          INSERT INTO audit_events (id, at, what, outcome, reason, user_id, session_id, actor, ip, user_agent, face)
          SELECT users.id, ${now}, ${event.what}, ${event.outcome}, ${event.reason}, users.id, ${event.sessionId}, ${event.actor},
            ${event.ip}, ${event.userAgent}, ${event.face}
          FROM import_lines JOIN users ON users.id = import_lines.user_id WHERE ${isWithin(importId, range)} ORDER BY line`,
        ...endRegistrations(sql`(email IN ${emails} OR username_key IN ${writtenOf(sql`username_key`)})`),
        sql`DELETE FROM username_claims WHERE expires_at IS NOT NULL AND email IN ${emails}`,
        sql`
          SELECT line, 'the e-mail address or the username was taken during the import' AS message
          FROM import_lines LEFT JOIN users ON users.id = import_lines.user_id
          WHERE ${isWithin(importId, range)} AND known_user_id IS NULL AND users.id IS NULL ORDER BY line`,
        // What a statement says it has changed counts its triggers too.
        sql`SELECT count(*) AS written FROM import_lines JOIN users ON users.id = import_lines.user_id WHERE ${isWithin(importId, range)}`,
        sql`DELETE FROM import_lines WHERE ${isWithin(importId, range)}`,
      ])
      return { written: Number(results.at(-2)?.results[0]?.written), late: (results.at(-3)?.results ?? []).map(readNote) }
    },

    async discard(importId) {
      await database.ask(sql`DELETE FROM import_lines WHERE import_id = ${importId}`)
    },

    async purge(before, limit) {
      await database.ask(
        sql`DELETE FROM import_lines WHERE rowid IN (SELECT rowid FROM import_lines WHERE created_at < ${before} LIMIT ${limit})`,
      )
    },
  }
}

function insertUsers(importId: string, range: LineRange, now: number): SQL {
  return sql`
    INSERT INTO users (id, email, username, username_key, first_name, last_name, password_hash, email_verified_at, disabled_at,
      locale, permissions, number, external_id, imported_factors, created_at, updated_at)
    SELECT user_id, email, account ->> 'username', username_key, account ->> 'firstName', account ->> 'lastName',
      ${NO_PASSWORD_BEFORE}, iif(account ->> 'isVerified', ${now}, NULL), iif(account ->> 'isDisabled', ${now}, NULL),
      account ->> 'locale', account -> 'permissions', iif(${numberOf()} IN (SELECT number FROM user_numbers), NULL, ${numberOf()}), external_id, iif(account ->> 'factors' = '[]', NULL, account -> 'factors'),
      coalesce(account ->> 'createdAt', CAST(${now} AS INTEGER)), ${now}
    FROM import_lines
    WHERE ${isWithin(importId, range)} AND known_user_id IS NULL AND NOT ${hasAddressTaken()} AND NOT ${hasUsernameTaken()}
      AND NOT ${hasUsernameHeld(now)} AND NOT ${isReserved(sql`import_lines.email`, now)}
      AND NOT EXISTS (SELECT 1 FROM users WHERE users.external_id = import_lines.external_id)
      AND NOT EXISTS (SELECT 1 FROM imported_accounts WHERE imported_accounts.source_id = import_lines.source_id)
    ORDER BY line`
}

/** As `sourceId` has it; two users may have one, where each has an external id. */
const ID_IN_FILE = sql`coalesce(account ->> 'secondId', iif(source_id LIKE 'i:%', source_id, NULL))`

/** Of a row of `users` beside one of `import_lines`: anything shows that it is the same person's. */
const IS_ALIKE = sql`coalesce(users.email = import_lines.email OR users.username_key = import_lines.username_key
  OR (users.first_name = account ->> 'firstName' AND users.last_name = account ->> 'lastName')
  OR users.created_at = account ->> 'createdAt', FALSE)`

/** The number that an external id is, `NULL` where it is none. */
function numberOf(): SQL {
  return sql`iif(length(external_id) < 16 AND external_id NOT GLOB '*[^0-9]*' AND external_id NOT GLOB '0*' AND external_id <> '',
    CAST(external_id AS INTEGER), NULL)`
}

function isWithin(importId: string, { first, last }: LineRange): SQL {
  return sql`import_id = ${importId} AND line BETWEEN ${first} AND ${last}`
}

function hasAddressTaken(): SQL {
  return sql`EXISTS (SELECT 1 FROM users WHERE users.email = import_lines.email)`
}

function hasUsernameTaken(): SQL {
  return sql`EXISTS (SELECT 1 FROM users WHERE users.username_key = import_lines.username_key)`
}

function hasUsernameHeld(now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM username_claims WHERE username_claims.username_key = import_lines.username_key
    AND (expires_at IS NULL OR expires_at > ${now}) AND NOT ${IS_PENDING})`
}

function readNote({ line, message }: Row): LineNote {
  return { line: Number(line), message: String(message) }
}
