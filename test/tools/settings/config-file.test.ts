import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFile, parseMade, prepareConfig } from '../../../tools/settings/config-file.ts'
import { keepIds } from '../../../tools/settings/keep-ids.ts'
import { readLocalDatabase } from '../../../tools/wrangler-config.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const CODE = `name = "postern"
[[d1_databases]]
binding = "DB"
database_name = "postern"
[[kv_namespaces]]
binding = "SESSIONS"
`

async function project(settings?: string): Promise<string> {
  const root = await temporaryDirectory()
  await writeFile(join(root, 'wrangler.toml'), CODE)
  if (settings !== undefined) await writeFile(join(root, 'deployment.toml'), settings)
  return root
}

const readMade = async (root: string) => parseMade(await readFile(join(root, 'wrangler.jsonc'), 'utf8'))

describe('prepareConfig()', () => {
  it('is wrangler.toml as it is, where nothing is chosen', async () => {
    const root = await project()
    expect(await prepareConfig(root)).toEqual({ path: join(root, 'wrangler.toml'), isChanged: false })
  })

  it('makes one of both, once, and again after either has changed', async () => {
    const root = await project('[vars]\nSIGN_UP = "closed"')
    const made = join(root, 'wrangler.jsonc')
    expect(await prepareConfig(root)).toEqual({ path: made, isChanged: true })
    expect(await readMade(root)).toMatchObject({ name: 'postern', vars: { SIGN_UP: 'closed' } })
    expect(await prepareConfig(root)).toEqual({ path: made, isChanged: false })
    await writeFile(join(root, 'wrangler.toml'), CODE.replace('"postern"', '"auth"'))
    expect((await prepareConfig(root)).isChanged).toBe(true)
    await writeFile(join(root, 'deployment.toml'), '')
    expect((await prepareConfig(root)).isChanged).toBe(true)
    expect(await readMade(root)).not.toHaveProperty('vars')
  })

  it('says which file and which line cannot be read', async () => {
    const root = await project('[vars]\nSIGN_UP = closed\n')
    await expect(prepareConfig(root)).rejects.toThrow(/^Cannot read deployment\.toml, line 2: /)
  })

  it('takes it away with the settings', async () => {
    const root = await project('')
    await prepareConfig(root)
    await rm(join(root, 'deployment.toml'))
    expect(await prepareConfig(root)).toEqual({ path: join(root, 'wrangler.toml'), isChanged: true })
    await expect(readFile(join(root, 'wrangler.jsonc'))).rejects.toThrow('ENOENT')
  })

  it('never writes over a wrangler.jsonc of somebody’s own', async () => {
    const root = await project()
    await writeFile(join(root, 'wrangler.jsonc'), '{ "name": "mine" }')
    expect(await configFile(root)).toBe(join(root, 'wrangler.jsonc'))
    await writeFile(join(root, 'deployment.toml'), '')
    await expect(configFile(root)).rejects.toThrow('Cannot write wrangler.jsonc')
    expect(await readFile(join(root, 'wrangler.jsonc'), 'utf8')).toBe('{ "name": "mine" }')
  })
})

describe('keepIds()', () => {
  const IDS = { databaseId: 'the-database', namespaceId: 'the-namespace' }

  it('makes the file, and adds to one without a word of it changed', async () => {
    const root = await project()
    await keepIds(root, null, IDS)
    const before = await readFile(join(root, 'deployment.toml'), 'utf8')
    await keepIds(root, 'staging', { databaseId: 'other', namespaceId: null })
    expect((await readFile(join(root, 'deployment.toml'), 'utf8')).startsWith(before)).toBe(true)
    await configFile(root)
    expect(await readMade(root)).toMatchObject({
      d1_databases: [{ binding: 'DB', database_name: 'postern', database_id: 'the-database' }],
      kv_namespaces: [{ binding: 'SESSIONS', id: 'the-namespace' }],
      env: {
        staging: {
          d1_databases: [{ database_name: 'postern-staging', database_id: 'other' }],
          kv_namespaces: [{ binding: 'SESSIONS' }],
        },
      },
    })
  })

  it.each([
    '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "auth" # mine',
    '[vars]\nSIGN_UP = "closed"',
    'routes = ["a.example/*"]',
  ])('goes on from %j', async (settings) => {
    const root = await project(settings)
    await keepIds(root, null, IDS)
    await configFile(root)
    expect(await readMade(root)).toMatchObject({ d1_databases: [{ database_id: 'the-database' }] })
  })

  it('says what to write by hand where nothing can be added, and leaves the file', async () => {
    const settings = 'd1_databases = [{ binding = "DB", database_name = "auth" }]\n'
    const root = await project(settings)
    await expect(keepIds(root, null, IDS)).rejects.toThrow(/^Cannot add to deployment\.toml[\s\S]*database_id = "the-database"/)
    expect(await readFile(join(root, 'deployment.toml'), 'utf8')).toBe(settings)
  })
})

describe('readLocalDatabase()', () => {
  it('is what wrangler takes: the id, or one for local work, or the binding', async () => {
    const root = await project()
    expect(await readLocalDatabase(root, {})).toBe('DB')
    await writeFile(join(root, 'wrangler.toml'), CODE.replace('binding = "DB"', 'binding = "DB"\ndatabase_id = "in-the-code"'))
    expect(await readLocalDatabase(root, {})).toBe('in-the-code')
    const settings = (of: string) => writeFile(join(root, 'deployment.toml'), `[[${of}]]\nbinding = "DB"\ndatabase_id = "a"\n`)
    await settings('d1_databases')
    expect([await readLocalDatabase(root, {}), await readLocalDatabase(root, { config: join(root, 'wrangler.toml') })]).toEqual([
      'a',
      'in-the-code',
    ])
    await settings('env.staging.d1_databases')
    expect([await readLocalDatabase(root, { environment: 'staging' }), await readLocalDatabase(root, {})]).toEqual([
      'a',
      'in-the-code',
    ])
    await writeFile(join(root, 'deployment.toml'), '[[d1_databases]]\nbinding = "DB"\npreview_database_id = "DB"\n')
    expect(await readLocalDatabase(root, {})).toBe('DB')
  })
})
