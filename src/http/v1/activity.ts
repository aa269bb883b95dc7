// What has happened to an account, for its user.
import * as v from 'valibot'
import {
  type Activity,
  AUDIT_ACTS,
  AUDIT_OUTCOMES,
  DEFAULT_ACTIVITY_LIMIT,
  MAX_ACTIVITY_LIMIT,
} from '../../core/accounts/list-activity.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderTime } from '../../platform/runtime/rfc3339.ts'
import { MEMBERS, OF_SOMEBODY } from '../openapi/members.ts'
import { readBearer } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'

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

export const activity = [
  endpoint({
    method: 'GET',
    path: '/activity',
    id: 'listActivity',
    summary: 'What has happened to the account, newest first',
    description:
      'Sign-ins, failed ones too, and every change of the account. Pages are turned with `next_cursor`; what happens meanwhile is on the first one.',
    access: 'session',
    query: {
      cursor: { ...MEMBERS.next_cursor, description: 'The `next_cursor` of the page before' },
      limit: {
        description: 'Events a page',
        type: 'integer',
        minimum: 1,
        maximum: MAX_ACTIVITY_LIMIT,
        default: DEFAULT_ACTIVITY_LIMIT,
        examples: [20],
      },
      ...OF_SOMEBODY,
    },
    success: [200, ActivitySchema],
    refusals: ['invalid_request', 'forbidden', 'not_found'],
    async handle(c) {
      const { user_id: ofUserId, cursor, limit } = c.req.query()
      return renderActivity(await c.var.auth.listActivity(readBearer(c), { ofUserId, cursor, limit }))
    },
  }),
]

function renderActivity({ events, nextCursor, currentSessionId }: Activity): v.InferOutput<typeof ActivitySchema> {
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
