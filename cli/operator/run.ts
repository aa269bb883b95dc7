// Runs one of the operator's tools: help, and what to do about errors.
import { OutputClosed } from './failures.ts'
import { report, show } from './output.ts'
import { UsageError } from './usage.ts'

/** Sets the exit code: 2 for a command line that is wrong, 1 for what failed. @param name of the npm script */
export async function runOperatorTool(
  name: string,
  usage: string,
  work: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2)
  const end = args.indexOf('--')
  const asksForHelp = args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h')
  try {
    await (asksForHelp ? show(usage) : work(args))
  } catch (error) {
    if (error instanceof OutputClosed) return
    report(error instanceof Error ? error.message : String(error))
    if (error instanceof UsageError) report(`See "npm run ${name} -- --help"`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
