// SQL for the account tool: statements with bound values, and the one place that may turn a value into a literal, for
// `wrangler d1 execute --remote`, which takes text only.

export type SqlValue = string | number | null

export interface Statement {
  /** Values stand as `?`; no quoted text in it, so that every `?` is a value. */
  readonly text: string
  readonly values: readonly SqlValue[]
}

export type Row = Readonly<Record<string, unknown>>

/** @throws Error on text that SQLite or the way to it would change: NUL ends a literal, a lone surrogate becomes U+FFFD */
export function sqlLiteral(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error('Cannot write a number into SQL: it is not a safe integer')
    return String(value)
  }
  if (value.includes('\0') || !value.isWellFormed())
    throw new Error('Cannot write a text into SQL: it holds NUL or is not valid Unicode')
  // The quote is the only character with a meaning inside a SQL string literal; a backslash has none.
  return `'${value.replaceAll("'", "''")}'`
}

/** The statement with its values written in. */
export function renderStatement({ text, values }: Statement): string {
  if (/['"`]/.test(text)) throw new Error('Cannot write values into a statement that quotes something itself')
  const parts = text.split('?')
  if (parts.length !== values.length + 1)
    throw new Error(`Cannot write ${values.length} values into a statement with ${parts.length - 1} places`)
  return parts.reduce((sql, part, index) => sql + sqlLiteral(values[index - 1] ?? null) + part)
}

/** All of them: `wrangler d1 execute` sends them as one batch. */
export function renderScript(statements: readonly Statement[]): string {
  return statements.map((statement) => `${renderStatement(statement).trim()};`).join('\n')
}
