// Runs one of the operator's tools: help, and what to do about errors.
import { requireNothingKept } from '../../tools/npm-options.ts'
import { OutputClosed } from './failures.ts'
import { report, show } from './output.ts'
import { UsageError } from './usage.ts'

/**
 * Sets the exit code: 2 for a command line that is wrong, 1 for what failed.
 * @param name of the npm script @param options that it knows, without dashes
 */
export async function runOperatorTool(
  name: string,
  usage: string,
  options: readonly string[],
  work: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2)
  const end = args.indexOf('--')
  const asksForHelp = args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h')
  try {
    if (asksForHelp) return await show(usage)
    requireNothingKeptOf(options, args)
    await work(args)
  } catch (error) {
    if (error instanceof OutputClosed) return
    report(error instanceof Error ? error.message : String(error))
    if (error instanceof UsageError) report(`See "npm run ${name} -- --help"`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

/** `--yes` is left out: whoever has npm say yes to its own questions says it to a script too, and what comes of it is a question. */
function requireNothingKeptOf(options: readonly string[], args: readonly string[]): void {
  try {
    requireNothingKept(
      options.filter((name) => name !== 'yes'),
      args,
    )
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
