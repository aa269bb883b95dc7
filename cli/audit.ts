// `npm run audit`: what happened, by the admin API of the service on local state or, with --remote, of the deployed one; with --follow, as
// it happens.
import { setTimeout as sleep } from 'node:timers/promises'
import { AUDIT_OPTIONS, parseAuditCommand, USAGE } from './audit/command.ts'
import { followEvents } from './audit/follow.ts'
import { readLatest } from './audit/read.ts'
import { renderEvent } from './audit/render.ts'
import { withAdmin } from './operator/connect.ts'
import { show } from './operator/output.ts'
import { runOperatorTool } from './operator/run.ts'

const PAUSE_MILLISECONDS = { local: 1000, remote: 5000 }

await runOperatorTool('audit', USAGE, AUDIT_OPTIONS, async (args) => {
  const { filter, isFollowing, isJson, where } = parseAuditCommand(args, Math.floor(Date.now() / 1000))
  const latest = await withAdmin(where, (admin) => readLatest(admin, filter))
  for (const event of latest.events) await show(renderEvent(event, isJson))
  if (!isFollowing) return
  const end = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort())
  // Whoever reads has gone, as `head` does.
  process.stdout.once('error', () => end.abort())
  const pause = PAUSE_MILLISECONDS[where.isRemote ? 'remote' : 'local']
  // An aborted pause ends the loop, it is no failure.
  const wait = () => sleep(pause, undefined, { signal: end.signal }).catch(() => {})
  for await (const event of followEvents(where, filter, latest.next, { signal: end.signal, wait }))
    await show(renderEvent(event, isJson))
})
