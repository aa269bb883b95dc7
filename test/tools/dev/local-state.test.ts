import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { findAdminKeyProblem } from '../../../src/platform/crypto/admin-key.ts'
import { ensureAssets, ensureDatabase, ensureDevVars } from '../../../tools/dev/local-state.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

async function project(): Promise<string> {
  const root = await temporaryDirectory()
  for (const directory of ['migrations', 'node_modules/wrangler', 'node_modules/swagger-ui-dist', 'assets/docs', 'src/http']) {
    await mkdir(join(root, directory), { recursive: true })
  }
  await writeFile(join(root, 'assets', 'docs', 'start.js'), 'start()')
  await writeFile(join(root, 'src', 'http', 'wire.ts'), '1')
  await writeFile(join(root, 'migrations', '0000_first.sql'), 'CREATE TABLE a (b);')
  await writeFile(join(root, 'node_modules', 'wrangler', 'package.json'), '{"version":"4.0.0"}')
  await installSwagger(root, '5.0.0')
  return root
}

async function installSwagger(root: string, version: string): Promise<void> {
  const directory = join(root, 'node_modules', 'swagger-ui-dist')
  await writeFile(join(directory, 'package.json'), JSON.stringify({ version }))
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE', 'index.html']) {
    await writeFile(join(directory, file), `${file} ${version}`)
  }
}

/** Does what `wrangler d1 migrations apply` leaves behind. */
const migrator = () =>
  vi.fn(async (directory: string) => {
    await mkdir(join(directory, 'v3', 'd1'), { recursive: true })
    return { code: 0, stdout: '', stderr: '' }
  })

describe('ensureDevVars()', () => {
  it('makes a file for its owner only, with a secret of 32 random bytes', async () => {
    const root = await project()
    expect(await ensureDevVars(root)).toBe(true)
    const path = join(root, '.dev.vars')
    const vars = parseEnv(await readFile(path, 'utf8'))
    expect(vars.ENVIRONMENT).toBe('development')
    expect(Buffer.from(vars.AUTH_SECRET ?? '', 'base64url')).toHaveLength(32)
    expect(findAdminKeyProblem(vars.ADMIN_KEY ?? '')).toBeNull()
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('leaves a file that is there as it is, and adds an admin key once', async () => {
    const root = await project()
    await writeFile(join(root, '.dev.vars'), 'MINE=1')
    expect(await ensureDevVars(root)).toBe(false)
    const content = await readFile(join(root, '.dev.vars'), 'utf8')
    expect(content).toMatch(/^MINE=1\nADMIN_KEY=padm_[\w-]{43}\n$/)
    await Promise.all([ensureDevVars(root), ensureDevVars(root)])
    expect(await readFile(join(root, '.dev.vars'), 'utf8')).toBe(content)
  })

  it('gives many at once one secret', async () => {
    const root = await project()
    const made = await Promise.all(Array.from({ length: 10 }, () => ensureDevVars(root)))
    expect(made.filter(Boolean)).toHaveLength(1)
  })
})

describe('ensureAssets()', () => {
  it('copies what the reference needs and nothing else, once', async () => {
    const root = await project()
    expect(await ensureAssets(root)).toBe(true)
    expect((await readdir(join(root, '.postern', 'assets', 'docs'))).sort()).toEqual([
      'LICENSE',
      'favicon-32x32.png',
      'start.js',
      'swagger-ui-bundle.js',
      'swagger-ui.css',
    ])
    const openApi = JSON.parse(await readFile(join(root, '.postern', 'assets', 'openapi.json'), 'utf8'))
    expect(openApi.openapi).toBe('3.1.0')
    expect(await ensureAssets(root)).toBe(false)
  })

  it('makes the OpenAPI document again after a face has changed', async () => {
    const root = await project()
    await ensureAssets(root)
    await writeFile(join(root, 'src', 'http', 'wire.ts'), '2')
    expect(await ensureAssets(root)).toBe(true)
  })

  it('copies again after another version was installed, or a file was lost', async () => {
    const root = await project()
    await ensureAssets(root)
    await installSwagger(root, '5.0.1')
    expect(await ensureAssets(root)).toBe(true)
    const css = join(root, '.postern', 'assets', 'docs', 'swagger-ui.css')
    expect(await readFile(css, 'utf8')).toBe('swagger-ui.css 5.0.1')
    await rm(css)
    expect(await ensureAssets(root)).toBe(true)
  })
})

describe('ensureDatabase()', () => {
  it('migrates once, and each state directory for itself', async () => {
    const root = await project()
    const migrate = migrator()
    expect(await ensureDatabase({ root, persistDirectory: '.wrangler/state' }, migrate)).toBe(true)
    expect(await ensureDatabase({ root, persistDirectory: '.wrangler/state' }, migrate)).toBe(false)
    expect(await ensureDatabase({ root, persistDirectory: join(root, 'other') }, migrate)).toBe(true)
    expect(migrate.mock.calls).toEqual([[join(root, '.wrangler/state')], [join(root, 'other')]])
  })

  it('migrates again for a new or changed migration, another wrangler, or a lost database', async () => {
    const root = await project()
    const migrate = migrator()
    const again = () => ensureDatabase({ root, persistDirectory: 'state' }, migrate)
    await again()
    await writeFile(join(root, 'migrations', '0001_second.sql'), 'CREATE TABLE c (d);')
    expect(await again()).toBe(true)
    await writeFile(join(root, 'node_modules', 'wrangler', 'package.json'), '{"version":"4.0.1"}')
    expect(await again()).toBe(true)
    await rm(join(root, 'state', 'v3'), { recursive: true })
    expect(await again()).toBe(true)
    expect(await again()).toBe(false)
  })

  it('migrates each database that the configuration comes to name, and knows one that it named before', async () => {
    const root = await project()
    const migrate = migrator()
    const again = (environment: string | null = null) => ensureDatabase({ root, persistDirectory: 'state', environment }, migrate)
    const name = (line: string) =>
      writeFile(
        join(root, 'wrangler.toml'),
        `[[d1_databases]]\nbinding = "DB"\n${line}\n[[env.staging.d1_databases]]\nbinding = "DB"`,
      )
    await name('')
    expect(await again()).toBe(true)
    await name('database_id = "made-by-deploy"')
    expect([await again(), await again(), await again('staging')]).toEqual([true, false, false])
    await name('# database_id = "made-by-deploy"')
    expect(await again()).toBe(false)
  })

  it('migrates once when many start at once', async () => {
    const root = await project()
    const migrate = migrator()
    await Promise.all(Array.from({ length: 6 }, () => ensureDatabase({ root, persistDirectory: 'state' }, migrate)))
    expect(migrate).toHaveBeenCalledTimes(1)
  })

  it('tells what wrangler said when it failed, and tries again the next time', async () => {
    const root = await project()
    const failing = async () => ({ code: 1, stdout: 'no such table', stderr: '' })
    await expect(ensureDatabase({ root, persistDirectory: 'state' }, failing)).rejects.toThrow('no such table')
    expect(await ensureDatabase({ root, persistDirectory: 'state' }, migrator())).toBe(true)
  })
})
