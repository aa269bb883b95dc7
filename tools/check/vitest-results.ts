// Reads vitest's JSON report. A run that failed without a failing test (a file that does not load, an unhandled rejection)
// must count as a failure all the same.
import { readFile } from 'node:fs/promises'
import type { Results } from './check-results.ts'

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[]
}

export async function readVitestResults(path: string, exitCode: number): Promise<Results> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? { passed: 0, failed: 1 } : countVitestResults(JSON.parse(text) as VitestReport, exitCode)
}

export function countVitestResults(report: VitestReport, exitCode: number): Results {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = report.numFailedTests + unloaded.length
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}
