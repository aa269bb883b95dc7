// Everything a local server needs that is not in git: development secrets, the files of the API reference, a migrated D1.
// Made only when missing, decided by fingerprints of our own, since asking wrangler costs seconds.
import { createHash, randomBytes } from 'node:crypto'
import { appendFile, copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { codeOf } from '../error-code.ts'
import { withFileLock } from '../file-lock.mjs'
import { packageFolder } from '../project.ts'
import { captureTool, type ToolResult } from '../run-tool.ts'
import { configFile } from '../settings/config-file.ts'
import { LOCAL_DATABASE, type LocalConfig, readLocalDatabase } from '../wrangler-config.ts'

const SWAGGER_UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE'] as const

export interface LocalStatePaths {
  readonly root: string
  /** As given to wrangler's --persist-to. */
  readonly persistDirectory: string
}

/** @returns whether the file was made; one that exists is left as it is, but gets an admin key where it has none. */
export async function ensureDevVars(root: string): Promise<boolean> {
  const content = await readFile(join(root, '.dev.vars'), 'utf8').catch(() => '')
  if (hasAdminKey(content)) return false
  return withFileLock(join(root, '.postern', 'dev-vars.lock'), async () => (await makeDevVars(root)) || addAdminKey(root))
}

async function addAdminKey(root: string): Promise<false> {
  const path = join(root, '.dev.vars')
  const content = await readFile(path, 'utf8')
  if (!hasAdminKey(content)) {
    await appendFile(path, `${content === '' || content.endsWith('\n') ? '' : '\n'}${adminKeyLine()}\n`)
  }
  return false
}

function hasAdminKey(content: string): boolean {
  return /^\s*ADMIN_KEY\s*=/m.test(content)
}

function adminKeyLine(): string {
  return `ADMIN_KEY=padm_${randomBytes(32).toString('base64url')}`
}

async function makeDevVars(root: string): Promise<boolean> {
  const content = [
    '# Local secrets, made by tools/dev/prepare.ts and never committed. This file is what makes an environment "development".',
    'ENVIRONMENT=development',
    `AUTH_SECRET=${randomBytes(32).toString('base64url')}`,
    adminKeyLine(),
    '',
  ].join('\n')
  try {
    await writeFile(join(root, '.dev.vars'), content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Fills the directory wrangler.toml's [assets] names: the reference's pages, Swagger UI, and the OpenAPI document. */
export async function ensureAssets(root: string): Promise<boolean> {
  const swaggerUi = packageFolder('swagger-ui-dist', root)
  const pages = join(root, 'assets', 'docs')
  const target = join(root, '.postern', 'assets')
  // The note lies beside the assets, not in them: everything in there is served.
  const note = join(root, '.postern', 'assets-fingerprint')
  const fingerprint = await fingerprintOf([await packageVersion(swaggerUi)], [pages, join(root, 'src', 'http')])
  const files = [
    ...SWAGGER_UI_FILES.map((file) => join(swaggerUi, file)),
    ...(await readdir(pages)).map((file) => join(pages, file)),
  ]
  const made = [
    note,
    join(target, 'openapi.json'),
    join(target, 'admin-openapi.json'),
    ...files.map((file) => join(target, 'docs', basename(file))),
  ]
  const isWhole = (await Promise.all(made.map(exists))).every(Boolean)
  if (isWhole && (await readFile(note, 'utf8')) === fingerprint) return false
  await mkdir(join(target, 'docs'), { recursive: true })
  await Promise.all(files.map((file) => copyWhole(file, join(target, 'docs', basename(file)))))
  // Imported only when needed: it loads every schema.
  const { adminOpenApiDocument, openApiDocument } = await import('../build/openapi.ts')
  await writeWhole(join(target, 'openapi.json'), JSON.stringify(openApiDocument()))
  await writeWhole(join(target, 'admin-openapi.json'), JSON.stringify(adminOpenApiDocument()))
  await writeWhole(note, fingerprint)
  return true
}

/** Applies the migrations to the local D1, the one that the configuration names, unless its state says that these very files have been applied. */
export async function ensureDatabase(
  { root, persistDirectory, ...local }: LocalStatePaths & LocalConfig,
  migrate: (persistDirectory: string) => Promise<ToolResult> = (directory) => applyMigrations(root, directory, local),
): Promise<boolean> {
  const directory = resolve(root, persistDirectory)
  const fingerprint = await migrationsFingerprint(root)
  const note = notePath(directory, await readLocalDatabase(root, local))
  if (await isMigrated(directory, note, fingerprint)) return false
  return withFileLock(join(directory, '.postern-migrating.lock'), async () => {
    if (await isMigrated(directory, note, fingerprint)) return false
    const result = await migrate(directory)
    if (result.code !== 0) throw new Error(`Cannot migrate the local database: wrangler said\n${result.stdout}${result.stderr}`)
    await writeWhole(note, fingerprint)
    return true
  })
}

/** Changes with any of the files in `directories`, whatever their depth, and with `versions`. */
async function fingerprintOf(versions: readonly string[], directories: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(versions))
  for (const directory of directories) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    for (const file of files.sort()) hash.update(JSON.stringify([relative(directory, file), await readFile(file, 'utf8')]))
  }
  return hash.digest('hex')
}

/** Changes with any migration file and with wrangler, whose versions lay out local state differently. */
export async function migrationsFingerprint(root: string): Promise<string> {
  const hash = createHash('sha256')
  const files = (await readdir(join(root, 'migrations'))).filter((file) => file.endsWith('.sql')).sort()
  hash.update(JSON.stringify(await packageVersion(packageFolder('wrangler', root))))
  for (const file of files) hash.update(JSON.stringify([file, await readFile(join(root, 'migrations', file), 'utf8')]))
  return hash.digest('hex')
}

async function applyMigrations(
  root: string,
  persistDirectory: string,
  { config = null, environment = null }: LocalConfig,
): Promise<ToolResult> {
  const of = ['--config', config ?? (await configFile(root)), `--env=${environment ?? ''}`]
  return captureTool('wrangler', ['d1', 'migrations', 'apply', LOCAL_DATABASE, '--local', '--persist-to', persistDirectory, ...of])
}

async function isMigrated(directory: string, note: string, fingerprint: string): Promise<boolean> {
  const noted = await readFile(note, 'utf8').catch(() => null)
  if (noted !== fingerprint) return false
  const database = await stat(join(directory, 'v3', 'd1')).catch(() => null)
  return database?.isDirectory() ?? false
}

/** A note for each database, which may have any name. */
function notePath(directory: string, database: string): string {
  const suffix = database === LOCAL_DATABASE ? '' : `-${createHash('sha256').update(database).digest('hex').slice(0, 16)}`
  return join(directory, `.postern-migrated${suffix}`)
}

export async function packageVersion(directory: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
  return String((manifest as { version?: unknown }).version)
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Renamed into place, so that a server that starts meanwhile never sees half a file. */
async function copyWhole(source: string, target: string): Promise<void> {
  const temporary = `${target}.${process.pid}`
  await copyFile(source, temporary)
  await rename(temporary, target)
}

async function writeWhole(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, content)
  await rename(`${path}.${process.pid}`, path)
}
