// How long hashing takes inside workerd, implementation beside implementation.
import { Agent } from 'node:http'
import type { ScryptParameters } from '../../src/platform/hashing/scrypt.ts'
import { type HashRow, median } from '../report/findings.ts'
import type { HashImplementation, HashReport } from '../workers/hashing.ts'
import { processorTimeOf } from './processor-time.ts'
import { fire, get } from './shots.ts'
import type { World } from './worlds.ts'

export interface HashCase {
  readonly name: string
  readonly by: HashImplementation
  readonly parameters: ScryptParameters
  readonly keyBytes: number
  /** Whether the engine pauses between slices, as it does in service. */
  readonly pauses?: boolean
}

export interface HashMeasurement extends HashReport {
  /** One for each turn. */
  readonly milliseconds: readonly number[]
  /** The mean: single ones are no longer than some ticks of the system's clock. */
  readonly cpuMilliseconds: number | null
}

interface Taken extends HashReport {
  readonly milliseconds: number
  readonly cpuMilliseconds: number | null
}

/** In turns, so that a busy moment hits all; the turn before the first does not count. */
export async function measureHashes(
  world: World,
  cases: readonly HashCase[],
  turns: number,
  note: (text: string) => void,
): Promise<readonly HashMeasurement[]> {
  const agent = new Agent({ keepAlive: true })
  const taken: Taken[][] = cases.map(() => [])
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [index, each] of cases.entries()) {
      note(`turn ${turn} of ${turns}: ${each.name}, ${describe(each.parameters)}`)
      const one = await takeTime(world, agent, each, turn === 0)
      if (turn > 0) taken[index]?.push(one)
    }
  }
  agent.destroy()
  return taken.map((all) => {
    const [first] = all
    if (!first) throw new Error('Cannot measure hashing in no turn at all')
    const cpu = all.reduce<number | null>((sum, one) => plus(sum, one.cpuMilliseconds), 0)
    return {
      ...first,
      milliseconds: all.map((one) => one.milliseconds),
      cpuMilliseconds: cpu === null ? null : cpu / all.length,
    }
  })
}

/** @throws when implementations disagree: their times would mean nothing */
export function hashRows(cases: readonly HashCase[], measurements: readonly HashMeasurement[]): HashRow[] {
  return cases.map(({ name, parameters }, index) => {
    const measured = measurements[index]
    const twin = cases.findIndex((each) => describe(each.parameters) === describe(parameters))
    if (!measured || measured.key !== measurements[twin]?.key) throw new Error(`Cannot compare hashing: ${name} disagrees`)
    return {
      kind: 'hash',
      name,
      parameters: describe(parameters),
      milliseconds: median(measured.milliseconds),
      fastestMilliseconds: Math.min(...measured.milliseconds),
      cpuMilliseconds: measured.cpuMilliseconds,
      slices: measured.slices,
    }
  })
}

export function describe({ ln, r, p }: ScryptParameters): string {
  return `ln=${ln},r=${r},p=${p}`
}

/** From outside: clocks inside may stand still while a worker computes. A request is less than a hundredth of a hash. */
async function takeTime({ url, pid }: World, agent: Agent, asked: HashCase, isFirst: boolean): Promise<Taken> {
  const { by, parameters, keyBytes, pauses } = asked
  const { ln, r, p } = parameters
  const query = `by=${by}&ln=${ln}&r=${r}&p=${p}&key_bytes=${keyBytes}${pauses ? '&pauses' : ''}${isFirst ? '&afresh' : ''}`
  const cpuBefore = await processorTimeOf(pid)
  const startedAt = performance.now()
  const report: HashReport = JSON.parse(await fire(agent, get(url, `/?${query}`)))
  const milliseconds = performance.now() - startedAt
  return { ...report, milliseconds, cpuMilliseconds: plus(await processorTimeOf(pid), cpuBefore && -cpuBefore) }
}

/** Nothing is known of a sum of which a part is not known. */
function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other
}
