// `npm run bench`: one command, one table, everything in one run on one machine, so that ratios mean something.
// `--json` prints one object { machine, rows, ratios } instead.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ScryptParameters } from '../src/platform/scrypt.ts'
import { measureClient } from './bench/client.ts'
import { fire, measure, type Row, type Shot } from './bench/load.ts'
import { startFloors, startService, type World } from './bench/worlds.ts'
import { gzipSizeOf } from './deploy/bundle-size.ts'
import { atOnce, loadHasher } from './local-hasher.ts'
import { captureTool } from './run-tool.ts'

const PASSWORD = 'correct horse battery staple'
const USERS = 32
const RUN_MILLISECONDS = 1500
const START_UP_TURNS = 7
const EMPTY_WORKER = "export default { fetch: () => new Response('ok') }"
const CONCURRENCIES = [1, 16] as const

/** Everything but the hash costs what it costs in production, the limits included. */
const VARS = {
  ENVIRONMENT: 'development',
  AUTH_SECRET: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'),
  MAX_PENDING_HASHES: '64',
}
const CHEAP = { ln: 1, r: 1, p: 1 }
const CHEAP_VARS = { SCRYPT_LN: '1', SCRYPT_R: '1', SCRYPT_P: '1' }
const DEFAULT = { ln: 15, r: 8, p: 3 }

const rows: Row[] = []
let addresses = 0
const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'))
try {
  const build = await captureTool('wrangler', ['deploy', '--dry-run', '--outdir', directory])
  if (build.code !== 0) throw new Error(`Cannot build the worker: ${build.stderr}`)
  const code = await readFile(join(directory, 'index.js'), 'utf8')
  await measureFloors()
  for (const freshness of ['strict', 'edge', 'token']) await measureService(code, freshness)
  await measureFullSignIn(code)
  report({
    bundle_gzip_kib: round((await gzipSizeOf(directory)) / 1024),
    startup_over_empty_ms: await measureStartUp(code),
    client_token_over_bare_jose: round(await measureClient()),
  })
} finally {
  await rm(directory, { recursive: true })
}

async function measureFloors(): Promise<void> {
  await using(startFloors(), async (world) => {
    for (const [name, path] of [
      ['empty worker', '/'],
      ['one D1 select', '/d1'],
      ['one KV get', '/kv'],
      ['one object call', '/object'],
    ] as const) {
      await run(`floor: ${name}`, world, () => ({ method: 'GET', path }))
    }
  })
}

async function measureService(code: string, freshness: string): Promise<void> {
  await using(startService(code, { ...VARS, ...CHEAP_VARS, SESSION_FRESHNESS: freshness }), async (world) => {
    const emails = await createUsers(world, await hashOf(CHEAP))
    const grants = await Promise.all(emails.map((email) => signIn(world, email)))
    const grantOf = (client: number) => grants[client % grants.length] ?? { access_token: '', refresh_token: '' }
    await run(`GET /me, ${freshness}`, world, (client) => me(grantOf(client).access_token))
    if (freshness !== 'strict') return
    await run('POST /refresh', world, (client, last) => {
      const grant = last === null ? grantOf(client) : JSON.parse(last)
      grants[client % grants.length] = grant
      return post('/refresh', { refresh_token: grant.refresh_token })
    })
    await run('POST /login, all but the hash', world, (client) => login(emails, client))
  })
}

async function measureFullSignIn(code: string): Promise<void> {
  await using(startService(code, VARS), async (world) => {
    const emails = await createUsers(world, await hashOf(DEFAULT))
    await run('POST /login, scrypt ln=15,r=8,p=3', world, (client) => login(emails, client), 4 * RUN_MILLISECONDS)
  })
}

/** What Cloudflare calls start-up, parsing and running the global scope, as `wrangler check startup` profiles it: the medians' difference. */
async function measureStartUp(code: string): Promise<number> {
  const [empty, service] = await Promise.all([prepareStartUp('empty', EMPTY_WORKER), prepareStartUp('service', code)])
  const windows: { empty: number[]; service: number[] } = { empty: [], service: [] }
  for (let turn = 0; turn < START_UP_TURNS; turn += 1) {
    windows.empty.push(await profileStartUp(empty))
    windows.service.push(await profileStartUp(service))
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  return round(median(windows.service) - median(windows.empty))
}

/** @returns the folder of a worker with nothing but this code */
async function prepareStartUp(name: string, code: string): Promise<string> {
  const folder = join(directory, name)
  await mkdir(folder)
  const config = `name = "${name}"\nmain = "worker.js"\ncompatibility_date = "2026-10-01"\ncompatibility_flags = ["nodejs_compat"]\n`
  await writeFile(join(folder, 'wrangler.toml'), config)
  await writeFile(join(folder, 'worker.js'), code.replace(/\/\/# sourceMappingURL=.*/, ''))
  return folder
}

async function profileStartUp(folder: string): Promise<number> {
  const { stdout } = await captureTool('wrangler', ['check', 'startup', '--outfile', join(folder, 'profile')], '', folder)
  const [, milliseconds] = /Profile window: ([\d.]+) ms/.exec(stdout) ?? []
  if (milliseconds === undefined) throw new Error(`Cannot profile start-up: ${stdout}`)
  return Number(milliseconds)
}

async function run(
  name: string,
  world: World,
  nextShot: (client: number, lastBody: string | null) => Shot,
  milliseconds = RUN_MILLISECONDS,
): Promise<void> {
  for (const concurrency of CONCURRENCIES) rows.push(await measure(name, world.url, concurrency, milliseconds, nextShot))
}

async function using(starting: Promise<World>, work: (world: World) => Promise<void>): Promise<void> {
  const world = await starting
  try {
    await work(world)
  } finally {
    await world.miniflare.dispose()
  }
}

async function hashOf(parameters: ScryptParameters): Promise<string> {
  return (await loadHasher()).hash(PASSWORD, parameters, new Uint8Array(16), atOnce)
}

async function createUsers(world: World, passwordHash: string): Promise<string[]> {
  const emails = Array.from({ length: USERS }, (_, index) => `user${index}@example.com`)
  const database = await world.miniflare.getD1Database('DB')
  const insert = 'INSERT INTO users (id, email, password_hash, email_verified_at, created_at, updated_at) VALUES (?, ?, ?, 1, 1, 1)'
  await database.batch(emails.map((email) => database.prepare(insert).bind(crypto.randomUUID(), email, passwordHash)))
  return emails
}

async function signIn(world: World, email: string): Promise<{ access_token: string; refresh_token: string }> {
  const agent = new Agent()
  return JSON.parse(await fire(world.url, agent, post('/login', { email, password: PASSWORD }), 'sign-in'))
}

/** From a few hundred addresses, none of which comes near a limit. */
function login(emails: readonly string[], client: number): Shot {
  addresses += 1
  const headers = { 'CF-Connecting-IP': `10.0.${addresses % 4}.${addresses % 251}` }
  return { ...post('/login', { email: emails[client % USERS], password: PASSWORD }), headers }
}

function me(token: string): Shot {
  return { method: 'GET', path: '/api/v1/auth/me', headers: { Authorization: `Bearer ${token}` } }
}

function post(path: string, body: Readonly<Record<string, unknown>>): Shot {
  return { method: 'POST', path: `/api/v1/auth${path}`, body: JSON.stringify(body) }
}

function report(figures: Readonly<Record<string, number>>): void {
  const p50 = (name: string) => rows.find((row) => row.name === name && row.concurrency === 1)?.p50 ?? Number.NaN
  const strictFloors = p50('floor: one D1 select') + p50('floor: one object call')
  const ratios = {
    ...figures,
    me_strict_over_its_floors: round(p50('GET /me, strict') / strictFloors),
    me_edge_over_its_floors: round(p50('GET /me, edge') / (p50('floor: one KV get') + p50('floor: one D1 select'))),
    sign_in_without_hash_over_with: round(p50('POST /login, all but the hash') / p50('POST /login, scrypt ln=15,r=8,p=3')),
  }
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ machine, rows, ratios }, null, 2))
    return
  }
  console.log(`${machine.cpu}, ${machine.cores} cores; latencies in ms\n`)
  console.log(
    ['what'.padEnd(38), 'clients', 'req/s', 'p50', 'p95', 'p99'].map((head, index) => (index ? head.padStart(9) : head)).join(''),
  )
  for (const row of rows) {
    const figuresOfRow = [
      row.concurrency,
      Math.round(row.requestsPerSecond),
      ...[row.p50, row.p95, row.p99].map((value) => value.toFixed(2)),
    ]
    console.log(row.name.padEnd(38) + figuresOfRow.map((figure) => String(figure).padStart(9)).join(''))
  }
  console.log()
  for (const [name, value] of Object.entries(ratios)) console.log(`${name.padEnd(38)}${String(value).padStart(9)}`)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
