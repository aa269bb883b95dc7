// Rows as D1 answers, `{ password_hash }`, into rows as schema.ts types them, `{ passwordHash }`. A test holds that each of its names
// is the other in the other spelling, and which columns hold JSON.
import { type SQL, sql } from 'drizzle-orm'
import type { oneTimeTokens } from './schema.ts'

export type Row = Record<string, unknown>
export type OneTimeToken = typeof oneTimeTokens.$inferSelect

const names = new Map<string, string>()

/** @typeParam T what the statement selects: all columns of a table of schema.ts */
export function readRow<T extends object>(row: Row): T {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [fieldOf(column), value])) as T
}

/** The columns of a table under the names of their fields, for rows of which not all is to be read. */
export type ColumnNames<T> = Readonly<Record<keyof T, string>>

export function selectColumns<T>(table: string, names: ColumnNames<T>): SQL {
  const columns = Object.values<string>(names).map((column) => `${table}.${column}`)
  return sql.raw(columns.join(', '))
}

export function readColumns<T extends object>(row: Row, names: ColumnNames<T>): T {
  return Object.fromEntries(Object.entries<string>(names).map(([field, column]) => [field, row[column]])) as T
}

export function fieldOf(column: string): string {
  const known = names.get(column)
  if (known !== undefined) return known
  const field = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  names.set(column, field)
  return field
}
