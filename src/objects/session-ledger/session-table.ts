// The rows of one user's sessions in the ledger's own SQLite. Statements only: what they mean is decided by the rules.
// The tables are made for the first session and never by a read, so that asking a guessed object stores nothing.

import type { LedgerEntry, NewSession } from './session-rules.ts'

/**
 * `rowid` is a column like any other here: the order in which sessions were stored. It has the name that a table with row ids has it under,
 * so that the version before, and this one on a table of that version, find it there.
 */
const sessionsTable = (name: string) => `
  CREATE TABLE ${name} (
    id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    auth_time INTEGER NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    amr TEXT NOT NULL,
    description TEXT NOT NULL,
    counter INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    revoked_at INTEGER,
    credential TEXT NOT NULL DEFAULT '',
    rotated_ip TEXT,
    rotated_user_agent TEXT,
    rowid INTEGER
  ) WITHOUT ROWID;`

const copiesTable = (name: string) => `
  CREATE TABLE ${name} (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    due_at INTEGER NOT NULL
  ) WITHOUT ROWID;`

/** What ledgers made before these columns do not have yet. */
const ADDED_COLUMNS = ["credential TEXT NOT NULL DEFAULT ''", 'rotated_ip TEXT', 'rotated_user_agent TEXT']

/** For ledgers made before their tables were without row ids: a row of those costs two writes, one of them for its key. */
const REBUILD = `
  DROP TABLE IF EXISTS next_sessions;
  DROP TABLE IF EXISTS next_copies_owed;
  ${sessionsTable('next_sessions')}
  ${copiesTable('next_copies_owed')}
  INSERT INTO next_sessions (id, created_at, expires_at, absolute_expires_at, epoch, auth_time, ip, user_agent, amr, description, counter,
      rotated_at, last_used_at, revoked_at, credential, rotated_ip, rotated_user_agent, rowid)
    SELECT id, created_at, expires_at, absolute_expires_at, epoch, auth_time, ip, user_agent, amr, description, counter,
      rotated_at, last_used_at, revoked_at, credential, rotated_ip, rotated_user_agent, rowid FROM sessions;
  INSERT INTO next_copies_owed (id, version, writes, fresh, failures, due_at)
    SELECT id, version, writes, fresh, failures, due_at FROM copies_owed;
  DROP TABLE sessions;
  DROP TABLE copies_owed;
  ALTER TABLE next_sessions RENAME TO sessions;
  ALTER TABLE next_copies_owed RENAME TO copies_owed;`

// Signing in and out all day must not grow the ledger without end: of revoked sessions only the latest are remembered.
const REVOKED_SESSIONS_KEPT = 1000

/** `list()`, the alarm and every check see the same columns, so they are read by one mapping. */
export type SessionRow = {
  id: string
  created_at: number
  expires_at: number
  absolute_expires_at: number
  epoch: number
  auth_time: number
  ip: string
  user_agent: string
  amr: string
  description: string
  counter: number
  rotated_at: number
  last_used_at: number
  revoked_at: number | null
  credential: string
  rotated_ip: string | null
  rotated_user_agent: string | null
}

export class SessionTable {
  readonly #sql: SqlStorage
  #made = false
  #hasRowIds = false

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Whether anything was ever stored. Before that every question has the same answer: nothing. */
  exists(): boolean {
    if (!this.#made) {
      const [table] = this.#sql.exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE name = 'sessions'").toArray()
      if (table && !table.sql.includes('rotated_user_agent')) this.#addColumns()
      this.#made = table !== undefined
      this.#hasRowIds = table !== undefined && !table.sql.includes('WITHOUT ROWID')
    }
    return this.#made
  }

  #addColumns(): void {
    for (const column of ADDED_COLUMNS) this.#sql.exec(`ALTER TABLE sessions ADD COLUMN ${column}`)
  }

  /** To be told after `deleteAll`, which takes the tables along. */
  forget(): void {
    this.#made = false
  }

  find(id: string): LedgerEntry | null {
    if (!this.exists()) return null
    const row = this.#sql.exec<SessionRow>('SELECT * FROM sessions WHERE id = ?', id).toArray()[0]
    return row ? parseRow(row) : null
  }

  /** Newest first; of two made in the same second, the one stored later. */
  list(): LedgerEntry[] {
    if (!this.exists()) return []
    return this.#sql.exec<SessionRow>('SELECT * FROM sessions ORDER BY created_at DESC, rowid DESC').toArray().map(parseRow)
  }

  /** Makes the tables; to be called before the first transaction, whose failure would take them back unnoticed. */
  prepare(): void {
    if (!this.exists()) this.#sql.exec(sessionsTable('sessions') + copiesTable('copies_owed'))
    else if (this.#hasRowIds) this.#rebuild()
  }

  #rebuild(): void {
    this.#sql.exec(REBUILD)
    this.#hasRowIds = false
  }

  insert(session: NewSession): LedgerEntry {
    const expiresAt = Math.min(session.expiresAt, session.absoluteExpiresAt)
    const use = { counter: 0, rotatedAt: session.createdAt, rotatedBy: null, lastUsedAt: session.createdAt, revokedAt: null }
    const entry: LedgerEntry = { ...session, ...use, expiresAt }
    this.#sql.exec(
      `INSERT INTO sessions (id, created_at, expires_at, absolute_expires_at, epoch, auth_time, ip, user_agent, amr, description,
        counter, rotated_at, last_used_at, credential, rowid)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(rowid), 0) + 1 FROM sessions))`,
      ...[entry.id, entry.createdAt, entry.expiresAt, entry.absoluteExpiresAt, entry.epoch, entry.authTime],
      ...[entry.ip, entry.userAgent, JSON.stringify(entry.amr), entry.description],
      ...[entry.counter, entry.rotatedAt, entry.lastUsedAt, entry.credential],
    )
    return entry
  }

  /** Stores what can change about a session. */
  save(entry: LedgerEntry): void {
    this.#sql.exec(
      `UPDATE sessions SET expires_at = ?, absolute_expires_at = ?, epoch = ?, auth_time = ?, ip = ?, user_agent = ?,
        description = ?, counter = ?, rotated_at = ?, last_used_at = ?, revoked_at = ?, rotated_ip = ?, rotated_user_agent = ?
        WHERE id = ?`,
      ...[entry.expiresAt, entry.absoluteExpiresAt, entry.epoch, entry.authTime, entry.ip, entry.userAgent],
      ...[entry.description, entry.counter, entry.rotatedAt, entry.lastUsedAt, entry.revokedAt],
      ...[entry.rotatedBy?.ip ?? null, entry.rotatedBy?.userAgent ?? null, entry.id],
    )
  }

  /**
   * Forgets what nobody can ask for any more: sessions past their absolute end, and revoked ones past their expiry once
   * KV has the revocation. Answers whether any session is left.
   */
  purge(now: number): boolean {
    this.#sql.exec(
      `DELETE FROM sessions WHERE absolute_expires_at <= ?1
        OR (revoked_at IS NOT NULL AND id NOT IN (SELECT id FROM copies_owed) AND (expires_at <= ?1 OR id IN
          (SELECT id FROM sessions WHERE revoked_at IS NOT NULL ORDER BY revoked_at DESC, rowid DESC LIMIT -1 OFFSET ?2)))`,
      now,
      REVOKED_SESSIONS_KEPT,
    )
    this.#sql.exec('DELETE FROM copies_owed WHERE id NOT IN (SELECT id FROM sessions)')
    return this.#sql.exec('SELECT 1 FROM sessions LIMIT 1').toArray().length > 0
  }

  /** When the next purge or the next copy is due, in epoch seconds; `null` when nothing is stored. */
  nextDueAt(): number | null {
    const row = this.#sql
      .exec<{ due_at: number | null }>(
        `SELECT MIN(due_at) AS due_at FROM (
          SELECT due_at FROM copies_owed
          UNION ALL SELECT absolute_expires_at FROM sessions
          UNION ALL SELECT expires_at FROM sessions WHERE revoked_at IS NOT NULL AND id NOT IN (SELECT id FROM copies_owed))`,
      )
      .one()
    return row.due_at
  }
}

export function parseRow(row: SessionRow): LedgerEntry {
  const { rotated_ip: ip, rotated_user_agent: userAgent } = row
  return {
    id: row.id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    epoch: row.epoch,
    authTime: row.auth_time,
    ip: row.ip,
    userAgent: row.user_agent,
    // Written by insert() above, and by nobody else.
    amr: JSON.parse(row.amr) as string[],
    description: row.description,
    counter: row.counter,
    rotatedAt: row.rotated_at,
    rotatedBy: ip === null || userAgent === null ? null : { ip, userAgent },
    credential: row.credential,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }
}
