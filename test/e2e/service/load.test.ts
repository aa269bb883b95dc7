// The short form of `npm run test:load`.
import { expect, it } from 'vitest'
import { makeSeed } from '../../../bench/chance.ts'
import { describeOutcome, runLoadTest } from '../../../bench/load/run.ts'

it('asked for more than it can do, the server does what it can, refuses the rest politely, and is itself again afterwards', async () => {
  const seed = makeSeed()
  const lines = [`seed ${seed}`]
  const outcome = await runLoadTest({ people: 60, seconds: 4, seed, note: (line) => lines.push(line) })
  expect(outcome.faults, [...lines, describeOutcome(outcome)].join('\n')).toEqual([])
  expect(outcome.statuses.get(200)).toBeGreaterThan(10)
})
