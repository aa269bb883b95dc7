// `npm run audit`: what happened, from the local database or, with --remote, the deployed one; with --follow, as it happens.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAuditCommand, USAGE } from './audit/command.ts'
import { followEvents, readEvents } from './audit/read.ts'
import { renderEvent } from './audit/render.ts'
import { runOperatorTool, show, withDatabase } from './operator/run.ts'

/** Each look at the deployed database is a run of wrangler. */
const PAUSE_MILLISECONDS = { local: 1000, remote: 5000 }

await runOperatorTool('audit', USAGE, async (args) => {
  const command = parseAuditCommand(args, Math.floor(Date.now() / 1000))
  const end = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort())
  // Whoever reads has gone, as `head` does.
  process.stdout.once('error', () => end.abort())
  const pauseMilliseconds = PAUSE_MILLISECONDS[command.where.isRemote ? 'remote' : 'local']
  await withDatabase(command.where, async (database) => {
    const events = command.isFollowing
      ? followEvents(database, command.filter, end.signal, () => sleep(pauseMilliseconds, undefined, { signal: end.signal }))
      : readEvents(database, command.filter)
    for await (const event of events) show(renderEvent(event, command.isJson))
  })
})
