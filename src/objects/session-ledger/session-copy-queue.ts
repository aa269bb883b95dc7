// The copies that the ledger owes to KV: which, how often still, and when to try again. A debt is recorded in the same
// transaction as its cause and paid without anybody waiting; only a write that KV accepted clears it.

import type { Clock } from '../../platform/runtime/clock.ts'
import { withDeadline } from '../../platform/runtime/deadline.ts'
import type { Log } from '../../platform/runtime/log.ts'
import { writeSessionCopy } from './session-copies.ts'
import type { LedgerEntry } from './session-rules.ts'
import { parseRow, type SessionRow } from './session-table.ts'

// Should the object die before the write that follows every change, its alarm makes up for it this much later.
const SAFETY_NET_SECONDS = 15
const PUT_DEADLINE_MILLISECONDS = 10_000
// A put that was slow, or sent by an instance that has died, can land after a newer one: a revocation is said twice.
const REASSERT_AFTER_SECONDS = 120
// KV takes one write a second for a key, so the first retry is already later than that.
const FIRST_RETRY_SECONDS = 2
const LONGEST_RETRY_SECONDS = 600
// A worker may have six connections open at once.
const WRITES_AT_ONCE = 6

interface OwedCopy {
  readonly session: LedgerEntry
  /** Tells a change that happened while the write was under way. */
  readonly version: number
  readonly writes: number
  readonly failures: number
}

export class SessionCopyQueue {
  readonly #sql: SqlStorage
  readonly #kv: Pick<KVNamespace, 'put'>
  readonly #clock: Clock
  readonly #log: Log
  #running: Promise<void> | null = null

  constructor(sql: SqlStorage, kv: Pick<KVNamespace, 'put'>, clock: Clock, log: Log) {
    this.#sql = sql
    this.#kv = kv
    this.#clock = clock
    this.#log = log
  }

  /** Records that KV must learn the session's present state: twice when that is a revocation. */
  owe(session: LedgerEntry): void {
    const writes = session.revokedAt === null ? 1 : 2
    this.#sql.exec(
      `INSERT INTO copies_owed (id, version, writes, fresh, failures, due_at) VALUES (?, 1, ?, 1, 0, ?)
        ON CONFLICT (id) DO UPDATE SET
          version = version + 1, writes = excluded.writes, fresh = 1, failures = 0, due_at = excluded.due_at`,
      ...[session.id, writes, this.#clock() + SAFETY_NET_SECONDS],
    )
  }

  /** Writes every copy that is due; never runs twice at a time, so that the writes of one session stay in order. */
  flush(): Promise<void> {
    this.#running ??= this.#writeAllDue()
    return this.#running
  }

  async #writeAllDue(): Promise<void> {
    // Lets flush() note this run first; without it a run with nothing to do would end before it was noted.
    await null
    try {
      for (let due = this.#listDue(); due.length > 0; due = this.#listDue()) {
        await Promise.all(due.map((copy) => this.#write(copy)))
      }
    } finally {
      this.#running = null
    }
  }

  /** What has never been tried since it changed, or whose time has come; revocations first. */
  #listDue(): OwedCopy[] {
    return this.#sql
      .exec<SessionRow & { version: number; writes: number; failures: number }>(
        `SELECT sessions.*, version, writes, failures FROM copies_owed JOIN sessions USING (id)
          WHERE fresh = 1 OR due_at <= ? ORDER BY revoked_at IS NULL, due_at LIMIT ?`,
        ...[this.#clock(), WRITES_AT_ONCE],
      )
      .toArray()
      .map((row) => ({ session: parseRow(row), version: row.version, writes: row.writes, failures: row.failures }))
  }

  async #write(copy: OwedCopy): Promise<void> {
    try {
      await withDeadline('session copies', PUT_DEADLINE_MILLISECONDS, () => writeSessionCopy(this.#kv, copy.session, this.#clock()))
    } catch (error) {
      const wait = Math.min(FIRST_RETRY_SECONDS * 2 ** copy.failures, LONGEST_RETRY_SECONDS)
      this.#log('warn', 'session_copy_failed', { reason: String(error), failures: copy.failures + 1, retryAfterSeconds: wait })
      this.#postpone(copy, copy.writes, copy.failures + 1, wait)
      return
    }
    if (copy.writes > 1) this.#postpone(copy, copy.writes - 1, 0, REASSERT_AFTER_SECONDS)
    else this.#sql.exec('DELETE FROM copies_owed WHERE id = ? AND version = ?', copy.session.id, copy.version)
  }

  /** A session that changed meanwhile is left alone: its newer state is fresh and written next. */
  #postpone(copy: OwedCopy, writes: number, failures: number, waitSeconds: number): void {
    this.#sql.exec(
      'UPDATE copies_owed SET fresh = 0, writes = ?, failures = ?, due_at = ? WHERE id = ? AND version = ?',
      ...[writes, failures, this.#clock() + waitSeconds, copy.session.id, copy.version],
    )
  }
}
