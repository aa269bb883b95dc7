import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findAdminKeyProblem } from '../../../src/platform/crypto/admin-key.ts'
import { adminKeyFile, keepAdminKey } from '../../../tools/deploy/admin-key.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

it('keeps one key for its owner alone, and gives the same one again', async () => {
  const root = await temporaryDirectory()
  const { key } = await keepAdminKey(root, null)
  expect(findAdminKeyProblem(key)).toBeNull()
  expect(await readFile(join(root, adminKeyFile(null)), 'utf8')).toBe(`${key}\n`)
  if (process.platform !== 'win32') expect((await stat(join(root, adminKeyFile(null)))).mode & 0o777).toBe(0o600)
  expect((await keepAdminKey(root, null)).key).toBe(key)
})

it('keeps another one for another environment', async () => {
  const root = await temporaryDirectory()
  const { key } = await keepAdminKey(root, null)
  const { key: other, path } = await keepAdminKey(root, 'staging')
  expect([other === key, path]).toEqual([false, join('.postern', 'admin-key.staging')])
})

it('takes nothing for a key that is none', async () => {
  const root = await temporaryDirectory()
  await keepAdminKey(root, null)
  await writeFile(join(root, adminKeyFile(null)), 'padm_cut')
  expect(findAdminKeyProblem((await keepAdminKey(root, null)).key)).toBeNull()
})
