// What the admin API says of itself for OpenAPI: one entry a route, over the very schemas that check bodies and make answers.

import { AUDIT_OUTCOMES } from '../../core/accounts/list-activity.ts'
import { MAIL_STATES } from '../../core/admin/overview/list-mails.ts'
import { MAX_DAYS } from '../../core/admin/overview/read-stats.ts'
import { MAX_PAGE } from '../../core/admin/require-account.ts'
import { USER_STATES } from '../../core/admin/user-states.ts'
import { FACTS, MEMBERS, USER_ID } from '../openapi/members.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import type { Operation } from '../openapi/operation.ts'
import {
  AccountSchema,
  EventListSchema,
  ExportSchema,
  MailListSchema,
  PendingRegistrationsSchema,
  PermissionListSchema,
  RetriedMailSchema,
  SessionListSchema,
  UserListSchema,
} from './components.ts'
import {
  CreateBody,
  EditBody,
  ImportReportSchema,
  PermissionsBody,
  SetPasswordBody,
  SetPinBody,
  StatsSchema,
  StorySchema,
} from './wire.ts'

/** One JSON value a line. */
const LINES_TYPE = 'application/x-ndjson'
const limit = (fallback: number) => ({
  description: 'Entries a page',
  type: 'integer',
  minimum: 1,
  maximum: MAX_PAGE,
  default: fallback,
  examples: [20],
})
const PLACE = { pattern: '^[0-9]{1,15}$', examples: ['4711'] }
const EPOCH_SECONDS = { type: 'integer', ...FACTS.LARGE, examples: [1_795_771_800] }
const OF_USER = { id: { ...USER_ID, description: 'The id of the account' } } as const

const look = { bearer: 'required', refusals: [400, 401, 403, 404, 429, 503] } as const
const act = { ...look, success: [200, MessageSchema] } as const

export const adminOperations: Readonly<Record<string, Operation>> = {
  'GET /users': {
    ...look,
    id: 'listUsers',
    summary: 'Find accounts',
    query: {
      username: { ...MEMBERS.username, description: 'The whole of it' },
      number: { type: 'integer', ...FACTS.LARGE, description: 'What v1 calls the user with USER_IDS=number', examples: [42] },
      search: {
        description: 'An address, an id, a session’s id, or the beginning of a username, first or last name',
        maxLength: 254,
        examples: ['ada'],
      },
      state: { description: 'What the accounts have in common', enum: USER_STATES, examples: ['disabled'] },
      limit: limit(50),
      after: { ...MEMBERS.email, description: 'The `next` of the page before' },
    },
    success: [200, UserListSchema],
  },
  'POST /users': {
    ...look,
    id: 'createUser',
    summary: 'Make an account',
    description: 'By the rules of a registration. Without `verified` the address has to be proven before the first sign-in.',
    body: CreateBody,
    required: ['email', 'password'],
    success: [201, AccountSchema],
    refusals: [...look.refusals, 409],
  },
  'GET /users/:id': {
    path: OF_USER,
    ...look,
    id: 'showUser',
    summary: 'The whole story of an account',
    description: '`cannot_sign_in` says in one sentence why its user cannot sign in.',
    success: [200, StorySchema],
  },
  'PATCH /users/:id': {
    path: OF_USER,
    ...look,
    id: 'editUser',
    summary: 'Change names, or the address',
    description:
      'What is left out or empty stays, null clears. A former username is kept for the account for 30 days. A new address changes alone, ' +
      'ends every mailed link, and the former one is told; no address of before can take the account back.',
    body: EditBody,
    success: [200, AccountSchema],
    refusals: [...look.refusals, 409],
  },
  'DELETE /users/:id': {
    ...act,
    path: OF_USER,
    id: 'deleteUser',
    summary: 'Delete an account for good',
    description: 'No mail tells of it.',
  },
  'POST /users/:id/disable': {
    path: OF_USER,
    ...act,
    id: 'disableUser',
    summary: 'Refuse sign-in',
    description: 'Ends all sessions and every mailed link.',
  },
  'POST /users/:id/enable': {
    ...act,
    path: OF_USER,
    id: 'enableUser',
    summary: 'Allow sign-in again',
    description: 'Ends every mailed link.',
  },
  'POST /users/:id/unlock': {
    path: OF_USER,
    ...act,
    id: 'unlockUser',
    summary: 'End waits after wrong passwords and PINs',
    description: 'A PIN that guesses have locked counts again.',
  },
  'POST /users/:id/sign-out': { ...act, path: OF_USER, id: 'signOutUser', summary: 'End all sessions' },
  'POST /users/:id/set-password': {
    path: OF_USER,
    ...act,
    id: 'setUserPassword',
    summary: 'Set the password',
    description: 'Ends all sessions, every other credential and every mailed link. The user is told by mail.',
    body: SetPasswordBody,
    required: ['password'],
  },
  'POST /users/:id/set-pin': {
    path: OF_USER,
    ...act,
    id: 'setUserPin',
    summary: 'Set the PIN',
    description: 'Ends the sessions that the PIN before opened. The user is told by mail.',
    body: SetPinBody,
    required: ['pin'],
  },
  'POST /users/:id/send-reset': { ...act, path: OF_USER, id: 'sendUserReset', summary: 'Mail a link for a new password' },
  'POST /users/:id/verify': { ...act, path: OF_USER, id: 'verifyUser', summary: 'Count the address as proven' },
  'POST /users/:id/grant': {
    path: OF_USER,
    ...look,
    id: 'grantPermissions',
    summary: 'Grant permissions',
    body: PermissionsBody,
    required: ['permissions'],
    success: [200, PermissionListSchema],
  },
  'POST /users/:id/revoke': {
    path: OF_USER,
    ...look,
    id: 'revokePermissions',
    summary: 'Take permissions',
    body: PermissionsBody,
    required: ['permissions'],
    success: [200, PermissionListSchema],
  },
  'GET /users/:id/sessions': {
    path: OF_USER,
    ...look,
    id: 'listUserSessions',
    summary: 'Live sessions, newest first',
    success: [200, SessionListSchema],
  },
  'DELETE /users/:id/sessions/:sid': {
    ...act,
    path: { ...OF_USER, sid: MEMBERS.sid },
    id: 'endUserSession',
    summary: 'End a session',
  },
  'GET /registrations': {
    ...look,
    id: 'listRegistrations',
    summary: 'Registrations that are not confirmed yet, newest first',
    description: 'Asked for an address or a username, what became of the mail too, and why nobody can sign in by it.',
    query: {
      search: { description: 'An address, or the whole of a username', maxLength: 254, examples: ['ada@example.com'] },
      limit: limit(200),
    },
    success: [200, PendingRegistrationsSchema],
  },
  'GET /events': {
    ...look,
    id: 'listEvents',
    summary: 'The record, oldest first',
    description: 'The latest, or with `after` what was written later: ask with the `next` of each answer to follow.',
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
  },
  'GET /mails': {
    ...look,
    id: 'listMails',
    summary: 'What became of mail, newest first',
    query: {
      state: { description: 'What became of it', enum: MAIL_STATES, examples: ['dead'] },
      before: { ...MEMBERS.id, description: 'The id of the last mail of the answer before: only those queued earlier' },
      limit: limit(200),
    },
    success: [200, MailListSchema],
  },
  'POST /mails/:id/retry': {
    path: { id: { ...MEMBERS.id, description: 'The id of the mail' } },
    ...look,
    id: 'retryMail',
    summary: 'Try a dead letter again',
    success: [200, RetriedMailSchema],
  },
  'POST /import': {
    ...look,
    id: 'importUsers',
    summary: 'Bring users of another system',
    description:
      'A JSON object a line. All lines are checked before the first user is written; bad ones are answered with 400 and `errors` by line. ' +
      'Users that an earlier import has brought, by `external_id`, else `id`, else the address in the file, are left alone, so that it may be ' +
      'repeated. With `Accept: application/x-ndjson` the answer to a good file is a stream of lines `{"written","of"}`, and last the report, ' +
      'or `{"error"}`.',
    bodyType: LINES_TYPE,
    query: { dry_run: { description: '`1` or `true`: checks the lines and writes nobody', enum: ['1', 'true'], examples: ['1'] } },
    successTypes: ['application/json', LINES_TYPE],
    success: [200, ImportReportSchema],
  },
  'GET /export': {
    ...look,
    id: 'exportUsers',
    summary: 'All accounts, with their password hashes',
    description:
      'In the order of ids, in the form that an import takes. An answer that breaks off is not whole: go on with `after`.',
    query: { after: { ...USER_ID, description: 'The id of the last line of an export that was broken off' } },
    successTypes: [LINES_TYPE],
    success: [200, ExportSchema],
  },
  'GET /stats': {
    ...look,
    id: 'stats',
    summary: 'Accounts, and what happened by day',
    query: {
      days: { description: 'How many', type: 'integer', minimum: 1, maximum: MAX_DAYS, default: 7, examples: [7] },
    },
    success: [200, StatsSchema],
  },
}
