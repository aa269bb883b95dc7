// `npm run test:kill`: the real server under load, killed at random moments. The last line is `N rounds, M acknowledged, K lost`;
// ends with 1 if anything acknowledged was lost. `--seed` has a run's choices and moments again, `--rounds` makes it longer.
import { parseArgs } from 'node:util'
import { makeSeed } from './chance.ts'
import { runKillTest } from './kill/run.ts'

const USAGE = 'Usage: npm run test:kill -- [--rounds N] [--seed N]'
const ROUNDS = 20

try {
  const { rounds, seed } = readOptions()
  console.log(`seed ${seed}`)
  const { acknowledged, lost } = await runKillTest({ rounds, seed, note: (line) => console.log(line) })
  console.log(`${rounds} rounds, ${acknowledged} acknowledged, ${lost.length} lost`)
  process.exitCode = lost.length > 0 || acknowledged === 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function readOptions(): { rounds: number; seed: number } {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } })
  const rounds = Number(values.rounds ?? ROUNDS)
  const seed = Number(values.seed ?? makeSeed())
  if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed) || seed < 0) throw new Error(USAGE)
  return { rounds, seed }
}
