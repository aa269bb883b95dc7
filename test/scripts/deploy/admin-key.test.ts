import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ADMIN_KEY_FILE, keepAdminKey } from '../../../scripts/deploy/admin-key.ts'
import { findAdminKeyProblem } from '../../../src/platform/admin-key.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

it('keeps one key for its owner alone, and gives the same one again', async () => {
  const root = await temporaryDirectory()
  const { key } = await keepAdminKey(root)
  expect(findAdminKeyProblem(key)).toBeNull()
  expect(await readFile(join(root, ADMIN_KEY_FILE), 'utf8')).toBe(`${key}\n`)
  if (process.platform !== 'win32') expect((await stat(join(root, ADMIN_KEY_FILE))).mode & 0o777).toBe(0o600)
  expect((await keepAdminKey(root)).key).toBe(key)
})

it('takes nothing for a key that is none', async () => {
  const root = await temporaryDirectory()
  await keepAdminKey(root)
  await writeFile(join(root, ADMIN_KEY_FILE), 'padm_cut')
  expect(findAdminKeyProblem((await keepAdminKey(root)).key)).toBeNull()
})
