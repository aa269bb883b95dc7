// `npm run test:load`: five hundred people ask for more than the machine can do, and then for what it can. The last line says what
// came back; ends with 1 if anything else did than may, or if the service has not recovered.
import { parseArgs } from 'node:util'
import { makeSeed } from './chance.ts'
import { describeOutcome, runLoadTest } from './load/run.ts'

const USAGE = 'Usage: npm run test:load -- [--people N] [--seconds N] [--seed N]'

try {
  const { people, seconds, seed } = readOptions()
  console.log(`seed ${seed}`)
  const outcome = await runLoadTest({ people, seconds, seed, note: (line) => console.log(line) })
  for (const fault of outcome.faults) console.log(`  ${fault}`)
  console.log(describeOutcome(outcome))
  process.exitCode = outcome.faults.length > 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function readOptions(): { people: number; seconds: number; seed: number } {
  const { values } = parseArgs({ options: { people: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } } })
  const people = Number(values.people ?? 500)
  const seconds = Number(values.seconds ?? 60)
  const seed = Number(values.seed ?? makeSeed())
  const areCounts = [people, seconds].every((count) => Number.isSafeInteger(count) && count >= 1)
  if (!areCounts || !Number.isSafeInteger(seed) || seed < 0) throw new Error(USAGE)
  return { people, seconds, seed }
}
