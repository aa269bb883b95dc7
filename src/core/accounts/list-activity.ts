// What has happened to an account, newest first, a page at a time: one's own, or for a system administrator anybody's.
import { AUDIT_ACTS, AUDIT_OUTCOMES } from '../../stores/audit/audit-event.ts'
import type { RecordedEvent } from '../../stores/audit/audit-events.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { findPublicUser } from '../access/find-public-user.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { SYSTEM_ADMIN } from '../kernel/permissions.ts'
import { publicIdOf } from '../tokens/user-view.ts'

/** What an event may say: closed lists. */
export { AUDIT_ACTS, AUDIT_OUTCOMES }

export interface ActivityQuery {
  /** Whose; the caller's own when absent. */
  readonly ofUserId?: string | undefined
  /** Where the page before has ended. */
  readonly cursor?: string | undefined
  readonly limit?: string | undefined
}

export interface Activity {
  readonly events: readonly RecordedEvent[]
  /** `null` on the last page. */
  readonly nextCursor: string | null
  readonly currentSessionId: string
}

const CURSOR_PURPOSE = 'activity-cursor'
export const DEFAULT_ACTIVITY_LIMIT = 50
export const MAX_ACTIVITY_LIMIT = 100

/**
 * Events that are written while somebody turns pages are on the first one: no page shows an event twice or leaves one out.
 * @throws AuthError as `authenticate`; `forbidden` for another user's without `systemAdmin`, `not_found` when there is no such
 *   user, `invalid_request` for a limit out of bounds, and for a cursor that was changed or is another account's
 * @throws Unavailable
 */
export async function listActivity(deps: Deps, accessToken: string | null, query: ActivityQuery): Promise<Activity> {
  const principal = await authenticateStrictly(deps, accessToken)
  const own = [principal.userId, String(publicIdOf(principal.user, deps.settings.userIds))]
  const isOwn = query.ofUserId === undefined || own.includes(query.ofUserId)
  if (!isOwn && !principal.permissions.includes(SYSTEM_ADMIN)) throw new AuthError('forbidden', "another user's activity")
  const owner = isOwn ? principal.user : await findPublicUser(deps, query.ofUserId)
  if (!owner) throw new AuthError('not_found', 'no such user')
  const ofUserId = owner.id
  const limit = requireLimit(query.limit)
  const before = query.cursor === undefined ? null : await openCursor(deps, query.cursor, ofUserId)
  // One more than asked for tells whether there is a next page.
  const found = await deps.auditEvents.listForUser(ofUserId, before, limit + 1)
  const events = found.slice(0, limit)
  const last = events.at(-1)
  const nextCursor = last && found.length > limit ? await deps.keyring.seal(CURSOR_PURPOSE, String(last.seq), ofUserId) : null
  return { events, nextCursor, currentSessionId: principal.sessionId }
}

function requireLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_ACTIVITY_LIMIT
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_ACTIVITY_LIMIT) return Number(text)
  const message = `must be a whole number from 1 to ${MAX_ACTIVITY_LIMIT}`
  throw new AuthError('invalid_request', 'limit out of bounds', { fields: [{ field: 'limit', message }] })
}

/** Sealed, since the number in it tells how much goes on in the whole service. */
async function openCursor({ keyring }: Pick<Deps, 'keyring'>, cursor: string, userId: string): Promise<number> {
  const seq = await keyring.open(CURSOR_PURPOSE, cursor, userId)
  if (seq !== null) return Number(seq)
  const message = 'must be the next_cursor of the page before'
  throw new AuthError('invalid_request', 'cursor not ours', { fields: [{ field: 'cursor', message }] })
}
