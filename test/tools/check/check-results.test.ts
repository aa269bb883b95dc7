import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countVitestResults, readVitestResults } from '../../../tools/check/vitest-results.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const file = (status: string, tests: readonly string[]) => ({ status, assertionResults: tests.map((each) => ({ status: each })) })

describe('countVitestResults()', () => {
  it('counts tests', () => {
    const testResults = [file('failed', ['passed', 'failed']), file('passed', ['passed'])]
    expect(countVitestResults({ numPassedTests: 2, numFailedTests: 1, testResults }, 1)).toEqual({ passed: 2, failed: 1 })
  })

  it('counts a file that did not load as a failure', () => {
    expect(countVitestResults({ numPassedTests: 0, numFailedTests: 0, testResults: [file('failed', [])] }, 1)).toEqual({
      passed: 0,
      failed: 1,
    })
  })

  it('counts a run that failed for any other reason as a failure', () => {
    const testResults = [file('passed', ['passed'])]
    expect(countVitestResults({ numPassedTests: 1, numFailedTests: 0, testResults }, 1)).toEqual({ passed: 1, failed: 1 })
    expect(countVitestResults({ numPassedTests: 1, numFailedTests: 0, testResults }, 0)).toEqual({ passed: 1, failed: 0 })
  })

  it('counts a run without a report as a failure', async () => {
    expect(await readVitestResults(join(await temporaryDirectory(), 'none.json'), 0)).toEqual({ passed: 0, failed: 1 })
  })
})
