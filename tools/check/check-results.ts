// Counting what a check found.

export interface Results {
  readonly passed: number
  readonly failed: number
}

export interface StepOutcome {
  readonly name: string
  readonly results: Results
  readonly seconds: number
}

export const NO_RESULTS: Results = { passed: 0, failed: 0 }

export function stepResults(isGood: boolean): Results {
  return isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

export function addResults(a: Results, b: Results): Results {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed }
}

export function describeStep({ name, results, seconds }: StepOutcome): string {
  return `${results.failed === 0 ? '✓' : '✗'} ${name.padEnd(12)}${seconds.toFixed(1).padStart(6)} s`
}
