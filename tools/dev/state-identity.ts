// Whether a server that answers is the one on this state: its public keys are those in the state's database, and no other's.
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fetchHere } from '../loopback.ts'
import { PROJECT_ROOT } from '../project.ts'

export async function servesState(url: string, persistDirectory: string): Promise<boolean> {
  const reply = await fetchHere(`${url}/.well-known/jwks.json`).catch(() => null)
  const body = (await reply?.json().catch(() => null)) as { keys?: readonly { kid?: unknown }[] } | null
  const served = (body?.keys ?? []).map(({ kid }) => kid)
  return served.length > 0 && (await listKeyIds(persistDirectory)).some((kid) => served.includes(kid))
}

/** Asked after the server, which makes its first key when it is asked for one. */
async function listKeyIds(persistDirectory: string): Promise<readonly unknown[]> {
  const directory = join(resolve(PROJECT_ROOT, persistDirectory), 'v3', 'd1', 'miniflare-D1DatabaseObject')
  const files = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.sqlite'))
  return files.flatMap((file) => {
    try {
      const database = new DatabaseSync(join(directory, file), { readOnly: true })
      try {
        return database
          .prepare('SELECT kid FROM signing_keys')
          .all()
          .map(({ kid }) => kid)
      } finally {
        database.close()
      }
    } catch {
      // Another database of miniflare's, which has no such table.
      return []
    }
  })
}
