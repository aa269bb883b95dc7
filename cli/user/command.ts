// The command line of `npm run user`, parsed and normalised before anything is touched: what is wrong is said in one line.
import { USER_STATES } from '../../src/core/admin/user-states.ts'
import { parseEmailAddress } from '../../src/platform/identifiers/email-address.ts'
import { parsePersonName } from '../../src/platform/identifiers/person-name.ts'
import { parseUsername } from '../../src/platform/identifiers/username.ts'
import { readOptions, readWhere, UsageError, WHERE_OPTIONS, WHERE_USAGE, type Where } from '../operator/usage.ts'

export const USAGE = `Usage: npm run user -- <command> [options]

  create --email E [--username U] [--pin-stdin] [--permission NAME]… [--verified] [--first-name F] [--last-name L]
  list [--search S] [--state S] [--limit N] [--after E]     by the beginning of a name, an address, an id or a session's id
  show                      the whole story of one, and why they cannot sign in
  sessions                  those that are live
  sign-out [--session ID]   ends all sessions, or one
  disable | enable          ends all sessions and refuses the user | lets the user in again
  unlock                    ends waits after wrong passwords and PINs
  rename [--to U] [--first-name F] [--last-name L]          an empty one clears
  move --to E [--verified]  gives another address; the former one is told
  verify                    counts the address as proven
  grant | revoke --permission NAME…
  set-password              ends all sessions, too
  set-pin                   for the cookie face, where people sign in by username
  send-reset                mails a link for a new password
  delete [--yes]            with all that belongs to the account
  import FILE [--dry-run]   users of another system, one JSON object a line, with the password hashes they have
  export FILE [--after ID]  all users in that form; FILE must not exist yet, as it will hold every password hash
  stats [--days N]          accounts, and what happened by day

A user is named by --email E, --username U or --id ID, which may be the number of USER_IDS=number. FILE may be -, for standard input or output.
--json prints one JSON object a line. You are asked for a password or PIN; where nobody can be asked, a password is made up and
printed once. --password-stdin and --pin-stdin read it from standard input; with both the password is the first line, the PIN the
second. Neither is taken on the command line, which every process of this machine can read.
${WHERE_USAGE}`

/** How a user is named on the command line, normalised. */
export type UserKey = { readonly by: 'email' | 'username' | 'id' | 'number'; readonly value: string }

/** What an id looks like that is a number. */
export const USER_NUMBER = /^\d{1,15}$/

/** `ask`: on a terminal, and made up where nobody can be asked; `stdin`: from there. */
export type Secret = { readonly from: 'ask' | 'stdin' }

export interface CreateCommand {
  readonly name: 'create'
  readonly email: string
  readonly username: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly password: Secret
  readonly pin: Secret | null
  readonly permissions: readonly string[]
  readonly isVerified: boolean
}

export type UserCommand =
  | CreateCommand
  | {
      readonly name: 'list'
      readonly search: string | null
      readonly state: string | null
      /** `null`: all. */
      readonly limit: number | null
      readonly after: string | null
    }
  | { readonly name: 'show' | 'sessions' | 'disable' | 'enable' | 'unlock' | 'verify' | 'send-reset'; readonly user: UserKey }
  | { readonly name: 'sign-out'; readonly user: UserKey; readonly sessionId: string | null }
  | {
      readonly name: 'rename'
      readonly user: UserKey
      /** `null` clears. */
      readonly changes: {
        readonly username?: string | null
        readonly first_name?: string | null
        readonly last_name?: string | null
      }
    }
  | { readonly name: 'move'; readonly user: UserKey; readonly email: string; readonly isVerified: boolean }
  | { readonly name: 'grant' | 'revoke'; readonly user: UserKey; readonly permissions: readonly string[] }
  | { readonly name: 'set-password'; readonly user: UserKey; readonly password: Secret }
  | { readonly name: 'set-pin'; readonly user: UserKey; readonly pin: Secret }
  | { readonly name: 'delete'; readonly user: UserKey; readonly isSure: boolean }
  | { readonly name: 'import'; readonly file: string; readonly isDryRun: boolean }
  | { readonly name: 'export'; readonly file: string; readonly after: string | null }
  | { readonly name: 'stats'; readonly days: number | null }

const OPTIONS = {
  email: { type: 'string' },
  username: { type: 'string' },
  id: { type: 'string' },
  /** Known for being refused. */
  password: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  pin: { type: 'string' },
  'pin-stdin': { type: 'boolean' },
  permission: { type: 'string', multiple: true },
  verified: { type: 'boolean' },
  'first-name': { type: 'string' },
  'last-name': { type: 'string' },
  to: { type: 'string' },
  session: { type: 'string' },
  search: { type: 'string' },
  state: { type: 'string' },
  limit: { type: 'string' },
  after: { type: 'string' },
  days: { type: 'string' },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  ...WHERE_OPTIONS,
} as const

/** All that any of the commands knows. */
export const USER_OPTIONS: readonly string[] = Object.keys(OPTIONS)

type Options = ReturnType<typeof readOptions<typeof OPTIONS, true>>['values']
type OptionName = keyof typeof OPTIONS

const TARGET = ['email', 'username', 'id'] as const
const EVERYWHERE: readonly OptionName[] = ['json', ...(Object.keys(WHERE_OPTIONS) as (keyof typeof WHERE_OPTIONS)[])]
const ALLOWED: Readonly<Record<UserCommand['name'], readonly OptionName[]>> = {
  create: [
    ...['email', 'username', 'password-stdin', 'pin-stdin', 'permission', 'verified'],
    ...['first-name', 'last-name'],
  ] as readonly OptionName[],
  list: ['search', 'state', 'limit', 'after'],
  show: TARGET,
  sessions: TARGET,
  'sign-out': [...TARGET, 'session'],
  disable: TARGET,
  enable: TARGET,
  unlock: TARGET,
  rename: [...TARGET, 'to', 'first-name', 'last-name'],
  move: [...TARGET, 'to', 'verified'],
  verify: TARGET,
  grant: [...TARGET, 'permission'],
  revoke: [...TARGET, 'permission'],
  'set-password': [...TARGET, 'password-stdin'],
  'set-pin': [...TARGET, 'pin-stdin'],
  'send-reset': TARGET,
  delete: [...TARGET, 'yes'],
  import: ['dry-run'],
  export: ['after'],
  stats: ['days'],
}

export interface ParsedUserCommand {
  readonly command: UserCommand
  readonly isJson: boolean
  readonly where: Where
}

/** @param read of options, where there is no Node @throws UsageError */
export function parseUserCommand(args: readonly string[], read: typeof readOptions = readOptions): ParsedUserCommand {
  const { values, positionals } = read(args, OPTIONS, true)
  const [name, ...rest] = positionals
  if (name === undefined || !isCommandName(name))
    throw new UsageError(name === undefined ? 'No command given' : `Unknown command ${name}`)
  const file = name === 'import' || name === 'export' ? rest.shift() : undefined
  if (rest.length > 0) throw new UsageError(`Unexpected argument ${rest[0]}`)
  requireNoSecret(values)
  const unexpected = (Object.keys(values) as OptionName[]).find((option) => !isAllowed(name, option))
  if (unexpected) throw new UsageError(`--${unexpected} means nothing to ${name}`)
  return { command: readCommand(name, values, file), isJson: values.json ?? false, where: readWhere(values) }
}

/** By now it is known to others, so that piping the same one would be no cure. */
function requireNoSecret(values: Options): void {
  const given = (['password', 'pin'] as const).find((name) => values[name] !== undefined)
  if (given === undefined) return
  throw new UsageError(
    `--${given} is refused: other processes and the shell's history see a command line. Choose another one, and leave --${given} out to be asked for it, or pipe it in with --${given}-stdin`,
  )
}

function readCommand(name: UserCommand['name'], values: Options, file: string | undefined): UserCommand {
  switch (name) {
    case 'create':
      return readCreate(values)
    case 'list':
      return {
        name,
        search: values.search ?? null,
        state: values.state === undefined ? null : requireState(values.state),
        limit: readCount(values, 'limit', 1_000_000),
        after: values.after ?? null,
      }
    case 'sign-out':
      return { name, user: readTarget(values), sessionId: values.session ?? null }
    case 'rename':
      return { name, user: readTarget(values), changes: readChanges(values) }
    case 'move':
      if (values.to === undefined) throw new UsageError('move needs --to E')
      return { name, user: readTarget(values), email: requireEmail(values.to, 'to'), isVerified: values.verified ?? false }
    case 'grant':
    case 'revoke':
      if (!values.permission) throw new UsageError(`${name} needs at least one --permission NAME`)
      return { name, user: readTarget(values), permissions: values.permission.map(requirePermission) }
    case 'set-password':
      return { name, user: readTarget(values), password: readPassword(values) }
    case 'set-pin':
      return { name, user: readTarget(values), pin: { from: values['pin-stdin'] ? 'stdin' : 'ask' } }
    case 'delete':
      return { name, user: readTarget(values), isSure: values.yes ?? false }
    case 'import':
      return { name, file: requireFile(name, file), isDryRun: values['dry-run'] ?? false }
    case 'export':
      return { name, file: requireFile(name, file), after: values.after === undefined ? null : requireId('after', values.after) }
    case 'stats':
      return { name, days: readCount(values, 'days', 90) }
    default:
      return { name, user: readTarget(values) }
  }
}

function readCreate(values: Options): CreateCommand {
  if (values.email === undefined) throw new UsageError('create needs --email E')
  return {
    name: 'create',
    email: requireEmail(values.email, 'email'),
    username: values.username === undefined ? null : requireUsername(values.username, 'username'),
    firstName: readPersonName(values, 'first-name'),
    lastName: readPersonName(values, 'last-name'),
    password: readPassword(values),
    pin: values['pin-stdin'] ? { from: 'stdin' } : null,
    permissions: (values.permission ?? []).map(requirePermission),
    isVerified: values.verified ?? false,
  }
}

function readTarget(values: Options): UserKey {
  const given = TARGET.filter((name) => values[name] !== undefined)
  const [by] = given
  if (given.length > 1) throw new UsageError('Name the user by one of --email, --username and --id')
  const text = by === undefined ? undefined : values[by]
  if (by === undefined || text === undefined) throw new UsageError('Name the user by --email E, --username U or --id ID')
  if (by === 'email') return { by, value: requireEmail(text, 'email') }
  if (by === 'username') return { by, value: requireUsername(text, 'username') }
  return USER_NUMBER.test(text) ? { by: 'number', value: text } : { by, value: requireId('id', text) }
}

function requireId(option: OptionName, text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase()
  throw new UsageError(`--${option} must be the id of a user`)
}

function requireState(text: string): string {
  if (USER_STATES.some((state) => state === text)) return text
  throw new UsageError(`--state must be one of ${USER_STATES.join(', ')}`)
}

function readChanges(values: Options) {
  const changes = {
    ...(values.to !== undefined && { username: values.to.trim() === '' ? null : requireUsername(values.to, 'to') }),
    ...(values['first-name'] !== undefined && { first_name: readPersonName(values, 'first-name') }),
    ...(values['last-name'] !== undefined && { last_name: readPersonName(values, 'last-name') }),
  }
  if (Object.keys(changes).length === 0) throw new UsageError('rename needs --to U, --first-name F or --last-name L')
  return changes
}

function readPassword(values: Options): Secret {
  return { from: values['password-stdin'] ? 'stdin' : 'ask' }
}

function requireEmail(text: string, option: OptionName): string {
  const email = parseEmailAddress(text)
  if (email === null) throw new UsageError(`--${option} is not a plain e-mail address`)
  return email
}

function requireUsername(text: string, option: OptionName): string {
  const username = parseUsername(text)
  if (username === null) throw new UsageError(`--${option} must be 1 to 64 letters, digits, spaces inside, or . _ -`)
  return username.username
}

/** An empty one is none. */
function readPersonName(values: Options, option: 'first-name' | 'last-name'): string | null {
  const text = values[option]
  if (text === undefined || text.trim() === '') return null
  const name = parsePersonName(text)
  if (name === null) throw new UsageError(`--${option} must be 1 to 100 characters without control characters`)
  return name
}

function requirePermission(name: string): string {
  if (!/^[A-Za-z0-9._:-]{1,64}$/.test(name)) {
    throw new UsageError('--permission must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -')
  }
  return name
}

function readCount(values: Options, option: 'limit' | 'days', most: number): number | null {
  const text = values[option]
  if (text === undefined) return null
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > most) throw new UsageError(`--${option} must be a whole number from 1 to ${most}`)
  return count
}

function requireFile(name: string, file: string | undefined): string {
  if (file === undefined) throw new UsageError(`${name} needs a FILE`)
  return file
}

function isCommandName(name: string): name is UserCommand['name'] {
  return Object.hasOwn(ALLOWED, name)
}

function isAllowed(name: UserCommand['name'], option: OptionName): boolean {
  return EVERYWHERE.includes(option) || ALLOWED[name].includes(option)
}
