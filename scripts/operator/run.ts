// Runs one of the operator's tools: help, what to do about errors, and a database that is open while it works.
import { escapeUnprintable } from '../../src/platform/printable-text.ts'
import { ensureDatabase, ensureDevVars } from '../local-state.ts'
import { PROJECT_ROOT } from '../project.ts'
import { type OperatorDatabase, openLocalDatabase, openRemoteDatabase } from './database.ts'
import { UsageError, type Where } from './usage.ts'

/** Sets the exit code: 2 for a command line that is wrong, 1 for what failed. @param name of the npm script */
export async function runOperatorTool(
  name: string,
  usage: string,
  work: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) return console.log(usage)
  try {
    await work(args)
  } catch (error) {
    console.error(escapeUnprintable(error instanceof Error ? error.message : String(error)))
    if (error instanceof UsageError) console.error(`See "npm run ${name} -- --help"`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

/** To standard output. What is stored was often typed by strangers: nothing in it acts on the terminal. */
export function show(text: string): void {
  console.log(escapeUnprintable(text))
}

export async function withDatabase(where: Where, work: (database: OperatorDatabase) => Promise<void>): Promise<void> {
  const database = await open(where)
  try {
    await work(database)
  } finally {
    await database.close()
  }
}

async function open({ isRemote, persistDirectory }: Where): Promise<OperatorDatabase> {
  if (isRemote) return openRemoteDatabase()
  await ensureDevVars(PROJECT_ROOT)
  await ensureDatabase({ root: PROJECT_ROOT, persistDirectory })
  return openLocalDatabase(persistDirectory)
}
