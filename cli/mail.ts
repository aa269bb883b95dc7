// `npm run mail`: what became of the mail, by the admin API of the service on local state or, with --remote, of the deployed one, and another
// try for what was given up.
import { MAIL_OPTIONS, parseMailCommand, USAGE } from './mail/command.ts'
import { performMailCommand } from './mail/perform.ts'
import { withAdmin } from './operator/connect.ts'
import { show } from './operator/output.ts'
import { runOperatorTool } from './operator/run.ts'

await runOperatorTool('mail', USAGE, MAIL_OPTIONS, async (args) => {
  const { command, isJson, where } = parseMailCommand(args)
  await withAdmin(where, (admin) => performMailCommand(command, { admin, isJson, show }))
})
