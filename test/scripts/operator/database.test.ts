import { mkdir } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { ensureDatabase } from '../../../scripts/local-state.ts'
import { openLocalDatabase, openRemoteDatabase } from '../../../scripts/operator/database.ts'
import { PROJECT_ROOT } from '../../../scripts/project.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

describe('openRemoteDatabase()', () => {
  const answering = (code: number, stdout: string) => vi.fn(async () => ({ code, stdout, stderr: '' }))

  it('sends one script and reads one list of rows per statement', async () => {
    const execute = answering(0, '▲ a note\n[{"results":[{"a":1}],"success":true},{"results":[],"success":true}]')
    const rows = await openRemoteDatabase(execute).run([
      { text: 'SELECT ?', values: ["it's"] },
      { text: 'SELECT 2', values: [] },
    ])
    expect(execute).toHaveBeenCalledWith("SELECT 'it''s';\nSELECT 2;")
    expect(rows).toEqual([[{ a: 1 }], []])
  })

  it('says in one line what wrangler said', async () => {
    const database = openRemoteDatabase(answering(1, '{"error":{"text":"Authentication error"}}'))
    await expect(database.run([{ text: 'SELECT 1', values: [] }])).rejects.toThrow(
      'Cannot reach the deployed database: Authentication error',
    )
  })

  it('refuses an answer to other statements', async () => {
    await expect(openRemoteDatabase(answering(0, '[]')).run([{ text: 'SELECT 1', values: [] }])).rejects.toThrow(
      '0 results for 1 statements',
    )
  })
})

describe('openLocalDatabase()', () => {
  it('writes to the migrated database of a state directory, as others see at once', async () => {
    const persistDirectory = await temporaryDirectory()
    await mkdir(persistDirectory, { recursive: true })
    await ensureDatabase({ root: PROJECT_ROOT, persistDirectory })
    const [one, two] = [await openLocalDatabase(persistDirectory), await openLocalDatabase(persistDirectory)]
    try {
      await one.run([{ text: 'INSERT INTO username_claims (username_key, email) VALUES (?, ?)', values: ['key', "o'neil"] }])
      const [rows] = await two.run([{ text: 'SELECT email FROM username_claims WHERE username_key = ?', values: ['key'] }])
      expect(rows).toEqual([{ email: "o'neil" }])
      const broken = two.run([
        { text: 'DELETE FROM username_claims', values: [] },
        { text: 'INSERT INTO users (id) VALUES (?)', values: ['x'] },
      ])
      await expect(broken).rejects.toThrow('NOT NULL')
      expect((await one.run([{ text: 'SELECT 1 FROM username_claims', values: [] }]))[0]).toHaveLength(1)
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  })
})
