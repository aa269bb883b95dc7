// Runs a property of fast-check on a seed of its own each time, and tells how to have a run that failed again.
import { asyncDefaultReportMessage, check, type IAsyncProperty, type Parameters } from 'fast-check'
import { expect, inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** From the environment: `MODEL_SEED`, `MODEL_PATH`, `MODEL_RUNS`; empty where it is not set. */
    model: { readonly seed: string; readonly path: string; readonly runs: string }
  }
}

/** Enough to make what failed small, and no more than anybody waits for. */
const LIMIT_MILLISECONDS = 10 * 60_000

/** For the test around it. */
export const TIMEOUT_MILLISECONDS = LIMIT_MILLISECONDS + 60_000

/**
 * @param examples to be tried first, each time
 * @throws Error that says how to run it again
 */
export async function hold<T>(runs: number, property: IAsyncProperty<T>, examples: T[] = []): Promise<void> {
  const { seed, path, runs: timesAsMany } = inject('model')
  const parameters: Parameters<T> = {
    numRuns: Math.ceil(runs * Number(timesAsMany || 1)),
    interruptAfterTimeLimit: LIMIT_MILLISECONDS,
    ...(seed !== '' && { seed: Number(seed) }),
    ...(path !== '' && { path }),
    examples,
    endOnFailure: path !== '',
  }
  const details = await check(property, parameters)
  if (!details.failed) return
  const { currentTestName = '' } = expect.getState()
  const again = `MODEL_SEED=${details.seed} MODEL_PATH=${details.counterexamplePath ?? ''} npm test -- test/suites/model -t '${currentTestName}'`
  throw new Error(`${await asyncDefaultReportMessage(details)}\n\nRun it again: ${again}`, { cause: details.errorInstance })
}
