// `npm test`: everything that decides whether a change may go in, in named steps with their times. With arguments it runs
// vitest alone and hands them on. The last line is always `N passed, N failed`: steps and tests together.
import { rm } from 'node:fs/promises'
import { buildClient, CLIENT_PACKAGE } from '../build/client-build.ts'
import { ensureAssets, ensureDatabase, ensureDevVars } from '../dev/local-state.ts'
import { DEFAULT_PERSIST_DIRECTORY, inProject, PROJECT_ROOT } from '../project.ts'
import { runTool, type Tool } from '../run-tool.ts'
import { addResults, describeStep, NO_RESULTS, type Results, type StepOutcome, stepResults } from './check-results.ts'
import { checkLayers } from './layers.ts'
import { findMigrationDrift } from './migration-drift.ts'
import { readSourceFiles } from './source-files.ts'
import { readVitestResults } from './vitest-results.ts'

interface Step {
  readonly name: string
  readonly run: () => Promise<Results>
}

const vitestArguments = process.argv.slice(2)
const report = inProject('.postern', `vitest-${process.pid}.json`)
const testStep: Step = { name: 'tests', run: runTests }

const STEPS: readonly Step[] = [
  { name: 'types', run: () => runStep('tsc', ['--noEmit', '-p', '.']) },
  // Node's types are for tools and tests: what runs in workerd has none of them.
  { name: 'types of the worker', run: () => runStep('tsc', ['--noEmit', '-p', 'tsconfig.worker.json']) },
  { name: 'lint', run: () => runStep('biome', ['check', '.']) },
  { name: 'layers', run: checkSourceLayers },
  { name: 'migrations', run: checkMigrations },
  { name: 'package', run: checkPackage },
  testStep,
]

process.exitCode = await check(vitestArguments.length > 0 ? [testStep] : STEPS)

async function check(steps: readonly Step[]): Promise<number> {
  let total = NO_RESULTS
  const outcomes: StepOutcome[] = []
  for (const step of [{ name: 'prepare', run: prepare }, ...steps]) {
    const outcome = await perform(step)
    outcomes.push(outcome)
    // Preparing proves nothing, so it counts only when it fails.
    total = addResults(total, step.name === 'prepare' ? { passed: 0, failed: outcome.results.failed } : outcome.results)
  }
  console.log('')
  for (const outcome of outcomes) console.log(describeStep(outcome))
  console.log(`${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 ? 0 : 1
}

async function perform({ name, run }: Step): Promise<StepOutcome> {
  console.log(`\n── ${name}`)
  const start = performance.now()
  const results = await run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return stepResults(false)
  })
  return { name, results, seconds: (performance.now() - start) / 1000 }
}

async function prepare(): Promise<Results> {
  await ensureAssets(PROJECT_ROOT)
  await ensureDevVars(PROJECT_ROOT)
  await ensureDatabase({ root: PROJECT_ROOT, persistDirectory: DEFAULT_PERSIST_DIRECTORY })
  return stepResults(true)
}

async function runStep(tool: Tool, args: readonly string[]): Promise<Results> {
  return stepResults((await runTool(tool, args)) === 0)
}

async function checkSourceLayers(): Promise<Results> {
  const problems = checkLayers(await readSourceFiles())
  console.log(problems.length === 0 ? 'Imports point one way' : problems.join('\n'))
  return stepResults(problems.length === 0)
}

async function checkMigrations(): Promise<Results> {
  const drift = await findMigrationDrift()
  console.log(drift ?? 'migrations/ says what src/stores/schema.ts says')
  return stepResults(drift === null)
}

/** What others install: its exports lead to files that are there, in the form they claim. */
async function checkPackage(): Promise<Results> {
  if ((await buildClient()) !== 0) return stepResults(false)
  for (const folder of ['.', CLIENT_PACKAGE]) if ((await runTool('publint', [folder, '--strict'])) !== 0) return stepResults(false)
  return stepResults(true)
}

async function runTests(): Promise<Results> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  try {
    const code = await runTool('vitest', ['run', ...reporters, ...vitestArguments])
    return await readVitestResults(report, code)
  } finally {
    await rm(report, { force: true })
  }
}
