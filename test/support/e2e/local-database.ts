// A look into the database of a server, past the service: for what no API tells, and for what only time would bring about.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

type Row = Readonly<Record<string, unknown>>

/** @param state as given to --persist-to */
export async function queryState(state: string, text: string, ...values: readonly (string | number)[]): Promise<readonly Row[]> {
  const directory = join(state, 'v3', 'd1', 'miniflare-D1DatabaseObject')
  for (const file of (await readdir(directory)).filter((name) => name.endsWith('.sqlite'))) {
    const database = new DatabaseSync(join(directory, file), { timeout: 10_000 })
    try {
      const hasUsers = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'users'").get() !== undefined
      if (hasUsers) return database.prepare(text).all(...values)
    } finally {
      database.close()
    }
  }
  throw new Error(`Cannot find a database of Postern in ${state}`)
}

/** Makes a session older in its ledger, while no server runs: nobody can wait for days. */
export async function ageSession(state: string, id: string, seconds: number): Promise<void> {
  const directory = join(state, 'v3', 'do', 'postern-SessionLedger')
  for (const file of (await readdir(directory)).filter((name) => name.endsWith('.sqlite'))) {
    const database = new DatabaseSync(join(directory, file), { timeout: 10_000 })
    try {
      // One that only readiness asks for has none.
      if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").get() === undefined) continue
      const sql = 'UPDATE sessions SET created_at = created_at - ?, last_used_at = last_used_at - ? WHERE id = ?'
      if (database.prepare(sql).run(seconds, seconds, id).changes === 1) return
    } finally {
      database.close()
    }
  }
  throw new Error(`Cannot find a ledger with that session in ${state}`)
}
