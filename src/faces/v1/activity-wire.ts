// How the `v1` face tells what has happened to an account.
import * as v from 'valibot'
import type { Activity } from '../../auth/list-activity.ts'
import { renderTime } from './wire.ts'

export const EventSchema = v.object({
  id: v.pipe(v.string(), v.description('Opaque')),
  at: v.pipe(v.string(), v.description('RFC 3339')),
  what: v.pipe(v.string(), v.description('From the closed list in docs/storage.md')),
  outcome: v.picklist(['success', 'failure', 'refused']),
  session_id: v.nullable(v.string()),
  ip: v.nullable(v.string()),
  user_agent: v.nullable(v.string()),
  current: v.pipe(v.boolean(), v.description('Of the session that asks')),
})

export const ActivitySchema = v.object({
  events: v.array(EventSchema),
  next_cursor: v.pipe(v.nullable(v.string()), v.description('For the next page; null on the last one')),
})

export function renderActivity({ events, nextCursor, currentSessionId }: Activity): v.InferOutput<typeof ActivitySchema> {
  return {
    events: events.map((event) => ({
      id: event.id,
      at: renderTime(event.at),
      what: event.what,
      outcome: event.outcome,
      session_id: event.sessionId,
      ip: event.ip,
      user_agent: event.userAgent,
      current: event.sessionId === currentSessionId,
    })),
    next_cursor: nextCursor,
  }
}
