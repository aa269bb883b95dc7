// The admin key of a deployed worker, kept in a file that git ignores and only its owner can read: one an environment.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findAdminKeyProblem } from '../../src/platform/crypto/admin-key.ts'

/** Below the project. */
export function adminKeyFile(environment: string | null): string {
  return join('.postern', environment === null ? 'admin-key' : `admin-key.${environment}`)
}

export async function readKeptAdminKey(root: string, environment: string | null): Promise<string | null> {
  const kept = await readFile(join(root, adminKeyFile(environment)), 'utf8').catch(() => '')
  return kept.trim() || null
}

/** The key that is kept, or a new one, kept before it is set anywhere: a key that nobody has would be of no use. */
export async function keepAdminKey(root: string, environment: string | null): Promise<{ key: string; path: string }> {
  const path = adminKeyFile(environment)
  const kept = await readKeptAdminKey(root, environment)
  if (kept !== null && findAdminKeyProblem(kept) === null) return { key: kept, path }
  const key = `padm_${randomBytes(32).toString('base64url')}`
  await mkdir(join(root, '.postern'), { recursive: true })
  await writeFile(join(root, path), `${key}\n`, { mode: 0o600 })
  return { key, path }
}
