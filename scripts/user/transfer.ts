// Users by the file, in and out. An import looks at every line before it writes the first one; run again, it goes on where it
// was stopped. Neither ever prints a hash.
import { DEFAULT_SCRYPT, isWeakerThan } from '../../src/platform/password-hash.ts'
import type { Random } from '../../src/platform/random.ts'
import type { OperatorDatabase } from '../operator/database.ts'
import type { Row, Statement } from '../operator/sql.ts'
import { BadLine, type ImportedUser, parseImportedUser, renderExportedUser } from './imported-user.ts'
import { batchesOf, hashStatements, importStatements, type NewImport, pendingClaimsPage, usersPage } from './transfer-statements.ts'

export interface TransferDeps {
  readonly database: OperatorDatabase
  readonly random: Random
  /** Epoch seconds. */
  readonly now: number
  /** Tells people how far it is, and which lines are bad. */
  readonly report: (line: string) => void
}

/** The users of the file by line number, in its order. */
type Lines = ReadonlyMap<number, ImportedUser>

/** Notes what is wrong with a line. */
type Refuse = (line: number, problem: string) => void

/** @returns what to print @throws Error when any line is bad: then nothing has been written */
export async function importUsers(lines: AsyncIterable<string>, deps: TransferDeps): Promise<string> {
  const problems = new Map<number, string>()
  const refuse: Refuse = (line, problem) => void problems.set(line, problems.get(line) ?? problem)
  const users = await readLines(lines, refuse)
  refuseRepetitions(users, refuse)
  deps.report(`${users.size + problems.size} lines read`)
  const present = await findPresent(users, deps, refuse)
  if (problems.size > 0) {
    for (const [line, problem] of [...problems].sort(([one], [other]) => one - other)) deps.report(`line ${line}: ${problem}`)
    throw new Error(`Nothing was imported: ${plural(problems.size, 'line')} cannot be`)
  }
  const missing = [...users].filter(([line]) => !present.has(line))
  const imported = await write(missing, deps)
  return [
    `Imported ${plural(imported, 'user')}, ${present.size} ${present.size === 1 ? 'was' : 'were'} there already`,
    await describeOldHashes(deps),
  ].join('\n')
}

/** One line per user, without its end, in the order of addresses. */
export async function* exportUsers({ database }: Pick<TransferDeps, 'database'>): AsyncGenerator<string, void, void> {
  for await (const row of rowsOf(database, usersPage, 'email')) yield renderExportedUser(row)
}

async function readLines(lines: AsyncIterable<string>, refuse: Refuse): Promise<Lines> {
  const users = new Map<number, ImportedUser>()
  let number = 0
  for await (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    try {
      users.set(number, parseImportedUser(line))
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      refuse(number, error.message)
    }
  }
  return users
}

function refuseRepetitions(users: Lines, refuse: Refuse): void {
  const [emails, keys] = [new Map<string, number>(), new Map<string, number>()]
  for (const [line, { email, usernameKey }] of users) {
    const first = emails.get(email)
    if (first === undefined) emails.set(email, line)
    else refuse(line, `the e-mail address is on line ${first} already`)
    if (usernameKey === null) continue
    const holder = keys.get(usernameKey)
    if (holder === undefined) keys.set(usernameKey, line)
    else refuse(line, `the username is on line ${holder} already`)
  }
}

/** @returns the lines whose users are there already */
async function findPresent(users: Lines, { database, now }: TransferDeps, refuse: Refuse): Promise<ReadonlySet<number>> {
  const byEmail = new Map([...users].map(([line, { email }]) => [email, line]))
  const byKey = new Map(
    [...users].flatMap(([line, { usernameKey }]) => (usernameKey === null ? [] : [[usernameKey, line] as const])),
  )
  const present = new Set<number>()
  for await (const row of rowsOf(database, usersPage, 'email')) {
    const line = byEmail.get(String(row.email))
    const user = line === undefined ? undefined : users.get(line)
    if (line !== undefined && user) {
      const difference = findDifference(user, row)
      if (difference === null) present.add(line)
      else refuse(line, `the address has an account already, with ${difference}`)
    }
    const claimant = byKey.get(String(row.username_key))
    if (claimant !== undefined && claimant !== line) refuse(claimant, 'the username is taken by another account')
  }
  for await (const row of rowsOf(database, (after) => pendingClaimsPage(after, now), 'username_key')) {
    const line = byKey.get(String(row.username_key))
    if (line !== undefined && users.get(line)?.email !== row.email) refuse(line, 'the username is held by a pending registration')
  }
  return present
}

/** What an import would change, were it to change anything. Verified, disabled and permissions are the operator's since. */
function findDifference(user: ImportedUser, row: Row): string | null {
  if (user.usernameKey !== row.username_key) return 'another username'
  if (user.firstName !== row.first_name || user.lastName !== row.last_name) return 'other names'
  // A hash of our own form is one that was made anew at a sign-in, or of a password that was changed since.
  const isOwn = String(row.password_hash).startsWith('$scrypt$')
  return user.hash === row.password_hash || isOwn ? null : 'another password hash'
}

async function write(missing: readonly [number, ImportedUser][], { database, random, now, report }: TransferDeps): Promise<number> {
  const waiting: NewImport[] = missing.map(([, user]) => ({ id: random.uuid(), user }))
  const written = new Set<unknown>()
  let done = 0
  for (const batch of batchesOf(waiting, now)) {
    const [rows = []] = await database.run(importStatements(batch, now))
    for (const { id } of rows) written.add(id)
    done += batch.length
    report(`${done} of ${waiting.length} written`)
  }
  const late = missing.filter((_, index) => !written.has(waiting[index]?.id))
  for (const [line] of late) report(`line ${line}: the address or the username was taken during the import`)
  if (late.length > 0)
    throw new Error(`Imported ${plural(written.size, 'user')}, but not ${plural(late.length, 'line')}. Run it again`)
  return written.size
}

async function describeOldHashes({ database }: TransferDeps): Promise<string> {
  const [totals, scrypt = []] = await database.run(hashStatements())
  const users = Number(totals?.[0]?.users)
  const current = scrypt
    // Only the parameters are compared; what stands in for salt and hash is as long as ours.
    .filter(({ head }) => !isWeakerThan(`${head}${'A'.repeat(22)}$${'A'.repeat(43)}`, DEFAULT_SCRYPT))
    .reduce((sum, row) => sum + Number(row.users), 0)
  const rest = users - current
  return `${rest} of ${plural(users, 'user')} ${rest === 1 ? 'has' : 'have'} an old hash left, until they sign in`
}

/** All rows, a page at a time. @param key the column that pages go by */
async function* rowsOf(
  database: OperatorDatabase,
  page: (after: string) => Statement,
  key: string,
): AsyncGenerator<Row, void, void> {
  for (let after = ''; ; ) {
    const [rows = []] = await database.run([page(after)])
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    after = String(last[key])
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
