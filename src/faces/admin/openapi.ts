// What the admin API says of itself for OpenAPI: one entry a route, over the very schemas that check bodies and make answers.
import * as v from 'valibot'
import { USER_STATES } from '../../auth/admin/user-states.ts'
import type { Operation } from '../shared/operation.ts'
import {
  AdminSessionSchema,
  AdminUserSchema,
  CreateBody,
  EditBody,
  EventSchema,
  ImportReportSchema,
  MailSchema,
  PermissionsBody,
  RegistrationSchema,
  SetPasswordBody,
  SetPinBody,
  StatsSchema,
  StorySchema,
} from './wire.ts'

/** One JSON value a line. */
const LINES_TYPE = 'application/x-ndjson'
const Message = v.object({ message: v.string() })
const LIMIT = 'Entries a page, at most 200'

const look = { bearer: 'required', refusals: [400, 401, 403, 404, 429, 503] } as const
const act = { ...look, success: [200, Message] } as const

/** Schemas that stand under `components` and are referred to. */
export const adminSchemas = {
  User: AdminUserSchema,
  Story: StorySchema,
  Session: AdminSessionSchema,
  Registration: RegistrationSchema,
  Event: EventSchema,
  Mail: MailSchema,
  Stats: StatsSchema,
  ImportReport: ImportReportSchema,
} as const

export const adminOperations: Readonly<Record<string, Operation>> = {
  'GET /users': {
    ...look,
    id: 'listUsers',
    summary: 'Find accounts',
    query: {
      username: 'The whole of it',
      search: 'An address, an id, a session’s id, or the beginning of a username, first or last name',
      state: `One of ${USER_STATES.join(', ')}`,
      limit: LIMIT,
      after: 'The `next` of the page before',
    },
    success: [200, v.object({ users: v.array(AdminUserSchema), next: v.nullable(v.string()) })],
  },
  'POST /users': {
    ...look,
    id: 'createUser',
    summary: 'Make an account',
    description: 'By the rules of a registration. Without `verified` the address has to be proven before the first sign-in.',
    body: CreateBody,
    required: ['email', 'password'],
    success: [201, v.object({ user: AdminUserSchema })],
    refusals: [...look.refusals, 409],
  },
  'GET /users/:id': {
    ...look,
    id: 'showUser',
    summary: 'The whole story of an account',
    description: '`cannot_sign_in` says in one sentence why its user cannot sign in.',
    success: [200, StorySchema],
  },
  'PATCH /users/:id': {
    ...look,
    id: 'editUser',
    summary: 'Change names, or the address',
    description:
      'What is left out or empty stays, null clears. A former username is kept for the account for 30 days. A new address changes alone, ' +
      'ends every mailed link, and the former one is told; no address of before can take the account back.',
    body: EditBody,
    success: [200, v.object({ user: AdminUserSchema })],
    refusals: [...look.refusals, 409],
  },
  'DELETE /users/:id': { ...act, id: 'deleteUser', summary: 'Delete an account for good', description: 'No mail tells of it.' },
  'POST /users/:id/disable': {
    ...act,
    id: 'disableUser',
    summary: 'Refuse sign-in',
    description: 'Ends all sessions and every mailed link.',
  },
  'POST /users/:id/enable': { ...act, id: 'enableUser', summary: 'Allow sign-in again', description: 'Ends every mailed link.' },
  'POST /users/:id/unlock': {
    ...act,
    id: 'unlockUser',
    summary: 'End waits after wrong passwords and PINs',
    description: 'A PIN that guesses have locked counts again.',
  },
  'POST /users/:id/sign-out': { ...act, id: 'signOutUser', summary: 'End all sessions' },
  'POST /users/:id/set-password': {
    ...act,
    id: 'setUserPassword',
    summary: 'Set the password',
    description: 'Ends all sessions, every other credential and every mailed link. The user is told by mail.',
    body: SetPasswordBody,
    required: ['password'],
  },
  'POST /users/:id/set-pin': {
    ...act,
    id: 'setUserPin',
    summary: 'Set the PIN',
    description: 'Ends the sessions that the PIN before opened. The user is told by mail.',
    body: SetPinBody,
    required: ['pin'],
  },
  'POST /users/:id/send-reset': { ...act, id: 'sendUserReset', summary: 'Mail a link for a new password' },
  'POST /users/:id/verify': { ...act, id: 'verifyUser', summary: 'Count the address as proven' },
  'POST /users/:id/grant': {
    ...look,
    id: 'grantPermissions',
    summary: 'Grant permissions',
    body: PermissionsBody,
    required: ['permissions'],
    success: [200, v.object({ permissions: v.array(v.string()) })],
  },
  'POST /users/:id/revoke': {
    ...look,
    id: 'revokePermissions',
    summary: 'Take permissions',
    body: PermissionsBody,
    required: ['permissions'],
    success: [200, v.object({ permissions: v.array(v.string()) })],
  },
  'GET /users/:id/sessions': {
    ...look,
    id: 'listUserSessions',
    summary: 'Live sessions, newest first',
    success: [200, v.object({ sessions: v.array(AdminSessionSchema) })],
  },
  'DELETE /users/:id/sessions/:sid': { ...act, id: 'endUserSession', summary: 'End a session' },
  'GET /registrations': {
    ...look,
    id: 'listRegistrations',
    summary: 'Registrations that are not confirmed yet, newest first',
    description: 'Asked for an address or a username, what became of the mail too, and why nobody can sign in by it.',
    query: { search: 'An address, or the whole of a username', limit: LIMIT },
    success: [
      200,
      v.object({
        registrations: v.array(RegistrationSchema),
        mails: v.array(MailSchema),
        cannot_sign_in: v.pipe(v.nullable(v.string()), v.description('null where no address is asked for, or it has an account')),
      }),
    ],
  },
  'GET /events': {
    ...look,
    id: 'listEvents',
    summary: 'The record, oldest first',
    description: 'The latest, or with `after` what was written later: ask with the `next` of each answer to follow.',
    query: {
      user: 'Ids of users or of registrations, separated by commas',
      what: 'Acts, separated by commas',
      outcome: 'success, failure or refused',
      since: 'Epoch seconds, included',
      until: 'Epoch seconds, not included',
      after: 'The `next` of the answer before',
      before: 'The `previous` of the answer before, to go back',
      limit: LIMIT,
    },
    success: [200, v.object({ events: v.array(EventSchema), next: v.string(), previous: v.nullable(v.string()) })],
  },
  'GET /mails': {
    ...look,
    id: 'listMails',
    summary: 'What became of mail, newest first',
    query: { state: 'waiting, sent or dead', before: 'The id of the last mail of the answer before', limit: LIMIT },
    success: [200, v.object({ mails: v.array(MailSchema) })],
  },
  'POST /mails/:id/retry': {
    ...look,
    id: 'retryMail',
    summary: 'Try a dead letter again',
    success: [200, v.object({ message: v.string(), to: v.string() })],
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
    query: { dry_run: '1: checks the lines and writes nobody' },
    successTypes: ['application/json', LINES_TYPE],
    success: [200, ImportReportSchema],
  },
  'GET /export': {
    ...look,
    id: 'exportUsers',
    summary: 'All accounts, with their password hashes',
    description:
      'In the order of ids, in the form that an import takes. An answer that breaks off is not whole: go on with `after`.',
    query: { after: 'The id of the last line of an export that was broken off' },
    successTypes: [LINES_TYPE],
    success: [200, v.string()],
  },
  'GET /stats': {
    ...look,
    id: 'stats',
    summary: 'Accounts, and what happened by day',
    query: { days: 'How many, at most 90; 7 when left out' },
    success: [200, StatsSchema],
  },
}
