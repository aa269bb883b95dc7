// Facts of wrangler.toml, in wrangler's own reading: inheritance, environments and defaults included.
import { inProject } from './project.ts'

export interface WranglerFacts {
  /** Of the worker, with the environment in it. */
  readonly workerName: string
  readonly databaseName: string
  /** `null` where the configuration says none. */
  readonly publicUrl: string | null
  /** Of `[dev]`; `null` where it says none. */
  readonly devPort: number | null
}

/** As much of wrangler's own type as is asked for here. */
interface Config {
  readonly name?: string | undefined
  readonly d1_databases: readonly { readonly binding: string; readonly database_name?: string | undefined }[]
  readonly vars: Readonly<Record<string, unknown>>
  readonly dev: { readonly port?: number | undefined }
  readonly definedEnvironments?: readonly string[] | undefined
}

/** @param environment `null`: the top level @throws Error where wrangler cannot read it, or there is no such environment */
export async function readWranglerConfig(environment: string | null): Promise<WranglerFacts> {
  // Loaded only here: wrangler takes more than half a second.
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const environmentArgument = environment === null ? {} : { env: environment }
  const config: Config = readConfig({ config: inProject('wrangler.toml'), ...environmentArgument }, { hideWarnings: true })
  // Where there is none at all, wrangler takes the top level for it.
  if (environment !== null && !config.definedEnvironments?.includes(environment)) {
    throw new Error(`Cannot find the environment ${environment} in wrangler.toml`)
  }
  const database = config.d1_databases.find(({ binding }) => binding === 'DB')
  if (!database?.database_name) throw new Error('Cannot find the database DB in wrangler.toml')
  const { PUBLIC_URL: url } = config.vars
  return {
    workerName: config.name ?? 'postern',
    databaseName: database.database_name,
    publicUrl: typeof url === 'string' && url !== '' ? url : null,
    devPort: config.dev.port ?? null,
  }
}
