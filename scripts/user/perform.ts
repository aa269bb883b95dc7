// Carries out one command of the account tool on a database. Chance, time and secrets are arguments; prints nothing.
import { createKeyring } from '../../src/platform/keyring.ts'
import { findMixtureProblem } from '../../src/platform/new-username.ts'
import { DEFAULT_SCRYPT, type PasswordHasher, SALT_BYTES } from '../../src/platform/password-hash.ts'
import { COMMON_PASSWORD_PROBLEM, commonPasswordKey, findPasswordProblem } from '../../src/platform/password-policy.ts'
import { hashPin, type StoredPin } from '../../src/platform/pin-hash.ts'
import type { Random } from '../../src/platform/random.ts'
import type { ScryptParameters } from '../../src/platform/scrypt.ts'
import type { AuditAct } from '../../src/stores/audit-event.ts'
import { atOnce } from '../local-hasher.ts'
import type { OperatorDatabase } from '../operator/database.ts'
import type { Row, Statement } from '../operator/sql.ts'
import type { CreateCommand, PermissionCommand, UserCommand } from './command.ts'
import {
  CREATE_OUTCOME,
  commonPasswordsStatement,
  createStatements,
  deleteStatements,
  disableStatement,
  enableStatement,
  endLinksStatements,
  grantStatement,
  listStatement,
  type OperatorAct,
  passwordNoticeStatement,
  recordStatement,
  revokeStatement,
  setPasswordStatement,
  setPinStatement,
  type UserKey,
} from './statements.ts'
import { exportUsers, importUsers } from './transfer.ts'

export interface PerformDeps {
  readonly database: OperatorDatabase
  readonly random: Random
  readonly hasher: PasswordHasher
  /** Epoch seconds. */
  readonly now: number
  /** Asks, or makes one up. */
  readonly choosePassword: () => Promise<string>
  readonly findAuthSecret: () => Promise<string>
  /** Tells people how far a long command is. */
  readonly report: (line: string) => void
  readonly readLines: (file: string) => AsyncIterable<string>
  /** Into a new file that only its owner may read. @returns how many lines */
  readonly writeLines: (file: string, lines: AsyncIterable<string>) => Promise<number>
  readonly scrypt?: ScryptParameters
}

/** The rules of the worker's defaults (PASSWORD_MIN_LENGTH, PASSWORD_MAX_LENGTH). */
const PASSWORD_POLICY = { minLength: 8, maxLength: 256 }

/** @returns what to print */
export async function performUserCommand(command: UserCommand, deps: PerformDeps): Promise<string> {
  const { now } = deps
  switch (command.name) {
    case 'create':
      return create(command, deps)
    case 'list':
      return render(await only(deps, listStatement()), command.isJson)
    case 'disable':
      return `Disabled ${(await change(deps, command.user, 'account_disabled', disableStatement(command.user, now), ...endLinksStatements(command.user))).email}: all sessions ended`
    case 'enable':
      return `Enabled ${(await change(deps, command.user, 'account_enabled', enableStatement(command.user, now), ...endLinksStatements(command.user))).email}`
    case 'grant':
      return editPermissions(deps, command, grantStatement(command.user, command.permissions, now))
    case 'revoke':
      return editPermissions(deps, command, revokeStatement(command.user, command.permissions, now))
    case 'import':
      return importUsers(deps.readLines(command.file), deps)
    case 'export':
      return `Exported ${await deps.writeLines(command.file, exportUsers(deps))} users to ${command.file}`
    case 'set-password': {
      const context = command.user.column === 'email' ? [command.user.value] : []
      const passwordHash = await hash(command.password ?? (await deps.choosePassword()), context, deps)
      const row = await change(
        deps,
        command.user,
        'password_changed',
        passwordNoticeStatement(command.user, deps.random.uuid(), now),
        setPasswordStatement(command.user, passwordHash, now),
        ...endLinksStatements(command.user),
      )
      return `Set the password of ${row.email}: all sessions and other credentials ended`
    }
    case 'set-pin': {
      const pin = await keyPin(command.pin, deps)
      return `Set the PIN of ${(await change(deps, command.user, 'pin_set', setPinStatement(command.user, pin, deps.random.hex(8), now))).email}`
    }
    case 'delete': {
      const answers = await deps.database.run(deleteStatements(command.user, actOf(deps, 'account_deleted')))
      return `Deleted ${requireFound(answers.at(-1)?.[0], command.user).email}: all sessions ended`
    }
  }
}

async function create(command: CreateCommand, deps: PerformDeps): Promise<string> {
  const { email, username, pin } = command
  const problem = username && findMixtureProblem(username)
  if (problem) throw new Error(`Cannot use this username: it ${problem}`)
  const context = username ? [email, username.username] : [email]
  const password = command.password ?? (await deps.choosePassword())
  const passwordHash = await hash(password, context, deps)
  const keyedPin = pin === null ? null : await keyPin(pin, deps)
  const user = {
    id: deps.random.uuid(),
    email,
    username: username?.username ?? null,
    usernameKey: username?.key ?? null,
    firstName: command.firstName,
    lastName: command.lastName,
    passwordHash,
    pinHash: keyedPin?.pinHash ?? null,
    pinKeyId: keyedPin?.pinKeyId ?? null,
    emailVerifiedAt: command.isVerified ? deps.now : null,
    permissions: command.permissions,
  }
  const answers = await deps.database.run(createStatements(user, actOf(deps, 'account_created')))
  if (answers[CREATE_OUTCOME.created]?.length === 1) {
    const note = command.isVerified
      ? ''
      : '\nThe address is not proven: sign-in is refused until it is, by the link that the first try mails (or use --verified)'
    return `Created ${email} (${user.id})${note}`
  }
  throw new Error(`Cannot create ${email}: ${creationProblem(answers)}`)
}

async function keyPin(pin: string, { hasher, findAuthSecret, random, scrypt }: PerformDeps): Promise<StoredPin> {
  // Trimmed, as the worker reads its own: a line's end must not make it another key.
  const keyring = createKeyring({ current: (await findAuthSecret()).trim() })
  return hashPin({ hasher, keyring }, pin, scrypt ?? DEFAULT_SCRYPT, random.bytes(SALT_BYTES), atOnce)
}

function creationProblem(answers: readonly (readonly Row[])[]): string {
  if (answers[CREATE_OUTCOME.account]?.length) return 'the address has an account already'
  const expiresAt = answers[CREATE_OUTCOME.claim]?.[0]?.expires_at
  if (typeof expiresAt !== 'number') return 'the username is taken by another account'
  return `the username is held by a pending registration until ${new Date(expiresAt * 1000).toISOString()}`
}

async function hash(password: string, context: readonly string[], deps: PerformDeps): Promise<string> {
  const { hasher, random, scrypt } = deps
  const problem = findPasswordProblem(password, PASSWORD_POLICY, context) ?? (await findCommonness(password, deps))
  if (problem) throw new Error(`Cannot use this password: it ${problem}`)
  return hasher.hash(password, scrypt ?? DEFAULT_SCRYPT, random.bytes(SALT_BYTES), atOnce)
}

async function findCommonness(password: string, deps: PerformDeps): Promise<string | null> {
  const key = commonPasswordKey(password)
  const candidates = await only(deps, commonPasswordsStatement(key.length))
  return candidates.some((row) => row.password === key) ? COMMON_PASSWORD_PROBLEM : null
}

async function editPermissions(deps: PerformDeps, command: PermissionCommand, statement: Statement): Promise<string> {
  const act = actOf(deps, 'permissions_changed', `${command.name} ${command.permissions.join(', ')}`)
  const [changed] = await deps.database.run([statement, recordStatement(command.user, act)])
  return describePermissions(requireFound(changed?.[0], command.user))
}

/** With its event, in one batch. One of the statements returns the row. */
async function change(
  deps: PerformDeps,
  user: UserKey,
  what: AuditAct,
  ...statements: readonly [Statement, ...Statement[]]
): Promise<Row> {
  const answers = await deps.database.run([...statements, recordStatement(user, actOf(deps, what))])
  return requireFound(answers.flat()[0], user)
}

function requireFound(row: Row | undefined, user: UserKey): Row {
  if (!row) throw new Error(`Cannot find a user with the ${user.column === 'email' ? 'e-mail address' : 'username'} ${user.value}`)
  return row
}

function actOf({ random, now }: PerformDeps, what: AuditAct, reason: string | null = null): OperatorAct {
  return { id: random.uuid(), at: now, what, reason }
}

async function only({ database }: PerformDeps, statement: Statement): Promise<readonly Row[]> {
  const [rows] = await database.run([statement])
  return rows ?? []
}

function describePermissions(row: Row): string {
  return `${row.email} has ${permissionsOf(row).join(', ') || 'no permissions'}`
}

function permissionsOf(row: Row): readonly string[] {
  const value: unknown = JSON.parse(String(row.permissions))
  return Array.isArray(value) ? value.map(String) : []
}

function render(rows: readonly Row[], isJson: boolean): string {
  if (isJson) return rows.map((row) => JSON.stringify(toListed(row))).join('\n')
  if (rows.length === 0) return 'No users yet'
  const header = ['EMAIL', 'USERNAME', 'NAME', 'VERIFIED', 'DISABLED', 'PIN', 'PERMISSIONS', 'CREATED']
  const cells = rows
    .map(toListed)
    .map((user) => [
      user.email,
      user.username ?? '-',
      [user.first_name, user.last_name].filter(Boolean).join(' ') || '-',
      user.email_verified ? 'yes' : 'no',
      user.disabled_at ?? 'no',
      user.has_pin ? 'yes' : 'no',
      user.permissions.join(',') || '-',
      user.created_at,
    ])
  const table = [header, ...cells]
  const widths = header.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Never a hash. */
function toListed(row: Row) {
  return {
    id: String(row.id),
    email: String(row.email),
    username: textOrNull(row.username),
    first_name: textOrNull(row.first_name),
    last_name: textOrNull(row.last_name),
    email_verified: row.email_verified_at !== null,
    disabled_at: row.disabled_at === null ? null : toTime(row.disabled_at),
    has_pin: Boolean(row.has_pin),
    permissions: permissionsOf(row),
    created_at: toTime(row.created_at),
  }
}

function toTime(epochSeconds: unknown): string {
  return new Date(Number(epochSeconds) * 1000).toISOString()
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
