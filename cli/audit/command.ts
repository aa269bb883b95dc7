// The command line of `npm run audit`, parsed before anything is touched: what is wrong is said in one line.
import { parseEmailAddress } from '../../src/platform/identifiers/email-address.ts'
import { parseUsername } from '../../src/platform/identifiers/username.ts'
import { AUDIT_ACTS, AUDIT_OUTCOMES } from '../../src/stores/audit/audit-event.ts'
import { readOptions, readWhere, UsageError, WHERE_OPTIONS, WHERE_USAGE, type Where } from '../operator/usage.ts'
import { USER_NUMBER, type UserKey } from '../user/command.ts'

export const USAGE = `Usage: npm run audit -- [options]

  --user U          of one account: its e-mail address, username, id (also of one that is deleted) or number, or of
                    somebody who has only registered
  --what ACT        may be given more than once: ${AUDIT_ACTS.join(', ')}
  --outcome O       ${AUDIT_OUTCOMES.join(', ')}
  --since T         a time such as 2026-11-21T09:00:00Z or 2026-11-21, or how long ago: 90s, 15m, 2h, 7d
  --until T         the same; T itself is left out
  --limit N         the latest N of them, 100 when left out
  --follow          goes on with what happens from now on; Ctrl-C ends it
  --json            one JSON object a line

${WHERE_USAGE}`

export interface EventFilter {
  /** `id` need not be anybody's any more. */
  readonly user: UserKey | null
  readonly acts: readonly string[]
  readonly outcome: string | null
  /** Epoch seconds. */
  readonly since: number | null
  readonly until: number | null
  readonly limit: number
}

export interface AuditCommand {
  readonly filter: EventFilter
  readonly isFollowing: boolean
  readonly isJson: boolean
  readonly where: Where
}

const OPTIONS = {
  user: { type: 'string' },
  what: { type: 'string', multiple: true },
  outcome: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  follow: { type: 'boolean' },
  json: { type: 'boolean' },
  ...WHERE_OPTIONS,
} as const

export const AUDIT_OPTIONS: readonly string[] = Object.keys(OPTIONS)

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * @param now epoch seconds, for times that say how long ago
 * @param read of options, where there is no Node
 * @throws UsageError
 */
export function parseAuditCommand(args: readonly string[], now: number, read: typeof readOptions = readOptions): AuditCommand {
  const { values } = read(args, OPTIONS, false)
  if (values.follow && values.until !== undefined) throw new UsageError('--follow and --until exclude each other')
  return {
    filter: {
      user: values.user === undefined ? null : readUser(values.user),
      acts: (values.what ?? []).map((act) => oneOf('--what', act, AUDIT_ACTS)),
      outcome: values.outcome === undefined ? null : oneOf('--outcome', values.outcome, AUDIT_OUTCOMES),
      since: values.since === undefined ? null : readTime('--since', values.since, now),
      until: values.until === undefined ? null : readTime('--until', values.until, now),
      limit: readLimit(values.limit),
    },
    isFollowing: values.follow ?? false,
    isJson: values.json ?? false,
    where: readWhere(values),
  }
}

function readUser(text: string): EventFilter['user'] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return { by: 'id', value: text.toLowerCase() }
  const email = text.includes('@') ? parseEmailAddress(text) : null
  if (email !== null) return { by: 'email', value: email }
  // Or a username, which may be one.
  if (USER_NUMBER.test(text)) return { by: 'number', value: text }
  const username = parseUsername(text)
  if (username !== null) return { by: 'username', value: username.username }
  throw new UsageError('--user is neither an e-mail address nor a username nor an id')
}

function oneOf(option: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text
  throw new UsageError(`${option} must be one of ${choices.join(', ')}`)
}

function readTime(option: string, text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (amount !== undefined && unit !== undefined) return now - Number(amount) * (UNIT_SECONDS[unit] ?? 1)
  // Without an offset a time would be that of whichever machine this runs on.
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const milliseconds = isTime && isDate(text.slice(0, 10)) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(milliseconds)) return Math.floor(milliseconds / 1000)
  throw new UsageError(`${option} must be a time such as 2026-11-21T09:00:00Z or 2026-11-21, or how long ago, such as 2h`)
}

/** Whether the calendar has it: `Date.parse` takes the 30th of February for a day in March. */
function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LIMIT) return Number(text)
  throw new UsageError(`--limit must be a whole number from 1 to ${MAX_LIMIT}`)
}
