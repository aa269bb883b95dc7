// The workers under measurement, each in a workerd of its own, reached through its own socket: `wrangler dev`'s proxy would
// be most of what is measured.
import { readdir, readFile } from 'node:fs/promises'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { inProject } from '../project.ts'

export interface World {
  readonly url: URL
  readonly miniflare: Miniflare
}

const COMPATIBILITY = { compatibilityDate: '2026-10-01', compatibilityFlags: ['nodejs_compat'] }

const PUBLIC_URL = 'http://localhost:8787'

/** A worker that does one thing the service is made of, to set its figures against. */
const FLOORS = `
import { DurableObject } from 'cloudflare:workers'
export class Counter extends DurableObject { find() { return { at: 1 } } }
export default { async fetch(request, env) {
  switch (new URL(request.url).pathname) {
    case '/d1': return Response.json(await env.DB.prepare('SELECT * FROM floor WHERE id = ?').bind('a').first())
    case '/kv': return Response.json(await env.KV.get('floor', 'json'))
    case '/object': return Response.json(await env.COUNTER.getByName('a').find())
    default: return new Response('ok')
  }
} }`

/** @param code the bundle that `wrangler deploy` would upload */
export async function startService(code: string, vars: Readonly<Record<string, string>>): Promise<World> {
  const world = await start({
    ...COMPATIBILITY,
    modules: [{ type: 'ESModule', path: 'index.js', contents: code }],
    d1Databases: ['DB'],
    kvNamespaces: ['SESSIONS'],
    email: { send_email: [{ name: 'EMAIL' }] },
    serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) as never },
    durableObjects: {
      SESSION_LEDGER: { className: 'SessionLedger', useSQLite: true },
      LOGIN_LIMITER: { className: 'LoginLimiter', useSQLite: true },
    },
    bindings: { PUBLIC_URL, ...vars },
  })
  const database = await world.miniflare.getD1Database('DB')
  for (const file of (await readdir(inProject('migrations'))).filter((name) => name.endsWith('.sql')).sort()) {
    const statements = (await readFile(inProject('migrations', file), 'utf8')).split('--> statement-breakpoint')
    await database.batch(statements.map((statement) => database.prepare(statement)))
  }
  return world
}

export async function startFloors(): Promise<World> {
  const world = await start({
    ...COMPATIBILITY,
    modules: [{ type: 'ESModule', path: 'index.js', contents: FLOORS }],
    d1Databases: ['DB'],
    kvNamespaces: ['KV'],
    durableObjects: { COUNTER: { className: 'Counter', useSQLite: true } },
  })
  const database = await world.miniflare.getD1Database('DB')
  await database.batch([
    database.prepare('CREATE TABLE floor (id TEXT PRIMARY KEY, text TEXT)'),
    database.prepare("INSERT INTO floor VALUES ('a', 'b')"),
  ])
  const kv = await world.miniflare.getKVNamespace('KV')
  await kv.put('floor', '{"revoked":false}')
  return world
}

async function start(options: Parameters<typeof convertV4MiniflareOptions>[0]): Promise<World> {
  // The worker's own log lines would drown the table.
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      unsafeDirectSockets: [{}],
      stripCfConnectingIp: false,
      handleStructuredLogs: () => {},
    }),
  )
  await miniflare.ready
  return { miniflare, url: await miniflare.unsafeGetDirectURL() }
}
