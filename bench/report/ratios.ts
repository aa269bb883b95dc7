// What a run comes down to: figures over figures of the same run, which mean the same on any machine, and a few absolute ones.
import { DEFAULT_SCRYPT } from '../../src/platform/hashing/password-hash.ts'
import { FLOOR, ME_STRICT, SIGN_IN, SIGN_IN_WITHOUT_HASH } from '../measure/endpoints.ts'
import { describe } from '../measure/hashes.ts'
import { BUSY_ME, IDLE_ME } from './fairness.ts'
import { type HashRow, type LoadRow, type Ratios, type Row, round } from './findings.ts'

export interface Figures {
  readonly bundleBytes: number
  readonly startUpMilliseconds: number | null
  readonly verifierRatio: number
}

const DEFAULT = describe(DEFAULT_SCRYPT)
const FITTING = describe({ ln: 14, r: 8, p: 6 })
const BETTER_AUTH = describe({ ln: 14, r: 16, p: 1 })

export function computeRatios(rows: readonly Row[], { bundleBytes, startUpMilliseconds, verifierRatio }: Figures): Ratios {
  // Of the fastest turns: three lanes that fill a processor's units suffer more from a neighbour on it than one that waits does.
  const hash = (name: string, parameters: string) => findHash(rows, name, parameters).fastestMilliseconds
  const engineOver = (other: string, parameters: string) => hash('engine', parameters) / hash(other, parameters)
  const alone = (name: string) => findLoad(rows, name)
  const floors = alone(FLOOR.empty).p50 + alone(FLOOR.d1).p50 + alone(FLOOR.object).p50
  const [idle, busy] = [alone(IDLE_ME), alone(BUSY_ME)]
  const slice = findHash(rows, 'engine', DEFAULT).milliseconds / findHash(rows, 'engine', DEFAULT).slices
  const ratios = {
    engine_over_node_crypto: engineOver('node:crypto', DEFAULT),
    engine_over_noble: engineOver('@noble/hashes', DEFAULT),
    engine_pausing_over_node_crypto: hash('engine, pausing as in service', DEFAULT) / hash('node:crypto', DEFAULT),
    engine_over_node_crypto_ln14_r8_p6: engineOver('node:crypto', FITTING),
    engine_over_noble_ln14_r8_p6: engineOver('@noble/hashes', FITTING),
    engine_over_node_crypto_better_auth: engineOver('node:crypto', BETTER_AUTH),
    engine_over_noble_better_auth: engineOver('@noble/hashes', BETTER_AUTH),
    engine_over_node_crypto_cpu: engineCpuOver(rows, 'node:crypto', DEFAULT),
    engine_over_noble_cpu: engineCpuOver(rows, '@noble/hashes', DEFAULT),
    engine_over_node_crypto_ln14_r8_p6_cpu: engineCpuOver(rows, 'node:crypto', FITTING),
    slice_ms: slice,
    me_idle_p99_ms: idle.p99,
    me_while_signing_in_p99_ms: busy.p99,
    me_while_signing_in_over_slice_and_3_idle: busy.p99 / (slice + 3 * idle.p99),
    me_strict_over_its_floors: alone(ME_STRICT).p50 / floors,
    sign_in_without_hash_cpu_ms: alone(SIGN_IN_WITHOUT_HASH).cpuMilliseconds,
    sign_in_without_hash_and_stores_cpu_ms: cpuWithoutStores(rows),
    client_token_over_bare_jose: verifierRatio,
    bundle_gzip_kib: bundleBytes / 1024,
    startup_over_empty_ms: startUpMilliseconds,
  }
  return Object.fromEntries(Object.entries(ratios).map(([name, value]) => [name, value === null ? null : round(value)]))
}

/** Less at the mercy of whatever else the machine does than the ratio of times. */
function engineCpuOver(rows: readonly Row[], other: string, parameters: string): number | null {
  const cpu = (name: string) => findHash(rows, name, parameters).cpuMilliseconds
  const [engine, others] = [cpu('engine'), cpu(other)]
  return engine === null || !others ? null : engine / others
}

/**
 * The local stand-ins for stores work in the same process: what their calls cost alone, over an empty request, is
 * taken off, and so is the copy of the session that the ledger puts into KV.
 */
function cpuWithoutStores(rows: readonly Row[]): number | null {
  const cpu = (name: string) => findLoad(rows, name).cpuMilliseconds
  const [all, empty, select] = [SIGN_IN_WITHOUT_HASH, FLOOR.empty, FLOOR.d1].map(cpu)
  const [insert, write, put] = [FLOOR.insert, FLOOR.write, FLOOR.put].map(cpu)
  const trips = rows.find((row) => row.kind === 'round trips' && row.name === SIGN_IN)
  if (all == null || empty == null || select == null || insert == null || write == null || put == null) return null
  if (trips?.kind !== 'round trips') return null
  // Of the questions to D1 the first reads the account, and the other records the act.
  const [, ...records] = trips.calls.filter((store) => store === 'D1')
  const objects = trips.calls.filter((store) => store !== 'D1')
  const calls = [select, put, ...records.map(() => insert), ...objects.map(() => write)]
  return all - calls.reduce((sum, call) => sum + call - empty, 0)
}

export function findHash(rows: readonly Row[], name: string, parameters: string): HashRow {
  const found = rows.find((row) => row.kind === 'hash' && row.name === name && row.parameters === parameters)
  if (found?.kind !== 'hash') throw new Error(`Cannot compare: there is no row ${name}, ${parameters}`)
  return found
}

/** At concurrency 1. */
export function findLoad(rows: readonly Row[], name: string): LoadRow {
  const found = rows.find((row) => row.kind === 'load' && row.name === name && row.concurrency === 1)
  if (found?.kind !== 'load') throw new Error(`Cannot compare: there is no row ${name}`)
  return found
}
