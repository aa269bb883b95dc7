// How long `GET /me` takes while others sign in without pause: whether a hash lets other requests through.
import { Agent } from 'node:http'
import { keepAsking, percentilesOf } from '../measure/load.ts'
import type { People } from '../measure/people.ts'
import { processorTimeOf } from '../measure/processor-time.ts'
import type { World } from '../measure/worlds.ts'
import type { LoadRow } from './findings.ts'

const SIGNING_IN = 4
export const IDLE_ME = 'GET /me, nobody else there'
export const BUSY_ME = `GET /me, ${SIGNING_IN} others sign in`

/** @param milliseconds for the busy part; the idle one before it takes a quarter of it */
export async function measureFairness(world: World, people: People, milliseconds: number): Promise<LoadRow[]> {
  const agent = new Agent({ keepAlive: true })
  const me = { nextShot: people.me }
  await keepAsking(me, 1, agent, milliseconds / 8)
  const idle = await takeRow(IDLE_ME, world, () => keepAsking(me, 1, agent, milliseconds / 4))
  // They begin a little earlier and stop a little later.
  const margin = milliseconds / 20
  const others = keepAsking({ nextShot: people.signIn }, SIGNING_IN, agent, milliseconds + 2 * margin)
  await new Promise((resolve) => setTimeout(resolve, margin))
  const [busy] = await Promise.all([takeRow(BUSY_ME, world, () => keepAsking(me, 1, agent, milliseconds)), others])
  agent.destroy()
  // The processor's time went to the others' hashes.
  return [idle, { ...busy, cpuMilliseconds: null }]
}

async function takeRow(name: string, { pid }: World, ask: () => Promise<number[]>): Promise<LoadRow> {
  const [startedAt, cpuBefore] = [performance.now(), await processorTimeOf(pid)]
  const latencies = await ask()
  const [seconds, cpuAfter] = [(performance.now() - startedAt) / 1000, await processorTimeOf(pid)]
  const cpuMilliseconds = cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / latencies.length
  const requestsPerSecond = latencies.length / seconds
  return { kind: 'load', name, concurrency: 1, requestsPerSecond, ...percentilesOf(latencies), cpuMilliseconds }
}
