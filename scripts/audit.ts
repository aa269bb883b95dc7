// `npm run audit`: what happened, from the local database or, with --remote, the deployed one; with --follow, as it happens.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAuditCommand, USAGE } from './audit/command.ts'
import { followEvents, readEvents } from './audit/read.ts'
import { renderEvent } from './audit/render.ts'
import { ensureDatabase, ensureDevVars } from './local-state.ts'
import { PROJECT_ROOT } from './project.ts'
import { UsageError, type Where } from './user/command.ts'
import { openLocalDatabase, openRemoteDatabase, type UserDatabase } from './user/database.ts'

/** Each look at the deployed database is a run of wrangler. */
const PAUSE_MILLISECONDS = { local: 1000, remote: 5000 }

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof UsageError) console.error('See "npm run audit -- --help"')
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return console.log(USAGE)
  const command = parseAuditCommand(args, Math.floor(Date.now() / 1000))
  const end = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort())
  // Whoever reads has gone, as `head` does.
  process.stdout.once('error', () => end.abort())
  const database = await open(command.where)
  const pauseMilliseconds = PAUSE_MILLISECONDS[command.where.isRemote ? 'remote' : 'local']
  try {
    const events = command.isFollowing
      ? followEvents(database, command.filter, end.signal, () => sleep(pauseMilliseconds, undefined, { signal: end.signal }))
      : readEvents(database, command.filter)
    for await (const event of events) console.log(renderEvent(event, command.isJson))
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
