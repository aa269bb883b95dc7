// One run from the first bundle to the last ratio. Everything of it is on this machine, and each world is gone when it ends.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_SCRYPT } from '../../src/platform/hashing/password-hash.ts'
import { gzipSizeOf } from '../../tools/deploy/bundle-size.ts'
import { measureFairness } from '../report/fairness.ts'
import type { Findings, LoadRow, TripsRow } from '../report/findings.ts'
import { describeMachine, loadNow } from '../report/machine.ts'
import { computeRatios } from '../report/ratios.ts'
import { cheapEndpoints, floorEndpoints, fullEndpoints, meEndpoint } from './endpoints.ts'
import { type HashCase, hashRows, measureHashes } from './hashes.ts'
import { measureLoad } from './load.ts'
import { bundleBenchWorker, bundleService, type Modules } from './modules.ts'
import type { Pace } from './pace.ts'
import { type People, settlePeople } from './people.ts'
import { countRoundTrips } from './round-trips.ts'
import { measureStartUp } from './start-up.ts'
import { measureVerifier } from './verifier.ts'
import { CHEAP_HASHES, CHEAP_SCRYPT, makeSecret, startFloors, startHashing, startService, type World } from './worlds.ts'

type Note = (text: string) => void

interface Bundles {
  readonly service: Modules
  readonly floors: Modules
  readonly hashing: Modules
  readonly caller: Modules
  readonly watched: Modules
  readonly gzipBytes: number
}

/** Everything but the hash costs what it costs in production, the limits included. */
const VARS = {
  ENVIRONMENT: 'development',
  AUTH_SECRET: makeSecret(),
  MAX_PENDING_HASHES: '64',
}

/** The default, a setting whose three lanes fit the memory, and what better-auth hashes with. */
const HASH_SETTINGS = [
  { parameters: DEFAULT_SCRYPT, keyBytes: 32 },
  { parameters: { ln: 14, r: 8, p: 6 }, keyBytes: 32 },
  { parameters: { ln: 14, r: 16, p: 1 }, keyBytes: 64 },
]

const HASH_CASES: readonly HashCase[] = HASH_SETTINGS.flatMap((setting) => [
  { ...setting, name: 'engine', by: 'engine' },
  { ...setting, name: 'engine, pausing as in service', by: 'engine', pauses: true },
  { ...setting, name: 'node:crypto', by: 'node' },
  { ...setting, name: '@noble/hashes', by: 'noble' },
])

/** @param note hears what is done now */
export async function runBench(pace: Pace, note: Note): Promise<Findings> {
  const loadBefore = loadNow()
  const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'))
  try {
    const bundles = await bundleAll(directory, note)
    const startUpMilliseconds = await measureStartUp(
      join(directory, 'start-up'),
      bundles.service,
      pace.startUpTurns,
      says(note, 'start-up'),
    )
    const hashes = await measureHashing(bundles, pace, note)
    const { loads, verifierRatio } = await measureService(bundles, pace, note)
    const rows = [...hashes, ...loads, ...(await countTrips(bundles, note))]
    const figures = { bundleBytes: bundles.gzipBytes, startUpMilliseconds, verifierRatio }
    return { machine: await describeMachine(loadBefore), rows, ratios: computeRatios(rows, figures) }
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function bundleAll(directory: string, note: Note): Promise<Bundles> {
  note('building the workers')
  const serviceDirectory = join(directory, 'service')
  const service = await bundleService(serviceDirectory)
  const build = (name: Parameters<typeof bundleBenchWorker>[1]) => bundleBenchWorker(join(directory, name), name)
  const [floors, hashing] = await Promise.all([build('floors'), build('hashing')])
  const [caller, watched] = await Promise.all([build('caller'), build('watched')])
  return { service, floors, hashing, caller, watched, gzipBytes: await gzipSizeOf(serviceDirectory) }
}

async function measureHashing({ hashing }: Bundles, { hashTurns }: Pace, note: Note) {
  const world = await startHashing(hashing)
  try {
    return hashRows(HASH_CASES, await measureHashes(world, HASH_CASES, hashTurns, says(note, 'hashing')))
  } finally {
    await world.miniflare.dispose()
  }
}

async function measureService(
  bundles: Bundles,
  pace: Pace,
  note: Note,
): Promise<{ loads: readonly LoadRow[]; verifierRatio: number }> {
  const worlds: World[] = []
  const open = async (starting: Promise<World>): Promise<World> => {
    const world = await starting
    worlds.push(world)
    return world
  }
  const settle = async (vars: Readonly<Record<string, string>>, parameters = CHEAP_SCRYPT): Promise<[World, People]> => {
    const world = await open(startService(bundles.service, { ...VARS, ...vars }, bundles.caller))
    return [world, await settlePeople(world, parameters)]
  }
  try {
    note('starting the workers')
    const floors = await open(startFloors(bundles.floors))
    const [cheap, cheapPeople] = await settle(CHEAP_HASHES)
    const edge = await settle({ ...CHEAP_HASHES, SESSION_FRESHNESS: 'edge' })
    const token = await settle({ ...CHEAP_HASHES, SESSION_FRESHNESS: 'token' })
    const full = await settle({}, DEFAULT_SCRYPT)
    const endpoints = [
      ...floorEndpoints(floors),
      ...cheapEndpoints(cheap, cheapPeople),
      meEndpoint(...edge, 'edge'),
      meEndpoint(...token, 'token'),
      ...fullEndpoints(...full),
    ]
    const plan = { turns: pace.loadTurns, slotMilliseconds: pace.slotMilliseconds, concurrencies: pace.concurrencies }
    const loads = await measureLoad(endpoints, plan, says(note, 'load'))
    note('GET /me while others sign in')
    const mixed = await measureFairness(...full, pace.mixedMilliseconds)
    note('the client package')
    const verifierRatio = await measureVerifier(cheap, cheapPeople.tokenOf(0), pace.verifierTurns)
    return { loads: [...loads, ...mixed], verifierRatio }
  } finally {
    for (const { miniflare } of worlds) await miniflare.dispose()
  }
}

async function countTrips({ watched, caller }: Bundles, note: Note): Promise<TripsRow[]> {
  note('counting round trips')
  const world = await startService(watched, { ...VARS, ...CHEAP_HASHES }, caller)
  try {
    return await countRoundTrips(world, await settlePeople(world, CHEAP_SCRYPT))
  } finally {
    await world.miniflare.dispose()
  }
}

function says(note: Note, subject: string): Note {
  return (text) => note(`${subject}: ${text}`)
}
