// The way into D1: every question has a deadline, and a database that cannot answer is an outage, never a refusal. Statements are
// written with drizzle's `sql`, which keeps values apart from text; its query builders would be a sixth of the worker's size.
import type { SQL } from 'drizzle-orm'
import { withDeadline } from '../platform/runtime/deadline.ts'
import type { Row } from './rows.ts'

/** Both throw `Unavailable` on failure or lateness; a write may then have happened or not. */
export interface Database {
  /** Runs one statement. @returns the rows it answers with */
  ask(statement: SQL): Promise<readonly Row[]>
  /** Runs statements in one transaction (D1's `batch`). */
  transact(statements: readonly SQL[]): Promise<D1Result<Row>[]>
}

export function createDatabase(d1: D1Database, deadlineMilliseconds: number): Database {
  const prepare = (statement: SQL) => {
    const { sql, params } = statement.toQuery(PLACEHOLDERS)
    return d1.prepare(sql).bind(...params)
  }
  const guard = <T>(call: () => Promise<T>) => withDeadline('database', deadlineMilliseconds, call)
  return {
    ask: (statement) => guard(async () => (await prepare(statement).all<Row>()).results),
    transact: (statements) => guard(() => d1.batch<Row>(statements.map(prepare))),
  }
}

/** Only values: no statement here has a drizzle column or table in it, which `casing` and the escapes would be for. */
const PLACEHOLDERS = {
  escapeParam: () => '?',
  escapeName: refuse,
  escapeString: refuse,
} as unknown as Parameters<SQL['toQuery']>[0]

function refuse(): never {
  throw new Error('Cannot render statement: it has more than text and values in it')
}
