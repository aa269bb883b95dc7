// `npm run mail`: what became of the mail, in the local database or, with --remote, the deployed one, and another try for
// what was given up.
import { ensureDatabase, ensureDevVars } from './local-state.ts'
import { parseMailCommand, USAGE } from './mail/command.ts'
import { performMailCommand } from './mail/perform.ts'
import { PROJECT_ROOT } from './project.ts'
import { UsageError, type Where } from './user/command.ts'
import { openLocalDatabase, openRemoteDatabase, type UserDatabase } from './user/database.ts'

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof UsageError) console.error('See "npm run mail -- --help"')
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return console.log(USAGE)
  const { command, where } = parseMailCommand(args)
  const database = await open(where)
  try {
    const done = await performMailCommand(command, { database, now: Math.floor(Date.now() / 1000) })
    if (done !== '') console.log(done)
  } finally {
    await database.close()
  }
}

async function open({ isRemote, persistDirectory }: Where): Promise<UserDatabase> {
  if (isRemote) return openRemoteDatabase()
  await ensureDevVars(PROJECT_ROOT)
  await ensureDatabase({ root: PROJECT_ROOT, persistDirectory })
  return openLocalDatabase(persistDirectory)
}
