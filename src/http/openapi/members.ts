// What each member of a body and each parameter is, wherever a face has one of that name: format, bounds and an example, with the
// limits that the service enforces. For OpenAPI only; nothing of it is in the worker.

import { AUDIT_ACTS, AUDIT_OUTCOMES } from '../../core/accounts/list-activity.ts'
import { PERMISSION } from '../../core/admin/permission-rules.ts'
import { EMAIL_ADDRESS_LIMIT } from '../../platform/identifiers/email-address.ts'
import { PERSON_NAME_LIMIT } from '../../platform/identifiers/person-name.ts'
import { PIN } from '../../platform/identifiers/pin-policy.ts'
import { USERNAME_LIMIT } from '../../platform/identifiers/username.ts'
import type { Facts } from './operation.ts'

/** No text in a body can be longer, since no body is. */
const BODY_LIMIT = 16 * 1024

const UUID = { format: 'uuid', examples: ['7d5c1a52-3f0b-4b0e-9a57-0c8f7b1f6f3e'] }
const TIME = { format: 'date-time', examples: ['2026-11-27T09:30:00Z'] }
const HEX_64 = { format: undefined, pattern: '^[0-9a-f]{64}$' }
const SESSION_ID = { ...HEX_64, examples: ['7d5c1a523f0b4b0e9a570c8f7b1f6f3ec0ffee00c0ffee00c0ffee00c0ffee00'] }
const JWT = {
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
  examples: ['eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3ZDVjIn0.c2lnbmF0dXJl'],
}
const COUNT = { minimum: 0 }
const SECONDS = { ...COUNT, examples: [900] }
/** For text that is judged, whatever it is. */
const JUDGED = { maxLength: BODY_LIMIT }
const PASSWORD = { format: 'password', examples: ['correct horse battery staple'] }
const NEW_PASSWORD = { ...PASSWORD, minLength: 8, maxLength: 256 }
const CURRENT_PASSWORD = { ...PASSWORD, ...JUDGED }
const PERSON_NAME = { maxLength: PERSON_NAME_LIMIT }

/** A limit of ours where there is no rule: no answer is longer. */
const SENTENCE = { maxLength: 1000 }

export const MEMBERS = {
  // Accounts
  id: { description: 'Identifier: opaque, and never used twice', ...UUID },
  email: { description: 'E-mail address', format: 'email', maxLength: EMAIL_ADDRESS_LIMIT, examples: ['ada@example.com'] },
  username: { description: 'Username as typed; null for none', minLength: 1, maxLength: USERNAME_LIMIT, examples: ['ada'] },
  first_name: { description: 'First name; null for none', ...PERSON_NAME, examples: ['Ada'] },
  last_name: { description: 'Last name; null for none', ...PERSON_NAME, examples: ['Lovelace'] },
  email_verified: { description: 'Whether the address is proven', examples: [true] },
  is_admin: { examples: [false] },
  role: { description: '`admin` for who has the permission systemAdmin', examples: ['user'] },
  permissions: {
    description: 'What the user may do besides what everybody may',
    maxItems: 100,
    items: { pattern: PERMISSION.source, maxLength: 64, examples: ['notes.write'] },
    examples: [['notes.write']],
  },
  created_at: { description: 'When it was made (RFC 3339)', ...TIME },
  user: { description: 'The account' },
  // Credentials
  password: CURRENT_PASSWORD,
  current_password: CURRENT_PASSWORD,
  new_password: NEW_PASSWORD,
  pin: { pattern: PIN.source, maxLength: 12, examples: ['2580'] },
  end_other_credentials: { examples: [true] },
  token: { ...HEX_64, description: 'The token of the mailed link', examples: ['c0ffee00'.repeat(8)] },
  turnstile_token: { maxLength: 2048, examples: ['0.turnstile-response'] },
  'cf-turnstile-response': { maxLength: 2048, examples: ['0.turnstile-response'] },
  access_token: { description: 'For `Authorization: Bearer`: a JWT (RFC 9068) of `expires_in` seconds', ...JWT },
  accessToken: { description: 'The same again', ...JWT },
  refresh_token: { description: 'For `POST /refresh`', ...JWT },
  token_type: { description: 'How `access_token` is used (RFC 6750)' },
  expires_in: { description: 'Seconds until `access_token` expires', ...SECONDS },
  // Sessions
  sessions: { description: 'Live sessions, newest first' },
  session: { description: 'The session of the token' },
  last_used_at: { description: 'The last sign-in or refresh (RFC 3339)', ...TIME },
  expires_at: { description: 'When it ends by itself (RFC 3339)', ...TIME },
  ip: { description: 'Client address; `unknown` where there was none', maxLength: 64, examples: ['203.0.113.7'] },
  user_agent: { description: 'What the client called itself, cut at 256', maxLength: 256, examples: ['curl/8.11.0'] },
  current: { description: 'Whether it is the session that asks', examples: [true] },
  revoked: { description: 'How many sessions it ended', ...COUNT, examples: [3] },
  session_id: {
    description: 'Of the session it happened in; `key:` and a name where an operator had an admin key; null for none',
    ...SESSION_ID,
    pattern: '^([0-9a-f]{64}|key:[0-9a-f]{8})$',
  },
  sid: { description: 'The id of the session', ...SESSION_ID },
  // Events
  events: { description: 'What happened' },
  at: { description: 'When it happened (RFC 3339)', ...TIME },
  what: { description: 'What happened, from a closed list', enum: AUDIT_ACTS, examples: ['sign_in'] },
  outcome: {
    description: '`failure`: a credential was wrong; `refused`: it was right, or was not judged, and would not do',
    enum: AUDIT_OUTCOMES,
    examples: ['success'],
  },
  next_cursor: { description: 'For the next page; null on the last one', maxLength: 512, examples: ['c2VhbGVkLWN1cnNvcg'] },
  // Answers
  message: { description: 'In words, for people: programs go by status and code', ...SENTENCE, examples: ['Done'] },
  hint: { ...SENTENCE, examples: ['If you have registered only now, confirm your address first: look for our mail'] },
  code: { description: 'Why, from a closed list' },
  request_id: { description: 'The same as `X-Request-Id`: what to quote in a report', ...UUID },
  errors: { description: 'What is wrong with which member of the request' },
  field: { description: 'The name of the member or parameter', maxLength: 256, examples: ['email'] },
  status: { description: 'How it went' },
} as const satisfies Readonly<Record<string, Facts>>

export const FACTS = {
  UUID,
  TIME,
  SESSION_ID,
  JWT,
  COUNT,
  NEW_PASSWORD,
  SENTENCE,
  /** An address as a person types it: not in punycode yet. */
  TYPED_EMAIL: { format: 'idn-email', maxLength: EMAIL_ADDRESS_LIMIT },
  LARGE: { format: 'int64', ...COUNT },
} as const satisfies Readonly<Record<string, Facts>>

/** Somebody else, in a query. */
export const OF_SOMEBODY = {
  user_id: {
    description: "Somebody else's, for the permission systemAdmin",
    minLength: 1,
    maxLength: 64,
    examples: UUID.examples,
  },
} as const

/** A user as a parameter names them. */
export const USER_ID = {
  description: 'The id of a user, as the service gives it',
  minLength: 1,
  maxLength: 64,
  examples: UUID.examples,
} as const satisfies Facts
