// What the `v1` face answers to a question for activity, for OpenAPI and for types: no body is checked by it, so it is no part of
// the worker.
import * as v from 'valibot'

export const ActivitySchema = v.object({
  events: v.array(
    v.object({
      id: v.pipe(v.string(), v.description('Opaque')),
      at: v.pipe(v.string(), v.description('RFC 3339')),
      what: v.pipe(v.string(), v.description('From the closed list in docs/storage.md')),
      outcome: v.picklist(['success', 'failure', 'refused']),
      session_id: v.nullable(v.string()),
      ip: v.nullable(v.string()),
      user_agent: v.nullable(v.string()),
      current: v.pipe(v.boolean(), v.description('Of the session that asks')),
    }),
  ),
  next_cursor: v.pipe(v.nullable(v.string()), v.description('For the next page; null on the last one')),
})
