// The load test: people sign in while hashes are cheap; then the real service, on the same state, is calm for some seconds, is
// asked for more than it can do, and is calm again.
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_SCRYPT } from '../../src/platform/hashing/password-hash.ts'
import type { ScryptParameters } from '../../src/platform/hashing/scrypt.ts'
import { type Chance, chanceOf } from '../chance.ts'
import { atOnce, loadHasher } from '../local-hasher.ts'
import { bundleService } from '../measure/modules.ts'
import { CHEAP_HASHES, CHEAP_SCRYPT, insertUsers, makeSecret, migrate, startLastingService, type World } from '../measure/worlds.ts'
import { median } from '../report/findings.ts'
import { type Question, type Reply, sendRequest } from '../request.ts'
import { openMemoryGauge } from './memory.ts'
import { type Act, checkAll, chooseAct, createPerson, type Kind, type Person, signIn } from './person.ts'

export interface LoadTest {
  readonly people: number
  /** Of the load, and of the calm after it. */
  readonly seconds: number
  readonly seed: number
  /** Hears how far it is. */
  readonly note: (line: string) => void
}

export interface Outcome {
  readonly statuses: ReadonlyMap<number, number>
  /** MiB of the isolate. */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number }
  /** Milliseconds, of the checks alone. */
  readonly medians: { readonly before: number; readonly after: number }
  /** What must not have been, in words. */
  readonly faults: readonly string[]
}

interface Phase {
  readonly name: string
  readonly seconds: number
  /** How many ask at the same time. */
  readonly clients: number
  /** Between an answer and the next question. */
  readonly pauseMilliseconds: number
  readonly mayBeBusy: boolean
}

interface Observations {
  /** How often which kind was answered what. */
  readonly answers: Map<Kind, Map<number, number>>
  readonly checkMilliseconds: number[]
  readonly faults: Set<string>
}

type Send = (question: Question) => Promise<Reply>

/** Longer than a whole run: whoever is not answered by then is never answered. */
const PATIENCE_MILLISECONDS = 90_000
const PASSWORD = 'correct horse battery staple'
const CALM_SECONDS_BEFORE = 5
const CALM = { clients: 4, pauseMilliseconds: 200, mayBeBusy: false }
/** After 503 or 429 even the hastiest does not ask again at once. */
const HASTE_MILLISECONDS = 100
/** MiB: what Cloudflare gives an isolate. */
const MOST_MEMORY = 128
/** So few that whoever mistypes meets the limit within a run. */
const ADDRESS_FAILURES = '10'
/** Of a check: served as before, or at least as people wait for nothing. A machine that does other things, too, is slower now and then. */
const MOST_SLOWDOWN = 3
const UNNOTICED_MILLISECONDS = 100

export async function runLoadTest({ people: count, seconds, seed, note }: LoadTest): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-load-'))
  try {
    const modules = await bundleService(join(directory, 'bundle'))
    const people = Array.from({ length: count }, (_, index) => createPerson(index, PASSWORD))
    const vars = { ENVIRONMENT: 'development', AUTH_SECRET: makeSecret() }
    const serve = async <T>(more: Readonly<Record<string, string>>, use: (world: World) => Promise<T>) => {
      const world = await startLastingService(modules, { ...vars, ...more }, join(directory, 'state'), { isInspected: true })
      return use(world).finally(() => world.miniflare.dispose())
    }
    note(`${count} people sign in`)
    await serve({ ...CHEAP_HASHES, MAX_PENDING_HASHES: '64' }, (world) => settle(world, people))
    return await serve({ LIMIT_ADDRESS_FAILURES_PER_HOUR: ADDRESS_FAILURES }, (world) =>
      observe(world, people, seconds, chanceOf(seed), note),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Accounts and a session for everybody; afterwards all passwords have a hash of the real cost. */
async function settle(world: World, people: readonly Person[]): Promise<void> {
  const hasher = await loadHasher()
  const hashOf = (parameters: ScryptParameters) => hasher.hash(PASSWORD, parameters, new Uint8Array(16), atOnce)
  await migrate(world)
  await insertUsers(
    world,
    people.map(({ email }) => email),
    await hashOf(CHEAP_SCRYPT),
  )
  const agent = new Agent({ keepAlive: true })
  for (const person of people) {
    const { question, take } = signIn(person)
    const fault = take(await sendRequest(agent, world.url, question), false)
    if (fault) throw new Error(`Cannot begin: ${fault}`)
  }
  agent.destroy()
  const database = await world.miniflare.getD1Database('DB', 'postern')
  await database
    .prepare('UPDATE users SET password_hash = ?')
    .bind(await hashOf(DEFAULT_SCRYPT))
    .run()
}

async function observe(world: World, people: readonly Person[], seconds: number, chance: Chance, note: LoadTest['note']) {
  const agent = new Agent({ keepAlive: true, maxSockets: people.length })
  const send: Send = (question) => sendRequest(agent, world.url, question, PATIENCE_MILLISECONDS)
  const gauge = await openMemoryGauge(world.miniflare, 'postern')
  const memories: number[] = []
  const watch = async () => {
    memories.push(await gauge.read())
  }
  const pass = (phase: Phase) => passPhase(phase, people, send, chance.branch(phase.name), watch, note)
  try {
    const before = await pass({ ...CALM, name: 'calm before', seconds: CALM_SECONDS_BEFORE })
    const memoryBefore = memories.at(-1) ?? Number.NaN
    const load = await pass({ name: 'load', seconds, clients: people.length, pauseMilliseconds: 0, mayBeBusy: true })
    const after = await pass({ ...CALM, name: 'calm after', seconds })
    const last = await checkEverybody(people, send)
    await watch()
    const memory = { before: memoryBefore, most: Math.max(...memories), after: memories.at(-1) ?? Number.NaN }
    const medians = { before: median(before.checkMilliseconds), after: median(after.checkMilliseconds) }
    const statuses = sumOf(load.answers)
    const faults = [...before.faults, ...load.faults, ...after.faults, ...last, ...judge({ statuses, memory, medians })]
    return { statuses, memory, medians, faults }
  } finally {
    gauge.close()
    agent.destroy()
  }
}

/** Everybody asks one thing at a time; who is asking is never asked for twice. */
async function passPhase(
  phase: Phase,
  people: readonly Person[],
  send: Send,
  chance: Chance,
  watch: () => Promise<void>,
  note: LoadTest['note'],
): Promise<Observations> {
  const seen: Observations = { answers: new Map(), checkMilliseconds: [], faults: new Set() }
  const end = Date.now() + phase.seconds * 1000
  const client = async (number: number) => {
    const own = chance.branch(`client ${number}`)
    const mine = people.filter((_, index) => index % phase.clients === number)
    while (Date.now() < end) {
      const person = mine[own.whole(0, mine.length)]
      if (!person) return
      const status = await ask(chooseAct(person, own), send, phase.mayBeBusy, seen)
      await sleep(status === 503 || status === 429 ? own.whole(1, 2 * HASTE_MILLISECONDS) : phase.pauseMilliseconds)
    }
  }
  const watching = setInterval(() => void watch(), 500)
  await Promise.all(Array.from({ length: phase.clients }, (_, number) => client(number)))
  clearInterval(watching)
  await watch()
  note(`${phase.name}, ${phase.seconds} s, ${phase.clients} at a time`)
  for (const [kind, statuses] of seen.answers) note(`  ${kind}: ${listOf(statuses)}`)
  return seen
}

async function ask({ kind, question, take }: Act, send: Send, mayBeBusy: boolean, seen: Observations): Promise<number | null> {
  const start = performance.now()
  try {
    const reply = await send(question)
    if (kind === 'check') seen.checkMilliseconds.push(performance.now() - start)
    const statuses = seen.answers.get(kind) ?? new Map()
    seen.answers.set(kind, statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1))
    const fault = take(reply, mayBeBusy)
    if (fault) seen.faults.add(fault)
    return reply.status
  } catch (error) {
    seen.faults.add(`${kind}: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

/** Each session is what it was said to be, however much was going on when that was said. */
async function checkEverybody(people: readonly Person[], send: Send): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { question, take } of people.flatMap(checkAll)) {
    const fault = take(await send(question), false)
    if (fault) faults.push(`afterwards, ${fault}`)
  }
  return faults
}

function judge({ statuses, memory, medians: { before, after } }: Omit<Outcome, 'faults'>): readonly string[] {
  return [
    ...(statuses.has(503) ? [] : ['nothing was refused for being busy: this was no load']),
    ...(memory.most <= MOST_MEMORY ? [] : [`the isolate used ${memory.most.toFixed(0)} MiB`]),
    ...(after <= Math.max(before * MOST_SLOWDOWN, UNNOTICED_MILLISECONDS)
      ? []
      : [`a check takes ${after.toFixed(1)} ms after the load, and took ${before.toFixed(1)} before it`]),
  ]
}

export function describeOutcome({ statuses, memory, medians, faults }: Outcome): string {
  const [first, most, last] = [memory.before, memory.most, memory.after].map((mebibytes) => mebibytes.toFixed(0))
  return [
    `answered under load: ${listOf(statuses)}`,
    `the isolate's memory: ${first} MiB before, ${most} at most, ${last} after`,
    `a check: ${medians.before.toFixed(1)} ms before, ${medians.after.toFixed(1)} after`,
    `${faults.length} faults`,
  ].join('; ')
}

function listOf(counts: ReadonlyMap<number, number>): string {
  const sorted = [...counts].sort(([one], [other]) => one - other)
  return sorted.map(([status, count]) => `${count} × ${status}`).join(', ')
}

function sumOf(answers: Observations['answers']): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const [status, count] of [...answers.values()].flatMap((statuses) => [...statuses]))
    sums.set(status, (sums.get(status) ?? 0) + count)
  return sums
}
