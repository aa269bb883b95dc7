// What a run finds out, as programs get it with --json.

/** How long one hash takes. */
export interface HashRow {
  readonly kind: 'hash'
  readonly name: string
  readonly parameters: string
  /** The median. */
  readonly milliseconds: number
  /** The fastest turn: what others do on the same processor only ever adds to it. */
  readonly fastestMilliseconds: number
  /** Processor time, the mean; `null` where the system does not tell. */
  readonly cpuMilliseconds: number | null
  readonly slices: number
}

/** How fast an endpoint answers. Latencies in milliseconds. */
export interface LoadRow {
  readonly kind: 'load'
  readonly name: string
  readonly concurrency: number
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Of the whole workerd, its stores included; `null` where the system does not tell. */
  readonly cpuMilliseconds: number | null
}

/** How often an operation asks a store, and how often in a row it waits for one. */
export interface TripsRow {
  readonly kind: 'round trips'
  readonly name: string
  readonly calls: readonly string[]
  readonly waits: number
}

export type Row = HashRow | LoadRow | TripsRow

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly system: string
  readonly node: string
  readonly workerd: string
  /** Processes that wanted to run, on average over a minute, before and after: more than a few tenths before is a busy machine. */
  readonly loadBefore: number
  readonly loadAfter: number
  readonly date: string
}

/** By name; `null` for what this system does not tell. */
export type Ratios = Readonly<Record<string, number | null>>

export interface Findings {
  readonly machine: Machine
  readonly rows: readonly Row[]
  readonly ratios: Ratios
}

/** What is to be reached, at most, of those ratios that have a limit. */
export const LIMITS: Readonly<Record<string, number>> = {
  engine_over_node_crypto: 0.65,
  engine_over_noble: 0.4,
  engine_over_node_crypto_ln14_r8_p6: 0.52,
  slice_ms: 60,
  sign_in_without_hash_cpu_ms: 3,
  sign_in_without_hash_and_stores_cpu_ms: 3,
  me_while_signing_in_over_slice_and_3_idle: 1,
  me_strict_over_its_floors: 1.6,
  client_token_over_bare_jose: 1.2,
  bundle_gzip_kib: 90,
  startup_over_empty_ms: 15,
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
