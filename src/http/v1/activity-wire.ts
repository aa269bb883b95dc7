// How the `v1` face tells what has happened to an account.
import type { InferOutput } from 'valibot'
import type { Activity } from '../../core/accounts/list-activity.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderTime } from '../../platform/runtime/rfc3339.ts'
import type { ActivitySchema } from './activity-schema.ts'

export function renderActivity({ events, nextCursor, currentSessionId }: Activity): InferOutput<typeof ActivitySchema> {
  return {
    events: events.map((event) => ({
      id: event.id,
      at: renderTime(event.at),
      what: event.what,
      outcome: event.outcome,
      session_id: event.sessionId,
      ip: event.ip,
      user_agent: event.userAgent === null ? null : printable(event.userAgent),
      current: event.sessionId === currentSessionId,
    })),
    next_cursor: nextCursor,
  }
}
