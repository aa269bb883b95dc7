// Cloudflare's API over one account, as far as wrangler asks it. What nobody expected is answered 404 and kept, so that a test sees it.
import { type Account, type Metadata, type Module, SUBDOMAIN, servingVersion, type Version, type Worker } from './account.ts'

export interface Asked {
  readonly method: string
  readonly url: URL
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
}

interface Matched extends Asked {
  /** The parts of the path that `:name` stands for; the account's comes first. */
  readonly params: readonly string[]
}

type Answer = (account: Account, asked: Matched) => unknown

export class ApiError extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const SCRIPT = '/accounts/:account/workers/scripts/:name'

/** The first that fits answers. */
const ROUTES: readonly (readonly [string, Answer])[] = [
  ['GET /user', () => ({ id: 'user', email: 'ops@example.com' })],
  ['GET /user/tokens/verify', () => ({ id: 'token', status: 'active' })],
  ['GET /accounts', ({ id }) => [{ id, name: 'Example' }]],
  ['GET /memberships', ({ id }) => [{ id: 'membership', account: { id, name: 'Example' } }]],
  ['GET /accounts/:account/d1/database', listDatabases],
  ['POST /accounts/:account/d1/database', makeDatabase],
  ['GET /accounts/:account/d1/database/:id', (account, { params }) => viewDatabase(findDatabase(account, params[1]))],
  ['POST /accounts/:account/d1/database/:id/query', runQuery],
  ['GET /accounts/:account/storage/kv/namespaces', ({ namespaces }) => namespaces],
  ['POST /accounts/:account/storage/kv/namespaces', makeNamespace],
  ['GET /accounts/:account/workers/subdomain', () => ({ subdomain: SUBDOMAIN })],
  ['GET /accounts/:account/workers/services/:name', (account, { params }) => viewService(findWorker(account, params[1]))],
  ['GET /accounts/:account/workers/workers/:name', (account, { params }) => viewWorker(findWorker(account, params[1]))],
  [`PUT ${SCRIPT}`, putScript],
  [`GET ${SCRIPT}/settings`, (account, { params }) => viewSettings(findWorker(account, params[1]))],
  [`PATCH ${SCRIPT}/script-settings`, () => ({})],
  [`POST ${SCRIPT}/versions`, postVersion],
  [`GET ${SCRIPT}/versions`, listVersions],
  [`GET ${SCRIPT}/versions/:version`, (account, { params }) => viewVersion(findVersion(account, params[1], params[2]))],
  [`GET ${SCRIPT}/deployments`, listDeployments],
  [`POST ${SCRIPT}/deployments`, postDeployment],
  [`GET ${SCRIPT}/secrets`, listSecrets],
  [`PUT ${SCRIPT}/secrets`, putSecret],
  [`DELETE ${SCRIPT}/secrets/:secret`, deleteSecret],
  [`GET ${SCRIPT}/subdomain`, (account, { params }) => viewSubdomain(findWorker(account, params[1]))],
  [`POST ${SCRIPT}/subdomain`, postSubdomain],
  [`PUT ${SCRIPT}/schedules`, putSchedules],
  // Every asset is there already: nothing here asks for one.
  [`POST ${SCRIPT}/assets-upload-session`, () => ({ jwt: 'uploaded', buckets: [] })],
  [`POST ${SCRIPT}/domains/changeset`, () => ({ added: [], removed: [], updated: [], conflicting: [] })],
  [`PUT ${SCRIPT}/domains/records`, putDomains],
]

/** @returns `undefined` where nothing is known at this path */
export async function answer(account: Account, asked: Asked): Promise<{ readonly result: unknown } | undefined> {
  const line = `${asked.method} ${asked.url.pathname}`
  for (const [pattern, answers] of ROUTES) {
    const match = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`).exec(line)
    if (match) return { result: await answers(account, { ...asked, params: match.slice(1).map(decodeURIComponent) }) }
  }
  return undefined
}

function json({ body }: Asked): Readonly<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(body))
}

function listDatabases({ databases }: Account, { url }: Matched) {
  const name = url.searchParams.get('name')
  return databases.filter((database) => name === null || database.name === name).map(viewDatabase)
}

function makeDatabase(account: Account, asked: Matched) {
  const name = String(json(asked).name)
  if (account.databases.some((database) => database.name === name)) throw new ApiError(400, 7502, 'database with that name exists')
  return viewDatabase(account.makeDatabase(name))
}

function makeNamespace(account: Account, asked: Matched) {
  const title = String(json(asked).title)
  if (account.namespaces.some((namespace) => namespace.title === title)) {
    throw new ApiError(400, 10_014, 'a namespace with this account ID and title already exists')
  }
  return account.makeNamespace(title)
}

function findDatabase({ databases }: Account, key = '') {
  const found = databases.find(({ id, name }) => id === key || name === key)
  if (found) return found
  throw new ApiError(404, 7404, `The database ${key} could not be found`)
}

function findWorker({ workers }: Account, name = ''): Worker {
  const worker = workers.get(name)
  if (worker) return worker
  throw new ApiError(404, 10_007, 'This Worker does not exist on your account.')
}

function findVersion(account: Account, name: string | undefined, id: string | undefined): Version {
  const version = findWorker(account, name).versions.find((each) => each.id === id)
  if (version) return version
  throw new ApiError(404, 10_007, 'This version does not exist.')
}

async function runQuery(account: Account, asked: Matched) {
  const { sql, params = [] } = json(asked) as { readonly sql: string; readonly params?: readonly unknown[] }
  const { id } = findDatabase(account, asked.params[1])
  try {
    return [await account.query(id, sql, params)]
  } catch (error) {
    throw new ApiError(400, 7500, error instanceof Error ? error.message : String(error))
  }
}

async function putScript(account: Account, asked: Matched) {
  const { worker, version } = await upload(account, asked)
  account.deploy(worker, version)
  return viewScript(worker)
}

async function postVersion(account: Account, asked: Matched) {
  findWorker(account, asked.params[1])
  const { worker, version } = await upload(account, asked)
  return { ...viewScript(worker), ...viewVersion(version) }
}

async function upload(account: Account, { params, body, type }: Matched) {
  const form = await new Response(body, { headers: { 'Content-Type': type } }).formData()
  const metadata = JSON.parse(await textOf(form.get('metadata'))) as Metadata
  const modules: Module[] = []
  for (const [path, part] of form) {
    if (typeof part === 'string' || path === 'metadata') continue
    if (part.type === 'application/javascript+module') modules.push({ type: 'ESModule', path, contents: await part.text() })
    if (part.type === 'application/wasm') {
      modules.push({ type: 'CompiledWasm', path, contents: new Uint8Array(await part.arrayBuffer()) })
    }
  }
  return account.upload(params[1] ?? '', metadata, modules)
}

async function textOf(part: File | string | null): Promise<string> {
  return part === null || typeof part === 'string' ? (part ?? '{}') : part.text()
}

function listVersions(account: Account, { params }: Matched) {
  return { items: findWorker(account, params[1]).versions.map(viewVersion).toReversed() }
}

function listDeployments(account: Account, { params }: Matched) {
  return { deployments: findWorker(account, params[1]).deployments.map(viewDeployment).toReversed() }
}

function postDeployment(account: Account, asked: Matched) {
  const { versions, annotations } = json(asked) as {
    readonly versions: readonly { readonly version_id: string }[]
    readonly annotations?: Readonly<Record<string, string>>
  }
  const version = findVersion(account, asked.params[1], versions[0]?.version_id)
  return viewDeployment(account.deploy(findWorker(account, asked.params[1]), version, annotations?.['workers/message']))
}

function listSecrets(account: Account, { params }: Matched) {
  const bindings = servingVersion(findWorker(account, params[1]))?.metadata.bindings ?? []
  return bindings.filter(({ type }) => type === 'secret_text').map(({ name, type }) => ({ name, type }))
}

function putSecret(account: Account, asked: Matched) {
  const { name, text } = json(asked)
  account.setSecret(findWorker(account, asked.params[1]), String(name), String(text))
  return { name, type: 'secret_text' }
}

function deleteSecret(account: Account, { params }: Matched) {
  account.setSecret(findWorker(account, params[1]), params[2] ?? '', null)
  return null
}

function postSubdomain(account: Account, asked: Matched) {
  const worker = findWorker(account, asked.params[1])
  worker.hasWorkersDev = json(asked).enabled === true
  return viewSubdomain(worker)
}

function putSchedules(account: Account, asked: Matched) {
  const schedules = json(asked) as unknown as readonly { readonly cron: string }[]
  findWorker(account, asked.params[1]).crons.splice(0, Number.POSITIVE_INFINITY, ...schedules.map(({ cron }) => cron))
  return { schedules }
}

/** A host has one worker: whoever asks last has it, as wrangler asks for where nobody can be asked. */
function putDomains(account: Account, asked: Matched) {
  const { origins } = json(asked) as { readonly origins: readonly { readonly hostname: string }[] }
  const hosts = origins.map(({ hostname }) => hostname)
  for (const { domains } of account.workers.values()) {
    domains.splice(0, Number.POSITIVE_INFINITY, ...domains.filter((domain) => !hosts.includes(domain)))
  }
  findWorker(account, asked.params[1]).domains.splice(0, Number.POSITIVE_INFINITY, ...hosts)
  return hosts.map((hostname) => ({ id: hostname, hostname }))
}

function viewDatabase({ id, name }: { readonly id: string; readonly name: string }) {
  return { uuid: id, name, version: 'production', num_tables: 0, file_size: 0, created_at: '2026-11-01T00:00:00Z' }
}

function viewSubdomain({ hasWorkersDev }: Worker) {
  return { enabled: hasWorkersDev, previews_enabled: false }
}

function viewWorker(worker: Worker) {
  return { id: worker.name, name: worker.name, tags: [], subdomain: viewSubdomain(worker) }
}

function viewService(worker: Worker) {
  const script = viewScript(worker)
  return { id: worker.name, default_environment: { environment: 'production', script }, environments: [], script }
}

function viewScript({ name, versions, migrationTag }: Worker) {
  const { id, number, createdOn } = versions.at(-1) ?? { id: '', number: 0, createdOn: '' }
  return {
    ...{ id: name, tag: 'tag', tags: [], etag: `etag-${number}`, deployment_id: id, migration_tag: migrationTag },
    ...{ last_deployed_from: 'wrangler', modified_on: createdOn, startup_time_ms: 10, entry_point: 'index.js' },
  }
}

function viewSettings(worker: Worker) {
  const { bindings, compatibility_date, compatibility_flags } = servingVersion(worker)?.metadata ?? { bindings: [] }
  return {
    bindings,
    compatibility_date,
    compatibility_flags,
    migration_tag: worker.migrationTag,
    usage_model: 'standard',
    tags: [],
  }
}

function viewVersion({ id, number, createdOn, metadata }: Version) {
  return {
    ...{ id, number, annotations: {} },
    metadata: { created_on: createdOn, modified_on: createdOn, source: 'wrangler', author_email: 'ops@example.com' },
    resources: {
      bindings: metadata.bindings.map(({ text: _, ...binding }) => binding),
      script: { etag: id, handlers: ['fetch'], last_deployed_from: 'wrangler' },
      script_runtime: { compatibility_date: metadata.compatibility_date },
    },
  }
}

function viewDeployment({ id, version, createdOn, message }: Worker['deployments'][number]) {
  return {
    ...{ id, source: 'wrangler', strategy: 'percentage', author_email: 'ops@example.com', created_on: createdOn },
    annotations: message === undefined ? {} : { 'workers/message': message },
    versions: [{ version_id: version.id, percentage: 100 }],
  }
}
