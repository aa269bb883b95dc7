// The way into D1: every question has a deadline, and a database that cannot answer is an outage, never a refusal.
import { DrizzleQueryError, type SQL } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/d1'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { withDeadline } from '../platform/deadline.ts'

export type Drizzle = ReturnType<typeof drizzle>

/** Both throw `Unavailable` on failure or lateness; a write may then have happened or not. */
export interface Database {
  /** Runs what drizzle has built. */
  ask<T>(query: (db: Drizzle) => Promise<T>): Promise<T>
  /** Runs hand-written statements in one transaction (D1's `batch`), which drizzle's own batch does not take. */
  transact(statements: readonly SQL[]): Promise<D1Result<Record<string, unknown>>[]>
}

export function createDatabase(d1: D1Database, deadlineMilliseconds: number): Database {
  const db = drizzle(d1)
  const dialect = new SQLiteAsyncDialect()
  const prepare = (statement: SQL) => {
    const { sql, params } = dialect.sqlToQuery(statement)
    return d1.prepare(sql).bind(...params)
  }
  const guard = <T>(call: () => Promise<T>) => withDeadline('database', deadlineMilliseconds, call)
  return {
    ask: (query) => guard(() => query(db).catch(throwBare)),
    transact: (statements) => guard(() => d1.batch(statements.map(prepare))),
  }
}

/** drizzle's own error quotes every parameter, addresses and password hashes included, and reasons are logged. */
function throwBare(error: unknown): never {
  throw error instanceof DrizzleQueryError ? (error.cause ?? new Error('query failed')) : error
}
