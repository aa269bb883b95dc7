// The secrets that a command asks for: from the command line, from standard input, from a person, or made up where there is none.
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { tellPeople } from '../operator/connect.ts'
import type { Secret, UserCommand } from './command.ts'
import { askHidden } from './hidden-prompt.ts'

export interface Secrets {
  readonly password?: string
  readonly pin?: string
  /** To be shown once, and after the fact only: a password that was not stored is of no use to anybody. */
  readonly generated: string | null
}

const GENERATED_PASSWORD_BYTES = 16

/** @throws Error with one sentence; PromptCancelled */
export async function readSecrets(command: UserCommand): Promise<Secrets> {
  if (isOnCommandLine(command))
    tellPeople('Others on this machine can see the command line: --password-stdin and --pin-stdin hide it')
  const password = 'password' in command ? await readPassword(command.password) : {}
  const pin = 'pin' in command && command.pin !== null ? { pin: await readPin(command.pin) } : {}
  return { generated: null, ...password, ...pin }
}

function isOnCommandLine(command: UserCommand): boolean {
  const given = ['password' in command ? command.password : null, 'pin' in command ? command.pin : null]
  return given.some((secret) => secret?.from === 'argument')
}

async function readPassword(secret: Secret): Promise<Partial<Secrets>> {
  if (secret.from === 'argument') return { password: secret.value }
  if (secret.from === 'stdin') return { password: await readInput() }
  if (canAsk()) return { password: await askTwice('Password', 'password') }
  const generated = randomBytes(GENERATED_PASSWORD_BYTES).toString('base64url')
  return { password: generated, generated }
}

async function readPin(secret: Secret): Promise<string> {
  if (secret.from === 'argument') return secret.value
  if (secret.from === 'stdin') return readInput()
  if (canAsk()) return askTwice('PIN', 'PIN')
  throw new Error('Nobody can be asked for the PIN here: use --pin-stdin or --pin N')
}

function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Without the end of its line, which `echo` adds. */
async function readInput(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

async function askTwice(question: string, name: string): Promise<string> {
  const first = await askHidden(`${question}: `, process.stdin, process.stderr)
  const second = await askHidden('Once more: ', process.stdin, process.stderr)
  if (first !== second) throw new Error(`Cannot use this ${name}: the two inputs differ`)
  return first
}
