// Runs one of the operator's tools: help, what to do about errors, and what it prints.
import { escapeUnprintable } from '../../src/platform/identifiers/printable-text.ts'
import { OutputClosed } from './failures.ts'
import { UsageError } from './usage.ts'

let isClosed = false

/** Sets the exit code: 2 for a command line that is wrong, 1 for what failed. @param name of the npm script */
export async function runOperatorTool(
  name: string,
  usage: string,
  work: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2)
  process.stdout.on('error', () => {
    isClosed = true
  })
  const end = args.indexOf('--')
  if (args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h')) return console.log(usage)
  try {
    await work(args)
  } catch (error) {
    if (error instanceof OutputClosed) return
    console.error(escapeUnprintable(error instanceof Error ? error.message : String(error)))
    if (error instanceof UsageError) console.error(`See "npm run ${name} -- --help"`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

/** To standard output. What is stored was often typed by strangers: nothing in it acts on the terminal. @throws OutputClosed */
export async function show(text: string): Promise<void> {
  if (isClosed) throw new OutputClosed()
  if (!process.stdout.write(`${escapeUnprintable(text)}\n`)) {
    await new Promise<void>((resolve) => {
      process.stdout.once('drain', resolve)
      process.stdout.once('error', () => resolve())
    })
  }
}

/** To standard error, where it is in nobody's way. */
export function report(line: string): void {
  console.error(escapeUnprintable(line))
}
