// How the `v1` face says things: the schemas its bodies are checked and documented by, and its words for every refusal.
import * as v from 'valibot'
import type { ExtendedSession } from '../../core/sessions/extend-session.ts'
import type { Grant } from '../../core/tokens/grant.ts'
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderTime } from '../../platform/runtime/rfc3339.ts'
import type { Registration } from '../../stores/accounts/registrations.ts'
import { optionalName, optionalText } from '../openapi/schema.ts'
import { challengeMembers } from '../shared/challenge.ts'
import { PublicUserSchema, renderUser, type UserIds } from '../shared/user-wire.ts'

export const RegisterBody = v.object({
  email: optionalName('E-mail address, compared without case'),
  password: optionalText('8 to 256 characters'),
  username: optionalName('1 to 64 letters, digits, spaces inside, or any of . _ -'),
  first_name: optionalName('At most 100 characters'),
  last_name: optionalName('At most 100 characters'),
  ...challengeMembers,
})

export const LoginBody = v.object({
  email: optionalName('Counts where both are given'),
  username: optionalName('Instead of the e-mail address'),
  password: optionalText('Whatever it is, it is judged, not checked against the policy'),
  ...challengeMembers,
})

export const EmailBody = v.object({ email: optionalName('E-mail address') })

export const RefreshBody = v.object({ refresh_token: optionalText('Counts where a bearer token is given too') })

export const SessionSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  created_at: v.string(),
  last_used_at: v.pipe(v.string(), v.description('The last sign-in or refresh')),
  expires_at: v.string(),
  ip: v.string(),
  user_agent: v.string(),
  current: v.boolean(),
})

export const GrantSchema = v.object({
  access_token: v.string(),
  accessToken: v.pipe(v.string(), v.description('The same again; with SHARED_TOKEN_SECRET one that it signs')),
  refresh_token: v.string(),
  token_type: v.literal('Bearer'),
  expires_in: v.pipe(v.number(), v.integer(), v.description('Seconds')),
  user: PublicUserSchema,
})

export const ExtensionSchema = v.object({
  message: v.string(),
  access_token: v.string(),
  accessToken: v.string(),
  expires_in: v.pipe(v.number(), v.integer()),
  session: SessionSchema,
})

/** A registration looks like the account that it may become. */
export function renderRegistration(registration: Registration, userIds: UserIds): v.InferOutput<typeof PublicUserSchema> {
  const { email, username, firstName, lastName, createdAt } = registration
  return {
    // A number is given out with the account, so that none tells whether there is one already.
    id: userIds === 'number' ? 0 : registration.id,
    email,
    username,
    first_name: firstName,
    last_name: lastName,
    email_verified: false,
    is_admin: false,
    role: 'user',
    permissions: [],
    created_at: renderTime(createdAt),
  }
}

export function renderGrant(grant: Grant, userIds: UserIds): v.InferOutput<typeof GrantSchema> {
  return {
    access_token: grant.accessToken,
    accessToken: grant.sharedToken?.token ?? grant.accessToken,
    refresh_token: grant.refreshToken,
    token_type: 'Bearer',
    expires_in: grant.expiresIn,
    user: renderUser(grant.user, userIds),
  }
}

export function renderExtension({
  accessToken,
  sharedToken,
  expiresIn,
  session,
}: ExtendedSession): v.InferOutput<typeof ExtensionSchema> {
  return {
    message: 'Session refreshed',
    access_token: accessToken,
    accessToken: sharedToken?.token ?? accessToken,
    expires_in: expiresIn,
    session: renderSession(session, session.id),
  }
}

export function renderSession(session: SessionRecord, currentId: string): v.InferOutput<typeof SessionSchema> {
  return {
    id: session.id,
    created_at: renderTime(session.createdAt),
    last_used_at: renderTime(session.lastUsedAt),
    expires_at: renderTime(session.expiresAt),
    ip: session.ip,
    user_agent: printable(session.userAgent),
    current: session.id === currentId,
  }
}
