// Rows as D1 answers, `{ password_hash }`, into rows as schema.ts types them, `{ passwordHash }`. A test holds that each of its names
// is the other in the other spelling, and which columns hold JSON.
import type { oneTimeTokens, users } from './schema.ts'

export type Row = Record<string, unknown>
export type User = typeof users.$inferSelect
export type OneTimeToken = typeof oneTimeTokens.$inferSelect

const names = new Map<string, string>()

/** @typeParam T what the statement selects: all columns of a table of schema.ts */
export function readRow<T extends object>(row: Row): T {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [fieldOf(column), value])) as T
}

export function readUser(row: Row): User {
  const { permissions, ...columns } = row
  return { ...readRow<Omit<User, 'permissions'>>(columns), permissions: JSON.parse(String(permissions)) }
}

export function fieldOf(column: string): string {
  const known = names.get(column)
  if (known !== undefined) return known
  const field = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  names.set(column, field)
  return field
}
