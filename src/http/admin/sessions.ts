// The sessions of an account.
import { viewOperatorSession } from '../../core/admin/views.ts'
import { MEMBERS } from '../openapi/members.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import { endpoint, parameter } from '../shared/endpoint.ts'
import { readOperator } from './caller.ts'
import { OF_USER } from './parameters.ts'
import { SessionListSchema } from './wire.ts'

export const sessions = [
  endpoint({
    method: 'GET',
    path: '/users/:id/sessions',
    id: 'listUserSessions',
    summary: 'Live sessions, newest first',
    access: 'look',
    parameters: OF_USER,
    success: [200, SessionListSchema],
    refusals: ['not_found'],
    async handle(c) {
      const live = await c.var.admin.listUserSessions(readOperator(c), parameter(c, 'id'))
      return { sessions: live.map(viewOperatorSession) }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/users/:id/sessions/:sid',
    id: 'endUserSession',
    summary: 'End a session',
    access: 'change',
    parameters: { ...OF_USER, sid: MEMBERS.sid },
    success: [200, MessageSchema],
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.endUserSession(readOperator(c), { id: parameter(c, 'id'), sessionId: parameter(c, 'sid') })
      return { message: 'Session ended' }
    },
  }),
]
