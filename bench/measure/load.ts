// Puts load on endpoints in turns and tells how fast each answered. Bounded in time.
import { Agent } from 'node:http'
import type { LoadRow } from '../report/findings.ts'
import { processorTimeOf } from './processor-time.ts'
import { fire, type Shot } from './shots.ts'
import type { World } from './worlds.ts'

export interface Endpoint {
  readonly name: string
  readonly world: World
  /** What client `client` asks next. */
  readonly nextShot: (client: number) => Shot
  /** Hears what it was answered. */
  readonly learn?: (client: number, body: string) => void
  /** Slots for one that answers slowly are so many times as long. */
  readonly patience?: number
}

export interface LoadPlan {
  readonly turns: number
  readonly slotMilliseconds: number
  readonly concurrencies: readonly number[]
}

/** What one endpoint did at one concurrency, over all its slots. */
interface Tally {
  readonly endpoint: Endpoint
  readonly concurrency: number
  readonly latencies: number[]
  measuredMilliseconds: number
  cpuMilliseconds: number | null
}

/** Of a slot, before it is measured. */
const WARM_UP_SHARE = 0.2

/** @param note hears what is measured now */
export async function measureLoad(
  endpoints: readonly Endpoint[],
  { turns, slotMilliseconds, concurrencies }: LoadPlan,
  note: (text: string) => void = () => {},
): Promise<LoadRow[]> {
  const tallies = endpoints.flatMap((endpoint) =>
    concurrencies.map(
      (concurrency): Tally => ({ endpoint, concurrency, latencies: [], measuredMilliseconds: 0, cpuMilliseconds: 0 }),
    ),
  )
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const tally of tallies) {
      note(`turn ${turn} of ${turns}: ${tally.endpoint.name}, ${tally.concurrency} at a time`)
      await runSlot(tally, slotMilliseconds * (tally.endpoint.patience ?? 1))
    }
  }
  return tallies.map(rowOf)
}

async function runSlot(tally: Tally, milliseconds: number): Promise<void> {
  const { endpoint, concurrency } = tally
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  await keepAsking(endpoint, concurrency, agent, milliseconds * WARM_UP_SHARE)
  const cpuBefore = await processorTimeOf(endpoint.world.pid)
  const startedAt = performance.now()
  tally.latencies.push(...(await keepAsking(endpoint, concurrency, agent, milliseconds)))
  tally.measuredMilliseconds += performance.now() - startedAt
  const cpuAfter = await processorTimeOf(endpoint.world.pid)
  const isKnown = tally.cpuMilliseconds !== null && cpuBefore !== null && cpuAfter !== null
  tally.cpuMilliseconds = isKnown ? (tally.cpuMilliseconds ?? 0) + cpuAfter - cpuBefore : null
  agent.destroy()
}

/** Each client asks again as soon as it has its answer, and at least once. @returns the latencies */
export async function keepAsking(
  { nextShot, learn }: Pick<Endpoint, 'nextShot' | 'learn'>,
  concurrency: number,
  agent: Agent,
  milliseconds: number,
): Promise<number[]> {
  const latencies: number[] = []
  const end = performance.now() + milliseconds
  const runClient = async (client: number) => {
    do {
      const sentAt = performance.now()
      const body = await fire(agent, nextShot(client))
      latencies.push(performance.now() - sentAt)
      learn?.(client, body)
    } while (performance.now() < end)
  }
  await Promise.all(Array.from({ length: concurrency }, (_, client) => runClient(client)))
  return latencies
}

function rowOf({ endpoint, concurrency, latencies, measuredMilliseconds, cpuMilliseconds }: Tally): LoadRow {
  return {
    kind: 'load',
    name: endpoint.name,
    concurrency,
    requestsPerSecond: latencies.length / (measuredMilliseconds / 1000),
    ...percentilesOf(latencies),
    cpuMilliseconds: cpuMilliseconds === null ? null : cpuMilliseconds / latencies.length,
  }
}

export function percentilesOf(latencies: readonly number[]): { p50: number; p95: number; p99: number } {
  const sorted = [...latencies].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
