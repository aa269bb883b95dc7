// The sessions of a user, and their ends.
import * as v from 'valibot'
import { MEMBERS, OF_SOMEBODY } from '../openapi/members.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import { readBearer, readCaller } from '../shared/context.ts'
import { endpoint, parameter } from '../shared/endpoint.ts'
import { renderSession, SessionSchema } from './session-shape.ts'

export const SessionListSchema = v.object({ sessions: v.array(SessionSchema) })
export const AllRevokedSchema = v.object({ message: v.string(), revoked: v.pipe(v.number(), v.integer()) })

export const sessions = [
  endpoint({
    method: 'GET',
    path: '/sessions',
    id: 'listSessions',
    summary: 'Live sessions, newest first',
    access: 'session',
    query: OF_SOMEBODY,
    success: [200, SessionListSchema],
    refusals: ['forbidden', 'not_found'],
    async handle(c) {
      const { sessions: live, currentId } = await c.var.auth.listSessions(readBearer(c), c.req.query('user_id'))
      return { sessions: live.map((session) => renderSession(session, currentId)) }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/sessions/:id',
    id: 'revokeSession',
    summary: 'End one session',
    access: 'session',
    parameters: { id: MEMBERS.sid },
    success: [200, MessageSchema],
    refusals: ['not_found'],
    async handle(c) {
      await c.var.auth.revokeSession(readCaller(c), parameter(c, 'id'))
      return { message: 'Session revoked' }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/revoke-all',
    id: 'revokeAll',
    summary: 'End all sessions, this one included',
    access: 'session',
    success: [200, AllRevokedSchema],
    refusals: [],
    async handle(c) {
      return { message: 'All sessions revoked', revoked: await c.var.auth.revokeAllSessions(readCaller(c)) }
    },
  }),
]
