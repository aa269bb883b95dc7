// The admin key of the deployed worker, kept in a file that git ignores and only its owner can read.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findAdminKeyProblem } from '../../src/platform/admin-key.ts'

/** Below the project. */
export const ADMIN_KEY_FILE = join('.postern', 'admin-key')

/** The key that is kept, or a new one, kept before it is set anywhere: a key that nobody has would be of no use. */
export async function keepAdminKey(root: string): Promise<{ key: string; path: string }> {
  const kept = await readFile(join(root, ADMIN_KEY_FILE), 'utf8').catch(() => null)
  if (kept !== null && findAdminKeyProblem(kept.trim()) === null) return { key: kept.trim(), path: ADMIN_KEY_FILE }
  const key = `padm_${randomBytes(32).toString('base64url')}`
  await mkdir(join(root, '.postern'), { recursive: true })
  await writeFile(join(root, ADMIN_KEY_FILE), `${key}\n`, { mode: 0o600 })
  return { key, path: ADMIN_KEY_FILE }
}
