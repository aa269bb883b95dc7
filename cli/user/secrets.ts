// The secrets that a command asks for: from standard input, from a person, or made up where there is none. Never from the command line.
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
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
  const wanted = {
    password: 'password' in command ? command.password : null,
    pin: 'pin' in command ? command.pin : null,
  }
  const isPiped = (secret: Secret | null) => secret?.from === 'stdin'
  const names = (['password', 'pin'] as const).filter((name) => isPiped(wanted[name]))
  const piped = names.length === 0 ? {} : readPiped(await text(process.stdin), names)
  const password = wanted.password?.from === 'ask' ? await askForPassword() : {}
  const pin = wanted.pin?.from === 'ask' ? { pin: await askForPin() } : {}
  return { generated: null, ...piped, ...password, ...pin }
}

/**
 * The whole of the input for one, without the end of its line, which `echo` adds; a line each for both.
 * @throws Error with one sentence
 */
export function readPiped(input: string, names: readonly ('password' | 'pin')[]): Partial<Secrets> {
  const whole = input.replace(/\r?\n$/, '')
  const parts = names.length === 1 ? [whole] : whole.split(/\r?\n/)
  if (parts.length !== names.length)
    throw new Error('Cannot read the password and the PIN: each must be one line of standard input')
  return Object.fromEntries(names.map((name, index) => [name, parts[index]]))
}

async function askForPassword(): Promise<Partial<Secrets>> {
  if (canAsk()) return { password: await askTwice('Password', 'password') }
  const generated = randomBytes(GENERATED_PASSWORD_BYTES).toString('base64url')
  return { password: generated, generated }
}

async function askForPin(): Promise<string> {
  if (canAsk()) return askTwice('PIN', 'PIN')
  throw new Error('Nobody can be asked for the PIN here: use --pin-stdin')
}

function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

async function askTwice(question: string, name: string): Promise<string> {
  const first = await askHidden(`${question}: `, process.stdin, process.stderr)
  const second = await askHidden('Once more: ', process.stdin, process.stderr)
  if (first !== second) throw new Error(`Cannot use this ${name}: the two inputs differ`)
  return first
}
