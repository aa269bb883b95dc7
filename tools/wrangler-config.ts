// Facts of the configuration, in wrangler's own reading: inheritance, environments and defaults included.
import { readFile } from 'node:fs/promises'
import { CODE_CONFIG, configFile, parseMade, readRaw, SETTINGS } from './settings/config-file.ts'
import type { Raw } from './settings/merge.ts'

/** The binding, and what wrangler calls the local database where the configuration names none. */
export const LOCAL_DATABASE = 'DB'

export interface WranglerFacts {
  /** Of the worker, with the environment in it. */
  readonly workerName: string
  /** `null` where the configuration says none. */
  readonly publicUrl: string | null
  /** Of `[dev]`; `null` where it says none. */
  readonly devPort: number | null
}

/** As much of wrangler's own type as is asked for here. */
interface Config {
  readonly name?: string | undefined
  readonly vars: Readonly<Record<string, unknown>>
  readonly dev: { readonly port?: number | undefined }
  readonly definedEnvironments?: readonly string[] | undefined
}

/**
 * @param environment `null`: the top level @param file an absolute path; left out: the configuration in effect
 * @throws Error where wrangler cannot read it, or there is no such environment
 */
export async function readWranglerConfig(environment: string | null, file?: string): Promise<WranglerFacts> {
  // Loaded only here: wrangler takes more than half a second.
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const path = file ?? (await configFile())
  // An empty name is the top level, whatever CLOUDFLARE_ENV says.
  const read = (name: string): Config => readConfig({ config: path, env: name }, { hideWarnings: true })
  // Where there is none at all, wrangler takes the top level for it.
  if (environment !== null && !read('').definedEnvironments?.includes(environment)) {
    throw new Error(`Cannot find the environment ${environment} in ${CODE_CONFIG} or ${SETTINGS}`)
  }
  const config = read(environment ?? '')
  const { PUBLIC_URL: url } = config.vars
  return {
    workerName: config.name ?? 'postern',
    publicUrl: typeof url === 'string' && url !== '' ? url : null,
    devPort: config.dev.port ?? null,
  }
}

/** What a local server, or a command on local state, reads its bindings from. */
export interface LocalConfig {
  /** An absolute path; `null`: the configuration in effect. */
  readonly config?: string | null
  /** `null`: the top level. */
  readonly environment?: string | null
}

/** What wrangler calls the local database, which is a file of its own for each name. */
export async function readLocalDatabase(root: string, { config = null, environment = null }: LocalConfig): Promise<string> {
  const path = config ?? (await configFile(root))
  const text = await readFile(path, 'utf8').catch(() => '')
  // wrangler takes a while to load, and most configurations name no id.
  if (!/database_id\b/.test(text.replace(/^\s*#.*$/gm, ''))) return LOCAL_DATABASE
  const raw = parseMade(text) ?? (await readRaw(path))
  const place = environment === null ? raw : ((raw.env as Readonly<Record<string, Raw>> | undefined)?.[environment] ?? raw)
  const databases = (place.d1_databases ?? []) as readonly Readonly<Record<string, string | undefined>>[]
  const database = databases.find(({ binding }) => binding === LOCAL_DATABASE)
  return database?.preview_database_id ?? database?.database_id ?? LOCAL_DATABASE
}
