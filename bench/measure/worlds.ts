// The workers under measurement, each in a workerd of its own, reached through its own socket: `wrangler dev`'s proxy would
// be most of what is measured.
import { readdir, readFile } from 'node:fs/promises'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { inProject } from '../../tools/project.ts'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS, type Modules } from './modules.ts'
import { listWorkerds } from './processor-time.ts'

export interface World {
  readonly url: URL
  /** Of the worker that is bound to the service, where there is one. */
  readonly callerUrl: URL | null
  readonly miniflare: Miniflare
  /** The id of its workerd, or `null` where the system does not tell. */
  readonly pid: string | null
}

type Options = Parameters<typeof convertV4MiniflareOptions>[0]

/** What makes a hash cost next to nothing, and the vars that say so. */
export const CHEAP_SCRYPT = { ln: 1, r: 1, p: 1 }
export const CHEAP_HASHES = { SCRYPT_LN: '1', SCRYPT_R: '1', SCRYPT_P: '1' }

const PUBLIC_URL = 'http://localhost:8787'
const CALLER = 'caller'

/** @param caller a worker to be bound to the service as POSTERN */
export async function startService(modules: Modules, vars: Readonly<Record<string, string>>, caller?: Modules): Promise<World> {
  const binding = { name: 'postern', entrypoint: 'TokenVerifier', props: { caller: 'bench' } }
  const callers = caller ? [{ ...common(CALLER, caller), serviceBindings: { POSTERN: binding } }] : []
  const world = await start({ workers: [describeService(modules, vars), ...callers] })
  await migrate(world)
  return caller ? { ...world, callerUrl: await world.miniflare.unsafeGetDirectURL(CALLER) } : world
}

/** The service on state that outlives its process. @param directory where the state is, or will be */
export async function startLastingService(
  modules: Modules,
  vars: Readonly<Record<string, string>>,
  directory: string,
  { isInspected = false } = {},
): Promise<World> {
  const inspector = isInspected ? { inspectorPort: 0 } : {}
  return start({ workers: [describeService(modules, vars)], resourcePersistencePath: directory, ...inspector })
}

/** For AUTH_SECRET. */
export function makeSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
}

function describeService(modules: Modules, vars: Readonly<Record<string, string>>) {
  return {
    ...common('postern', modules),
    d1Databases: ['DB'],
    kvNamespaces: ['SESSIONS'],
    email: { send_email: [{ name: 'EMAIL' }] },
    serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) as never },
    durableObjects: {
      SESSION_LEDGER: { className: 'SessionLedger', useSQLite: true },
      LOGIN_LIMITER: { className: 'LoginLimiter', useSQLite: true },
    },
    bindings: { PUBLIC_URL, ...vars },
  }
}

/** Gives an empty database its tables. */
export async function migrate({ miniflare }: World): Promise<void> {
  const database = await miniflare.getD1Database('DB', 'postern')
  for (const file of (await readdir(inProject('migrations'))).filter((name) => name.endsWith('.sql')).sort()) {
    const statements = (await readFile(inProject('migrations', file), 'utf8')).split('--> statement-breakpoint')
    await database.batch(statements.map((statement) => database.prepare(statement)))
  }
}

/** Accounts whose addresses are confirmed. @param hash of the password they all have */
export async function insertUsers({ miniflare }: World, emails: readonly string[], hash: string): Promise<void> {
  const database = await miniflare.getD1Database('DB', 'postern')
  const insert = 'INSERT INTO users (id, email, password_hash, email_verified_at, created_at, updated_at) VALUES (?, ?, ?, 1, 1, 1)'
  await database.batch(emails.map((email) => database.prepare(insert).bind(crypto.randomUUID(), email, hash)))
}

export async function startFloors(modules: Modules): Promise<World> {
  const world = await start({
    ...common('floors', modules),
    d1Databases: ['DB'],
    kvNamespaces: ['KV'],
    durableObjects: { COUNTER: { className: 'Counter', useSQLite: true } },
  })
  const database = await world.miniflare.getD1Database('DB')
  await database.batch([
    database.prepare('CREATE TABLE floor (id TEXT PRIMARY KEY, text TEXT)'),
    database.prepare('CREATE TABLE floor_record (seq INTEGER PRIMARY KEY, text TEXT)'),
    database.prepare("INSERT INTO floor VALUES ('a', 'b')"),
  ])
  const kv = await world.miniflare.getKVNamespace('KV')
  await kv.put('floor', '{"revoked":false}')
  return world
}

export function startHashing(modules: Modules): Promise<World> {
  return start(common('hashing', modules))
}

function common(name: string, modules: Modules) {
  return {
    name,
    modules: modules.map((module) => ({ ...module })),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: COMPATIBILITY_FLAGS,
    unsafeDirectSockets: [{}],
    stripCfConnectingIp: false,
  }
}

async function start(options: Options): Promise<World> {
  const before = await listWorkerds()
  // The worker's own log lines would drown the table.
  const miniflare = new Miniflare(convertV4MiniflareOptions({ ...options, handleStructuredLogs: () => {} }))
  await miniflare.ready
  const pid = [...(await listWorkerds())].find((each) => !before.has(each)) ?? null
  return { miniflare, pid, url: await miniflare.unsafeGetDirectURL(), callerUrl: null }
}
