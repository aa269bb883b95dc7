// `npm run user`: makes the first user and manages any, by the admin API of the service on local state or, with --remote, of the deployed one.
import { withAdmin } from './operator/connect.ts'
import { report, runOperatorTool, show } from './operator/run.ts'
import { parseUserCommand, USAGE } from './user/command.ts'
import { findTerminal, requireYes } from './user/confirm.ts'
import { readFile, writeFile } from './user/files.ts'
import { performUserCommand } from './user/perform.ts'
import { readSecrets } from './user/secrets.ts'

await runOperatorTool('user', USAGE, async (args) => {
  const { command, isJson, where } = parseUserCommand(args)
  if (command.name === 'delete' && !command.isSure && process.stdin.isTTY) {
    await requireYes(`Delete the user with the ${command.user.by} ${command.user.value} for good?`, findTerminal())
  }
  const { generated, ...secrets } = await readSecrets(command)
  const secret = (of: 'password' | 'pin') => secrets[of] ?? ''
  await withAdmin(where, (admin) => performUserCommand(command, { admin, isJson, show, report, secret, readFile, writeFile }))
  if (generated !== null) await show(isJson ? JSON.stringify({ password: generated }) : `Password (shown this once): ${generated}`)
})
