// The record, oldest first: the latest of what is asked for, or what was written after a place.
import { AUDIT_ACTS, AUDIT_OUTCOMES, type AuditAct, type AuditOutcome } from '../../../stores/audit/audit-event.ts'
import type { EventQuery, ListedEvent } from '../../../stores/audit/operator-views.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'
import { requireLimit } from '../require-account.ts'

export interface EventsQuery {
  /** Ids of users, or of registrations, separated by commas. */
  readonly user?: string | undefined
  /** Acts, separated by commas. */
  readonly what?: string | undefined
  readonly outcome?: string | undefined
  /** Epoch seconds. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  /** The `next` of the answer before. */
  readonly after?: string | undefined
  /** The `previous` of the answer before. */
  readonly before?: string | undefined
  readonly limit?: string | undefined
}

export interface EventsPage {
  readonly events: readonly ListedEvent[]
  /** What `after` has to be for what is written later. */
  readonly next: string
  /** What `before` has to be for what was written earlier; `null` where there is none here to go back from. */
  readonly previous: string | null
}

/** As many as there are registrations of one address in an answer. */
const MAX_USERS = 200

/** @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function listEvents(deps: Deps, caller: OperatorCaller, query: EventsQuery): Promise<EventsPage> {
  await requireOperator(deps, caller, 'look')
  const parsed = parseQuery(query)
  // Asked before the events, so that none that is written meanwhile is left out of the next answer.
  const newest = parsed.after ?? (await deps.operatorViews.newestPlace())
  const events = await deps.operatorViews.listEvents(parsed)
  const [first] = events
  return { events, next: String(Math.max(newest, events.at(-1)?.seq ?? 0)), previous: first ? String(first.seq) : null }
}

function parseQuery(query: EventsQuery): EventQuery {
  const number = (field: 'since' | 'until' | 'after' | 'before') => {
    const text = query[field]
    if (text === undefined || text === '') return {}
    if (!/^\d{1,15}$/.test(text)) throw refuse(field, 'must be a whole number')
    return { [field]: Number(text) }
  }
  const acts = (query.what ?? '').split(',').filter((name) => name !== '')
  const unknown = acts.find((name) => !AUDIT_ACTS.some((act) => act === name))
  if (unknown !== undefined) throw refuse('what', `must be of ${AUDIT_ACTS.join(', ')}`)
  if (query.outcome && !AUDIT_OUTCOMES.some((each) => each === query.outcome)) {
    throw refuse('outcome', `must be one of ${AUDIT_OUTCOMES.join(', ')}`)
  }
  return {
    ...(query.user ? { userIds: query.user.split(',').slice(0, MAX_USERS) } : {}),
    ...(query.outcome ? { outcome: query.outcome as AuditOutcome } : {}),
    acts: acts as AuditAct[],
    ...number('since'),
    ...number('until'),
    ...number('after'),
    ...number('before'),
    limit: requireLimit(query.limit, 100),
  }
}

function refuse(field: string, message: string): AuthError {
  return new AuthError('invalid_request', `${field} not acceptable`, { fields: [{ field, message }] })
}
