// What an operator looks at besides accounts: registrations, the record, mail, figures.
import { AUDIT_OUTCOMES } from '../../core/accounts/list-activity.ts'
import { MAIL_STATES } from '../../core/admin/overview/list-mails.ts'
import { MAX_DAYS } from '../../core/admin/overview/read-stats.ts'
import { viewEvents, viewMail, viewPendingRegistrations, viewStats } from '../../core/admin/views.ts'
import { FACTS, MEMBERS } from '../openapi/members.ts'
import { endpoint, parameter } from '../shared/endpoint.ts'
import { readOperator } from './caller.ts'
import { limit } from './parameters.ts'
import { EventListSchema, MailListSchema, PendingRegistrationsSchema, RetriedMailSchema, StatsSchema } from './wire.ts'

const PLACE = { pattern: '^[0-9]{1,15}$', examples: ['4711'] }
const EPOCH_SECONDS = { type: 'integer', ...FACTS.LARGE, examples: [1_795_771_800] }

export const overview = [
  endpoint({
    method: 'GET',
    path: '/registrations',
    id: 'listRegistrations',
    summary: 'Registrations that are not confirmed yet, newest first',
    description: 'Asked for an address or a username, what became of the mail too, and why nobody can sign in by it.',
    access: 'look',
    query: {
      search: { description: 'An address, or the whole of a username', maxLength: 254, examples: ['ada@example.com'] },
      limit: limit(200),
    },
    success: [200, PendingRegistrationsSchema],
    refusals: ['invalid_request'],
    async handle(c) {
      const { search, limit: size } = c.req.query()
      return viewPendingRegistrations(await c.var.admin.listRegistrations(readOperator(c), { search, limit: size }))
    },
  }),
  endpoint({
    method: 'GET',
    path: '/events',
    id: 'listEvents',
    summary: 'The record, oldest first',
    description: 'The latest, or with `after` what was written later: ask with the `next` of each answer to follow.',
    access: 'look',
    query: {
      user: {
        description: 'Ids of users or of registrations, separated by commas',
        pattern: '^[0-9a-f-]{36}(,[0-9a-f-]{36})*$',
        examples: ['0b6f5a3e-8f0c-4d6e-9d64-3b6a9f1f2c11'],
      },
      what: { description: 'Acts, separated by commas', pattern: '^[a-z_]+(,[a-z_]+)*$', examples: ['sign_in,signed_out'] },
      outcome: { description: 'How they went', enum: AUDIT_OUTCOMES, examples: ['failure'] },
      since: { ...EPOCH_SECONDS, description: 'Epoch seconds, included' },
      until: { ...EPOCH_SECONDS, description: 'Epoch seconds, not included' },
      after: { ...PLACE, description: 'The `next` of the answer before' },
      before: { ...PLACE, description: 'The `previous` of the answer before, to go back' },
      limit: limit(100),
    },
    success: [200, EventListSchema],
    refusals: ['invalid_request'],
    async handle(c) {
      const { user, what, outcome, since, until, after, before, limit: size } = c.req.query()
      const query = { user, what, outcome, since, until, after, before, limit: size }
      return viewEvents(await c.var.admin.listEvents(readOperator(c), query))
    },
  }),
  endpoint({
    method: 'GET',
    path: '/mails',
    id: 'listMails',
    summary: 'What became of mail, newest first',
    access: 'look',
    query: {
      state: { description: 'What became of it', enum: MAIL_STATES, examples: ['dead'] },
      before: { ...MEMBERS.id, description: 'The id of the last mail of the answer before: only those queued earlier' },
      limit: limit(200),
    },
    success: [200, MailListSchema],
    refusals: ['invalid_request'],
    async handle(c) {
      const { state, before, limit: size } = c.req.query()
      const mails = await c.var.admin.listMails(readOperator(c), { state, before, limit: size })
      return { mails: mails.map(viewMail) }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/mails/:id/retry',
    id: 'retryMail',
    summary: 'Try a dead letter again',
    access: 'change',
    parameters: { id: { ...MEMBERS.id, description: 'The id of the mail' } },
    success: [200, RetriedMailSchema],
    refusals: ['not_found'],
    async handle(c) {
      return { message: 'The mail is tried again', to: await c.var.admin.retryMail(readOperator(c), parameter(c, 'id')) }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/stats',
    id: 'stats',
    summary: 'Accounts, and what happened by day',
    access: 'look',
    query: {
      days: { description: 'How many', type: 'integer', minimum: 1, maximum: MAX_DAYS, default: 7, examples: [7] },
    },
    success: [200, StatsSchema],
    refusals: ['invalid_request'],
    handle: async (c) => viewStats(await c.var.admin.readStats(readOperator(c), c.req.query('days'))),
  }),
]
