// What the `v1` face answers to a question for activity, for OpenAPI and for types: no body is checked by it, so it is no part of
// the worker.
import * as v from 'valibot'
import { AUDIT_ACTS, AUDIT_OUTCOMES } from '../../core/accounts/list-activity.ts'

export const ActivityEventSchema = v.object({
  id: v.string(),
  at: v.string(),
  what: v.picklist(AUDIT_ACTS),
  outcome: v.picklist(AUDIT_OUTCOMES),
  session_id: v.nullable(v.string()),
  ip: v.nullable(v.string()),
  user_agent: v.nullable(v.string()),
  current: v.pipe(v.boolean(), v.description('Of the session that asks')),
})

export const ActivitySchema = v.object({ events: v.array(ActivityEventSchema), next_cursor: v.nullable(v.string()) })
