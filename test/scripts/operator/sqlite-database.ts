// A real SQLite with the real migrations, in memory, behind the account tool's interface: once with bound values, as the
// local database gets them, and once through rendered text, as the deployed one does.
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { OperatorDatabase } from '../../../scripts/operator/database.ts'
import { type Row, renderStatement } from '../../../scripts/operator/sql.ts'
import { inProject } from '../../../scripts/project.ts'

export interface SqliteDatabase extends OperatorDatabase {
  readonly sqlite: DatabaseSync
}

export function sqliteDatabase(way: 'bound' | 'rendered'): SqliteDatabase {
  const sqlite = new DatabaseSync(':memory:')
  const migrations = readdirSync(inProject('migrations'))
    .filter((file) => file.endsWith('.sql'))
    .sort()
  for (const file of migrations) sqlite.exec(readFileSync(inProject('migrations', file), 'utf8'))
  return {
    sqlite,
    async run(statements) {
      return statements.map((statement) => {
        const rows =
          way === 'bound'
            ? sqlite.prepare(statement.text).all(...statement.values)
            : sqlite.prepare(renderStatement(statement)).all()
        return rows as readonly Row[]
      })
    },
    close: async () => sqlite.close(),
  }
}
