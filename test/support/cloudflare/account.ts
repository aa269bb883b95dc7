// An account of Cloudflare's, as far as wrangler and its workers ask for one: databases, namespaces, and workers that run, each with the
// versions, secrets, addresses and schedules that were deployed. Everything runs in one workerd, so that all see the same databases.
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

export type Binding = Readonly<Record<string, unknown>> & { readonly name: string; readonly type: string }

export interface Metadata {
  readonly main_module: string
  readonly bindings: readonly Binding[]
  readonly keep_bindings?: readonly string[]
  readonly compatibility_date: string
  readonly compatibility_flags?: readonly string[]
  readonly migrations?: { readonly new_tag?: string }
}

export type Module =
  | { readonly type: 'ESModule'; readonly path: string; readonly contents: string }
  | { readonly type: 'CompiledWasm'; readonly path: string; readonly contents: Uint8Array<ArrayBuffer> }

export interface Version {
  readonly id: string
  readonly number: number
  readonly createdOn: string
  readonly metadata: Metadata
  readonly modules: readonly Module[]
}

export interface Deployment {
  readonly id: string
  readonly version: Version
  readonly createdOn: string
  readonly message: string | undefined
}

export interface Worker {
  readonly name: string
  readonly versions: Version[]
  /** The last one serves. */
  readonly deployments: Deployment[]
  readonly domains: string[]
  readonly crons: string[]
  hasWorkersDev: boolean
  migrationTag: string | undefined
}

/** The host of workers.dev that is this account's. */
export const SUBDOMAIN = 'example'

const ENDED = 'export default { fetch: () => new Response(null, { status: 404 }) }'

export class Account implements AsyncDisposable {
  readonly id = 'a'.repeat(32)
  readonly databases: { readonly id: string; readonly name: string }[] = []
  readonly namespaces: { readonly id: string; readonly title: string }[] = []
  readonly workers = new Map<string, Worker>()
  private network: Miniflare | null = null
  private isStale = true
  private clock = Date.UTC(2026, 10, 1)

  makeDatabase(name: string) {
    const database = { id: crypto.randomUUID(), name }
    this.databases.push(database)
    this.isStale = true
    return database
  }

  makeNamespace(title: string) {
    const namespace = { id: crypto.randomUUID().replaceAll('-', ''), title }
    this.namespaces.push(namespace)
    this.isStale = true
    return namespace
  }

  /** A version, which does not serve yet. Bindings of a kind that `keep_bindings` names, and those that are inherited, stay as they were. */
  upload(name: string, metadata: Metadata, modules: readonly Module[]): { readonly worker: Worker; readonly version: Version } {
    const worker = this.workers.get(name) ?? newWorker(name)
    this.workers.set(name, worker)
    const before = servingVersion(worker)?.metadata.bindings ?? []
    const isGiven = (each: Binding) => metadata.bindings.some((binding) => binding.name === each.name)
    const kept = before.filter((each) => !isGiven(each) && (metadata.keep_bindings ?? []).includes(each.type))
    const given = metadata.bindings.map((binding) =>
      binding.type === 'inherit' ? (before.find((each) => each.name === binding.name) ?? binding) : binding,
    )
    worker.migrationTag = metadata.migrations?.new_tag ?? worker.migrationTag
    return { worker, version: this.addVersion(worker, { ...metadata, bindings: [...given, ...kept] }, modules) }
  }

  /** A changed secret is a version of its own, which serves at once. @param text `null`: the secret goes */
  setSecret(worker: Worker, name: string, text: string | null): void {
    const version = servingVersion(worker)
    if (!version) throw new Error(`${worker.name} serves nothing`)
    const others = version.metadata.bindings.filter((binding) => binding.name !== name)
    const bindings = text === null ? others : [...others, { type: 'secret_text', name, text }]
    this.deploy(worker, this.addVersion(worker, { ...version.metadata, bindings }, version.modules))
  }

  deploy(worker: Worker, version: Version, message?: string): Deployment {
    const deployment = { id: crypto.randomUUID(), version, createdOn: this.now(), message }
    worker.deployments.push(deployment)
    this.isStale = true
    return deployment
  }

  /** As D1 answers a text of one or more statements: with the rows of the last. */
  async query(databaseId: string, sql: string, params: readonly unknown[]): Promise<unknown> {
    const network = await this.running()
    const database = await network.getD1Database(databaseId, 'operator')
    const { results, success, meta } = await database
      .prepare(sql)
      .bind(...params)
      .all()
    return { results, success, meta }
  }

  /** What the worker with this name answers. */
  async ask(name: string, url: string, init: RequestInit): Promise<Response> {
    const worker = await (await this.running()).getWorker(name)
    return (await worker.fetch(url, { ...init, redirect: 'manual' } as never)) as unknown as Response
  }

  /** The worker at an address. */
  workerAt(host: string): Worker | undefined {
    return [...this.workers.values()].find(
      (worker) => worker.domains.includes(host) || (worker.hasWorkersDev && host === `${worker.name}.${SUBDOMAIN}.workers.dev`),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network?.dispose()
  }

  private addVersion(worker: Worker, metadata: Metadata, modules: readonly Module[]): Version {
    const version = { id: crypto.randomUUID(), number: worker.versions.length + 1, createdOn: this.now(), metadata, modules }
    worker.versions.push(version)
    return version
  }

  /** Never the same twice, since versions are told apart by it. */
  private now(): string {
    this.clock += 1000
    return new Date(this.clock).toISOString()
  }

  private async running(): Promise<Miniflare> {
    if (this.network && !this.isStale) return this.network
    this.isStale = false
    const options = convertV4MiniflareOptions({ workers: this.describe(), handleStructuredLogs: () => {} })
    if (this.network) await this.network.setOptions(options)
    else this.network = new Miniflare(options)
    await this.network.ready
    return this.network
  }

  private describe() {
    const operator = {
      name: 'operator',
      modules: [{ type: 'ESModule' as const, path: 'index.js', contents: ENDED }],
      compatibilityDate: '2026-10-01',
      d1Databases: Object.fromEntries(this.databases.map(({ id }) => [id, id])),
      kvNamespaces: Object.fromEntries(this.namespaces.map(({ id }) => [id, id])),
    }
    const serving = [...this.workers.values()].flatMap((worker) => {
      const version = servingVersion(worker)
      return version ? [describeWorker(worker.name, version)] : []
    })
    return [operator, ...serving] as [typeof operator, ...typeof serving]
  }
}

export function servingVersion(worker: Worker | undefined): Version | undefined {
  return worker?.deployments.at(-1)?.version
}

export function bindingOf(worker: Worker | undefined, name: string): Binding | undefined {
  return servingVersion(worker)?.metadata.bindings.find((binding) => binding.name === name)
}

function newWorker(name: string): Worker {
  return { name, versions: [], deployments: [], domains: [], crons: [], hasWorkersDev: false, migrationTag: undefined }
}

function describeWorker(name: string, { metadata, modules }: Version) {
  const of = (type: string) => metadata.bindings.filter((binding) => binding.type === type)
  const values = (type: string, field: string) => of(type).map((binding) => [binding.name, String(binding[field])] as const)
  return {
    name,
    modules: [...modules].sort(
      (one, other) => Number(other.path === metadata.main_module) - Number(one.path === metadata.main_module),
    ),
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: [...(metadata.compatibility_flags ?? [])],
    bindings: Object.fromEntries([...values('plain_text', 'text'), ...values('secret_text', 'text')]),
    d1Databases: Object.fromEntries(values('d1', 'id')),
    kvNamespaces: Object.fromEntries(values('kv_namespace', 'namespace_id')),
    durableObjects: Object.fromEntries(
      values('durable_object_namespace', 'class_name').map(([binding, className]) => [binding, { className, useSQLite: true }]),
    ),
    email: { send_email: of('send_email').map((binding) => ({ name: binding.name })) },
    serviceBindings: Object.fromEntries(
      of('assets').map((binding) => [binding.name, () => new Response(null, { status: 404 }) as never]),
    ),
    stripCfConnectingIp: false,
  }
}
