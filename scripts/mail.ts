// `npm run mail`: what became of the mail, in the local database or, with --remote, the deployed one, and another try for
// what was given up.
import { parseMailCommand, USAGE } from './mail/command.ts'
import { performMailCommand } from './mail/perform.ts'
import { runOperatorTool, show, withDatabase } from './operator/run.ts'

await runOperatorTool('mail', USAGE, async (args) => {
  const { command, where } = parseMailCommand(args)
  await withDatabase(where, async (database) => {
    const done = await performMailCommand(command, { database, now: Math.floor(Date.now() / 1000) })
    if (done !== '') show(done)
  })
})
