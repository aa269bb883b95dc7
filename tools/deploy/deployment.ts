// What the configuration says of each environment, in wrangler's own reading: nothing of it is kept here a second time.
import { relative } from 'node:path'
import { inProject, PROJECT_ROOT } from '../project.ts'
import { CODE_CONFIG, configFile, readRaw, SETTINGS } from '../settings/config-file.ts'

/** Of one environment. */
export interface Deployment {
  /** `null`: the top level. */
  readonly environment: string | null
  /** With the environment in it, unless that has a name of its own. */
  readonly workerName: string
  readonly databaseName: string | null
  readonly databaseId: string | null
  readonly namespaceId: string | null
  /** That the code has to have, and this environment lacks. */
  readonly missingBindings: readonly string[]
  /** Workers whose objects it would use in place of its own. */
  readonly objectsOf: readonly string[]
  readonly routes: readonly string[]
  readonly hasWorkersDev: boolean
  readonly publicUrl: string | null
  /** Names of the vars and of the services that it is bound to: what an environment may do without, and does not inherit. */
  readonly settings: readonly string[]
}

export interface Deployments {
  readonly target: Deployment
  /** The other environments, the top level among them. */
  readonly others: readonly Deployment[]
}

/** As much of wrangler's own type as is asked for here. */
interface Config {
  readonly name?: string | undefined
  readonly d1_databases: readonly { binding: string; database_name?: string | undefined; database_id?: unknown }[]
  readonly kv_namespaces: readonly { binding: string; id?: unknown }[]
  readonly send_email: readonly { name: string }[]
  readonly durable_objects: { bindings: readonly { name: string; script_name?: string | undefined }[] }
  readonly route?: Route | undefined
  readonly routes?: readonly Route[] | undefined
  readonly workers_dev?: boolean | undefined
  readonly services?: readonly { readonly binding: string }[] | undefined
  readonly vars: Readonly<Record<string, unknown>>
  readonly definedEnvironments?: readonly string[] | undefined
}
type Route = string | { readonly pattern: string }

/** Of wrangler.toml, whose top level names all that the code has to have. */
interface Code {
  readonly d1_databases?: readonly { binding: string }[]
  readonly kv_namespaces?: readonly { binding: string }[]
  readonly send_email?: readonly { name: string }[]
  readonly durable_objects?: { bindings: readonly { name: string }[] }
}

/** @param environment `null`: the top level @throws Error where wrangler cannot read it, or there is no such environment */
export async function readDeployments(environment: string | null): Promise<Deployments> {
  const path = await configFile()
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const needed: Code = await readRaw(inProject(CODE_CONFIG))
  // An empty name is the top level, whatever CLOUDFLARE_ENV says.
  const read = (name: string | null): Config => readConfig({ config: path, env: name ?? '' }, { hideWarnings: true })
  const { definedEnvironments = [] } = read(null)
  if (environment !== null && !definedEnvironments.includes(environment)) {
    throw new Error(`Cannot find the environment ${environment} in ${describeFiles(path)}`)
  }
  const names = [null, ...definedEnvironments].filter((name) => name !== environment)
  const describe = (name: string | null) => describeDeployment(name, read(name), needed)
  return { target: describe(environment), others: names.map(describe) }
}

function describeFiles(path: string): string {
  const name = relative(PROJECT_ROOT, path)
  return name === CODE_CONFIG ? `${CODE_CONFIG}: write [env.NAME.vars] into ${SETTINGS} (docs/deploying.md)` : SETTINGS
}

function describeDeployment(environment: string | null, config: Config, needed: Code): Deployment {
  const database = config.d1_databases.find(({ binding }) => binding === 'DB')
  const namespace = config.kv_namespaces.find(({ binding }) => binding === 'SESSIONS')
  const { name: workerName = 'postern', vars } = config
  const routes = [...(config.routes ?? []), ...(config.route === undefined ? [] : [config.route])]
  return {
    ...{ environment, workerName },
    databaseName: database?.database_name ?? null,
    databaseId: textOf(database?.database_id),
    namespaceId: textOf(namespace?.id),
    missingBindings: findMissing(config, needed),
    objectsOf: config.durable_objects.bindings.flatMap(({ script_name: of }) => (of && of !== workerName ? [of] : [])),
    routes: routes.map((route) => (typeof route === 'string' ? route : route.pattern)),
    hasWorkersDev: config.workers_dev ?? routes.length === 0,
    publicUrl: textOf(vars.PUBLIC_URL),
    settings: [...Object.keys(vars), ...(config.services ?? []).map(({ binding }) => binding)],
  }
}

function findMissing(config: Config, needed: Code): readonly string[] {
  const without = (wanted: readonly string[], there: readonly string[]) => wanted.filter((name) => !there.includes(name))
  const bindings = (list: readonly { binding: string }[] = []) => list.map(({ binding }) => binding)
  const names = (list: readonly { name: string }[] = []) => list.map(({ name }) => name)
  const { MAIL_TRANSPORT: transport = 'binding' } = config.vars
  return [
    ...without(bindings(needed.d1_databases), bindings(config.d1_databases)),
    ...without(bindings(needed.kv_namespaces), bindings(config.kv_namespaces)),
    ...without(names(needed.durable_objects?.bindings), names(config.durable_objects.bindings)),
    ...(transport === 'binding' ? without(names(needed.send_email), names(config.send_email)) : []),
  ]
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
