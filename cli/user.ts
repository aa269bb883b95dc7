// `npm run user`: makes the first user and manages any, by the admin API of the service on local state or, with --remote, of the deployed one.
import { withAdmin } from './operator/connect.ts'
import { FileFailed, OutputClosed } from './operator/failures.ts'
import { report, show } from './operator/output.ts'
import { runOperatorTool } from './operator/run.ts'
import { parseUserCommand, USAGE, USER_OPTIONS } from './user/command.ts'
import { findTerminal, requireYes } from './user/confirm.ts'
import { readFile, writeFile } from './user/files.ts'
import { performUserCommand } from './user/perform.ts'
import { readSecrets } from './user/secrets.ts'

await runOperatorTool('user', USAGE, USER_OPTIONS, async (args) => {
  const { command, isJson, where } = parseUserCommand(args)
  if (command.name === 'delete' && !command.isSure && process.stdin.isTTY) {
    await requireYes(`Delete the user with the ${command.user.by} ${command.user.value} for good?`, findTerminal())
  }
  const { generated, ...secrets } = await readSecrets(command)
  const secret = (of: 'password' | 'pin') => secrets[of] ?? ''
  try {
    await withAdmin(where, (admin) => performUserCommand(command, { admin, isJson, show, report, secret, readFile, writeFile }))
    if (generated !== null)
      await show(isJson ? JSON.stringify({ password: generated }) : `Password (shown this once): ${generated}`)
  } catch (error) {
    throw generated === null ? error : tellOfLostPassword(error)
  }
})

/** By the time that something is printed, the password is set; nobody knows one that was not shown. */
function tellOfLostPassword(error: unknown): unknown {
  if (!(error instanceof OutputClosed || error instanceof FileFailed)) return error
  const why = error instanceof FileFailed ? error.message : 'Nobody reads the output'
  return new Error(`${why}. The password that was made up is lost: set another one with "npm run user -- set-password"`)
}
