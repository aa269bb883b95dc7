// Reads events out of a database, oldest first, and goes on with what is written later where that is wanted.
import type { OperatorDatabase } from '../operator/database.ts'
import type { Row, SqlValue, Statement } from '../operator/sql.ts'
import type { EventFilter } from './command.ts'

/** So many at a time while following: a flood is read in order all the same. */
const FOLLOW_BATCH = 1000

const COLUMNS = 'seq, id, at, what, outcome, reason, user_id, session_id, actor, ip, user_agent, face'
const EMAIL = '(SELECT email FROM users WHERE users.id = audit_events.user_id) AS email'

/** The latest that match. @throws Error when there is no such user */
export async function* readEvents(database: OperatorDatabase, filter: EventFilter): AsyncGenerator<Row> {
  const conditions = await conditionsOf(database, filter)
  const [rows = []] = await database.run([select(conditions, 'DESC', filter.limit)])
  yield* rows.toReversed()
}

/**
 * The latest that match, and then every later one, once and in order, until it is aborted.
 * @param pause between two looks
 */
export async function* followEvents(
  database: OperatorDatabase,
  filter: EventFilter,
  signal: AbortSignal,
  pause: () => Promise<unknown>,
): AsyncGenerator<Row> {
  const conditions = await conditionsOf(database, filter)
  const newest: Statement = { text: 'SELECT max(seq) AS seq FROM audit_events', values: [] }
  const [[last] = [], rows = []] = await database.run([newest, select(conditions, 'DESC', filter.limit)])
  yield* rows.toReversed()
  let seen = Number(last?.seq ?? 0)
  while (!signal.aborted) {
    const later = [...conditions, { text: 'seq > ?', values: [seen] }]
    const [added = []] = await database.run([select(later, 'ASC', FOLLOW_BATCH)])
    yield* added
    seen = Number(added.at(-1)?.seq ?? seen)
    // An aborted pause ends the loop, it is no failure.
    if (added.length < FOLLOW_BATCH) await pause().catch(() => {})
  }
}

async function conditionsOf(database: OperatorDatabase, filter: EventFilter): Promise<readonly Statement[]> {
  const { user, acts, outcome, since, until } = filter
  const conditions: Statement[] = []
  const add = (text: string, ...values: SqlValue[]) => void conditions.push({ text, values })
  if (user) add('user_id = ?', await findUserId(database, user))
  if (acts.length > 0) add(`what IN (${acts.map(() => '?').join(', ')})`, ...acts)
  if (outcome !== null) add('outcome = ?', outcome)
  if (since !== null) add('at >= ?', since)
  if (until !== null) add('at < ?', until)
  return conditions
}

async function findUserId(database: OperatorDatabase, { column, value }: NonNullable<EventFilter['user']>): Promise<string> {
  if (column === 'id') return value
  const [[user] = []] = await database.run([{ text: `SELECT id FROM users WHERE ${column} = ?`, values: [value] }])
  if (!user) throw new Error(`Cannot find a user with the ${column === 'email' ? 'e-mail address' : 'username'} ${value}`)
  return String(user.id)
}

function select(conditions: readonly Statement[], order: 'ASC' | 'DESC', limit: number): Statement {
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ text }) => text).join(' AND ')}`
  return {
    text: `SELECT ${COLUMNS}, ${EMAIL} FROM audit_events ${where} ORDER BY seq ${order} LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), limit],
  }
}
