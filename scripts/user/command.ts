// The command line of `npm run user`, parsed and normalised before anything is touched: what is wrong is said in one line.
import { parseEmailAddress } from '../../src/platform/email-address.ts'
import { parsePersonName } from '../../src/platform/person-name.ts'
import { findPinProblem } from '../../src/platform/pin-policy.ts'
import { parseUsername } from '../../src/platform/username.ts'
import { readOptions, readWhere, UsageError, WHERE_OPTIONS, type Where } from '../operator/usage.ts'
import { PERMISSION, type UserKey } from './statements.ts'

export const USAGE = `Usage: npm run user -- <command> [options]

  create --email E [--username U] [--password P] [--pin N] [--permission NAME]… [--verified] [--first-name F] [--last-name L]
  list [--json]
  disable | enable          ends all sessions and refuses the user | lets the user in again
  grant | revoke --permission NAME…
  set-password [--password P]     ends all sessions, too
  set-pin --pin N                 for the cookie face, where people sign in by username
  delete                    with all that belongs to the account
  import FILE               users of another system, one JSON object a line, with the password hashes they have
  export FILE               all users in that form; FILE must not exist yet, as it will hold every password hash

A user is named by --email E or --username U.
--persist-to DIR works on the local database of "npm run dev -- --persist-to DIR"; --remote on the deployed one.
Without --password you are asked for it; where nobody can be asked, one is made up and printed once.`

export interface CreateCommand {
  readonly name: 'create'
  readonly email: string
  readonly username: { readonly username: string; readonly key: string } | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly password: string | null
  readonly pin: string | null
  readonly permissions: readonly string[]
  readonly isVerified: boolean
}

export interface PermissionCommand {
  readonly name: 'grant' | 'revoke'
  readonly user: UserKey
  readonly permissions: readonly string[]
}

export type UserCommand =
  | CreateCommand
  | { readonly name: 'list'; readonly isJson: boolean }
  | { readonly name: 'disable' | 'enable' | 'delete'; readonly user: UserKey }
  | PermissionCommand
  | { readonly name: 'import' | 'export'; readonly file: string }
  | { readonly name: 'set-password'; readonly user: UserKey; readonly password: string | null }
  | { readonly name: 'set-pin'; readonly user: UserKey; readonly pin: string }

const OPTIONS = {
  email: { type: 'string' },
  username: { type: 'string' },
  password: { type: 'string' },
  pin: { type: 'string' },
  permission: { type: 'string', multiple: true },
  verified: { type: 'boolean' },
  'first-name': { type: 'string' },
  'last-name': { type: 'string' },
  json: { type: 'boolean' },
  ...WHERE_OPTIONS,
} as const

type Options = ReturnType<typeof readOptions<typeof OPTIONS, true>>['values']
type OptionName = keyof typeof OPTIONS

const TARGET = ['email', 'username'] as const
const ALLOWED: Readonly<Record<UserCommand['name'], readonly OptionName[]>> = {
  create: [...TARGET, 'password', 'pin', 'permission', 'verified', 'first-name', 'last-name'],
  list: ['json'],
  disable: TARGET,
  enable: TARGET,
  grant: [...TARGET, 'permission'],
  revoke: [...TARGET, 'permission'],
  'set-password': [...TARGET, 'password'],
  'set-pin': [...TARGET, 'pin'],
  delete: TARGET,
  import: [],
  export: [],
}

/** @throws UsageError */
export function parseUserCommand(args: readonly string[]): { readonly command: UserCommand; readonly where: Where } {
  const { values, positionals } = readOptions(args, OPTIONS, true)
  const [name, ...rest] = positionals
  if (name === undefined || !isCommandName(name))
    throw new UsageError(name === undefined ? 'No command given' : `Unknown command ${name}`)
  const file = name === 'import' || name === 'export' ? rest.shift() : undefined
  if (rest.length > 0) throw new UsageError(`Unexpected argument ${rest[0]}`)
  const unexpected = (Object.keys(values) as OptionName[]).find((option) => !isAllowed(name, option))
  if (unexpected) throw new UsageError(`--${unexpected} means nothing to ${name}`)
  return { command: readCommand(name, values, file), where: readWhere(values) }
}

function readCommand(name: UserCommand['name'], values: Options, file: string | undefined): UserCommand {
  switch (name) {
    case 'create':
      return readCreate(values)
    case 'list':
      return { name, isJson: values.json ?? false }
    case 'disable':
    case 'enable':
    case 'delete':
      return { name, user: readTarget(values) }
    case 'grant':
    case 'revoke':
      if (!values.permission) throw new UsageError(`${name} needs at least one --permission NAME`)
      return { name, user: readTarget(values), permissions: values.permission.map(requirePermission) }
    case 'import':
    case 'export':
      if (file === undefined) throw new UsageError(`${name} needs a FILE`)
      return { name, file }
    case 'set-password':
      return { name, user: readTarget(values), password: values.password ?? null }
    case 'set-pin': {
      const pin = readPin(values)
      if (pin === null) throw new UsageError('set-pin needs --pin N')
      return { name, user: readTarget(values), pin }
    }
  }
}

function readCreate(values: Options): CreateCommand {
  if (values.email === undefined) throw new UsageError('create needs --email E')
  return {
    name: 'create',
    email: requireEmail(values.email),
    username: values.username === undefined ? null : requireUsername(values.username),
    firstName: readPersonName(values, 'first-name'),
    lastName: readPersonName(values, 'last-name'),
    password: values.password ?? null,
    pin: readPin(values),
    permissions: (values.permission ?? []).map(requirePermission),
    isVerified: values.verified ?? false,
  }
}

function readTarget(values: Options): UserKey {
  const { email, username } = values
  if (email !== undefined && username !== undefined) throw new UsageError('Name the user by --email or by --username, not by both')
  if (email !== undefined) return { column: 'email', value: requireEmail(email) }
  if (username !== undefined) return { column: 'username_key', value: requireUsername(username).key }
  throw new UsageError('Name the user by --email E or --username U')
}

function requireEmail(text: string): string {
  const email = parseEmailAddress(text)
  if (email === null) throw new UsageError('--email is not a plain e-mail address')
  return email
}

function requireUsername(text: string): { readonly username: string; readonly key: string } {
  const username = parseUsername(text)
  if (username === null) throw new UsageError('--username must be 1 to 64 letters, digits, spaces inside, or . _ -')
  return username
}

function readPin({ pin }: Options): string | null {
  if (pin === undefined) return null
  const problem = findPinProblem(pin)
  if (problem) throw new UsageError(`--pin must ${problem}`)
  return pin
}

function readPersonName(values: Options, option: 'first-name' | 'last-name'): string | null {
  const text = values[option]
  if (text === undefined) return null
  const name = parsePersonName(text)
  if (name === null) throw new UsageError(`--${option} must be 1 to 100 characters without control characters`)
  return name
}

function requirePermission(name: string): string {
  if (!PERMISSION.test(name)) throw new UsageError('--permission must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -')
  return name
}

function isCommandName(name: string): name is UserCommand['name'] {
  return Object.hasOwn(ALLOWED, name)
}

function isAllowed(name: UserCommand['name'], option: OptionName): boolean {
  return option === 'remote' || option === 'persist-to' || ALLOWED[name].includes(option)
}
