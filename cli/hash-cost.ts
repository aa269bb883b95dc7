// `npm run hash-cost`: what each setting of the password hash costs on this machine, inside workerd, and which one to choose.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describe, measureHashes } from '../bench/measure/hashes.ts'
import { bundleBenchWorker } from '../bench/measure/modules.ts'
import { startHashing } from '../bench/measure/worlds.ts'
import { median } from '../bench/report/findings.ts'
import { requireNothingKept } from '../tools/npm-options.ts'
import { renderCosts } from './hash-cost/report.ts'
import { type MeasuredSetting, SETTINGS } from './hash-cost/settings.ts'

const TURNS = 5
const DEFAULT_TARGET_MILLISECONDS = '250'
const USAGE = 'Usage: npm run hash-cost -- [--target-ms MILLISECONDS]'

try {
  const target = readTarget()
  process.stdout.write(renderCosts(await measureSettings(), target))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function readTarget(): number {
  const options = { 'target-ms': { type: 'string', default: DEFAULT_TARGET_MILLISECONDS } } as const
  try {
    requireNothingKept(Object.keys(options))
    const target = Number(parseArgs({ options }).values['target-ms'])
    if (Number.isFinite(target) && target > 0) return target
    throw new Error('--target-ms must be a number above 0')
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

async function measureSettings(): Promise<readonly MeasuredSetting[]> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-hash-cost-'))
  const { miniflare, ...world } = await startHashing(await bundleBenchWorker(directory, 'hashing'))
  try {
    const measured: MeasuredSetting[] = []
    // One setting after the other, so that each shows the memory it needs by itself.
    for (const parameters of SETTINGS) {
      const asked = { name: 'engine', by: 'engine', parameters, keyBytes: 32, pauses: true } as const
      process.stderr.write(`${describe(parameters)} …\n`)
      const [taken] = await measureHashes({ ...world, miniflare }, [asked], TURNS, () => {})
      if (taken) measured.push({ ...taken, parameters, milliseconds: median(taken.milliseconds) })
    }
    return measured
  } finally {
    await miniflare.dispose()
    await rm(directory, { recursive: true })
  }
}
