// `npm run user`: makes the first user and manages any, in the local database or, with --remote, the deployed one.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { findSecretProblem } from '../src/platform/keyring.ts'
import { escapeUnprintable } from '../src/platform/printable-text.ts'
import { systemRandom } from '../src/platform/random.ts'
import { loadHasher } from './local-hasher.ts'
import { runOperatorTool, show, withDatabase } from './operator/run.ts'
import type { Where } from './operator/usage.ts'
import { inProject } from './project.ts'
import { parseUserCommand, USAGE } from './user/command.ts'
import { askHidden } from './user/hidden-prompt.ts'
import { readLines, writeLines } from './user/line-files.ts'
import { performUserCommand } from './user/perform.ts'

const GENERATED_PASSWORD_BYTES = 16

await runOperatorTool('user', USAGE, async (args) => {
  const { command, where } = parseUserCommand(args)
  let generated: string | null = null
  const choosePassword = async () => {
    if (process.stdin.isTTY && process.stderr.isTTY) return askTwice()
    generated = randomBytes(GENERATED_PASSWORD_BYTES).toString('base64url')
    return generated
  }
  await withDatabase(where, async (database) => {
    const done = await performUserCommand(command, {
      database,
      random: systemRandom,
      hasher: await loadHasher(),
      now: Math.floor(Date.now() / 1000),
      choosePassword,
      findAuthSecret: () => findAuthSecret(where),
      report: (line) => console.error(escapeUnprintable(line)),
      readLines,
      writeLines,
    })
    if (done !== '') show(done)
    // After the fact only: a password that was not stored is of no use to anybody.
    if (generated !== null) console.log(`Password (shown this once): ${generated}`)
  })
})

/** A PIN is keyed with the worker's own secret, and Cloudflare never hands a stored secret out again. */
async function findAuthSecret({ isRemote }: Where): Promise<string> {
  const found = isRemote ? process.env.AUTH_SECRET : parseEnv(await readFile(inProject('.dev.vars'), 'utf8')).AUTH_SECRET
  const problem = findSecretProblem(found)
  if (!problem && found !== undefined) return found
  const howTo = isRemote
    ? 'deployed secrets cannot be read back: set AUTH_SECRET in the environment of this command to the deployed value'
    : 'set it in .dev.vars'
  throw new Error(`Cannot set a PIN: AUTH_SECRET is ${problem ?? 'missing'}; ${howTo}`)
}

async function askTwice(): Promise<string> {
  const first = await askHidden('Password: ', process.stdin, process.stderr)
  const second = await askHidden('Once more: ', process.stdin, process.stderr)
  if (first !== second) throw new Error('Cannot use this password: the two inputs differ')
  return first
}
