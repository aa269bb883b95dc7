// What the `v1` face says of itself for OpenAPI: one entry a route, over the very schemas that check bodies.
import * as v from 'valibot'
import { DEFAULT_ACTIVITY_LIMIT, MAX_ACTIVITY_LIMIT } from '../../core/accounts/list-activity.ts'
import { MEMBERS, USER_ID } from '../openapi/members.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import type { Operation } from '../openapi/operation.ts'
import { accountOperations } from './account-openapi.ts'
import { ActivitySchema } from './activity-schema.ts'
import { AllRevokedSchema, CurrentUserSchema, RegisteredSchema, SessionListSchema } from './components.ts'
import { EmailBody, ExtensionSchema, GrantSchema, LoginBody, RefreshBody, RegisterBody } from './wire.ts'

const OF_SOMEBODY = { user_id: { ...USER_ID, description: "Somebody else's, for the permission systemAdmin" } } as const

export const v1Operations: Readonly<Record<string, Operation>> = {
  'POST /register': {
    id: 'register',
    summary: 'Register',
    description:
      'The same 201 whether the address has an account or not. The mailed link decides which registration becomes the account. ' +
      'Sets a cookie by which the page behind the link knows the browser that registered.',
    body: RegisterBody,
    required: ['email', 'password'],
    success: [201, RegisteredSchema],
    refusals: [400, 403, 409, 429, 503],
  },
  'POST /resend-verification': {
    id: 'resendVerification',
    summary: 'Send the verification mail again',
    description: 'The same 200 for every address, also where no mail is sent because there have been too many.',
    body: EmailBody,
    required: ['email'],
    success: [200, MessageSchema],
    refusals: [400, 503],
  },
  'GET /verify-email': {
    id: 'verifyEmail',
    summary: 'Confirm an address, for programs',
    description: 'Acts at once. The link in the mail leads to a page that asks first.',
    query: { token: MEMBERS.token },
    requiredQuery: ['token'],
    success: [200, MessageSchema],
    refusals: [400, 503],
  },
  'POST /login': {
    id: 'login',
    summary: 'Sign in',
    body: LoginBody,
    required: ['password'],
    success: [200, GrantSchema],
    refusals: [400, 401, 403, 429, 503],
  },
  'GET /me': {
    id: 'me',
    summary: 'The current user',
    bearer: 'required',
    success: [200, CurrentUserSchema],
    refusals: [401, 503],
  },
  'POST /refresh': {
    id: 'refresh',
    summary: 'Refresh',
    description:
      'With `refresh_token`: a new pair of tokens; the token before the last one is answered with the same pair within the grace period, ' +
      'an older one ends the session. With a bearer token and no body: the session lasts longer.',
    body: RefreshBody,
    bearer: 'optional',
    success: [200, v.union([GrantSchema, ExtensionSchema])],
    refusals: [400, 401, 503],
  },
  'POST /logout': {
    id: 'logout',
    summary: 'Sign out',
    description: 'Ends the session of the access token, expired or not, or of the refresh token. Says the same when repeated.',
    body: RefreshBody,
    bearer: 'optional',
    success: [200, MessageSchema],
    refusals: [400, 401, 503],
  },
  'POST /revoke-all': {
    id: 'revokeAll',
    summary: 'End all sessions, this one included',
    bearer: 'required',
    success: [200, AllRevokedSchema],
    refusals: [401, 503],
  },
  'GET /sessions': {
    id: 'listSessions',
    summary: 'Live sessions, newest first',
    query: OF_SOMEBODY,
    bearer: 'required',
    success: [200, SessionListSchema],
    refusals: [401, 403, 404, 503],
  },
  'GET /activity': {
    id: 'listActivity',
    summary: 'What has happened to the account, newest first',
    description:
      'Sign-ins, failed ones too, and every change of the account. Pages are turned with `next_cursor`; what happens meanwhile is on the first one.',
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
    bearer: 'required',
    success: [200, ActivitySchema],
    refusals: [400, 401, 403, 404, 503],
  },
  'DELETE /sessions/:id': {
    id: 'revokeSession',
    summary: 'End one session',
    path: { id: MEMBERS.sid },
    bearer: 'required',
    success: [200, MessageSchema],
    refusals: [401, 404, 503],
  },
  ...accountOperations,
}
