// Signing in, staying signed in, proving it once more, and signing out.
import * as v from 'valibot'
import type { ExtendedSession } from '../../core/sessions/extend-session.ts'
import type { Grant } from '../../core/tokens/grant.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import { optionalName, optionalText } from '../openapi/schema.ts'
import { challengeMembers, readChallengedClient } from '../shared/challenge.ts'
import { readBearer, readCaller, readClient } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { PublicUserSchema, renderUser, type UserIds } from '../shared/user-wire.ts'
import { currentPassword } from './members.ts'
import { renderSession, SessionSchema } from './session-shape.ts'

export const LoginBody = v.object({
  email: optionalName('Counts where both are given'),
  username: optionalName('Instead of the e-mail address'),
  password: optionalText('Whatever it is, it is judged, not checked against the policy'),
  ...challengeMembers,
})
export const RefreshBody = v.object({ refresh_token: optionalText('Counts where a bearer token is given too') })
export const PasswordBody = v.object({ password: currentPassword() })

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
export const ReauthenticationSchema = v.object({
  message: v.string(),
  access_token: v.string(),
  accessToken: v.pipe(v.string(), v.description('The same again')),
  token_type: v.literal('Bearer'),
  expires_in: v.pipe(v.number(), v.integer(), v.description('Seconds')),
})
/** With a refresh token, or without. */
const RefreshedSchema = v.union([GrantSchema, ExtensionSchema])

export const signIn = [
  endpoint({
    method: 'POST',
    path: '/login',
    id: 'login',
    summary: 'Sign in',
    access: 'public',
    body: LoginBody,
    required: ['password'],
    success: [200, GrantSchema],
    refusals: [
      ...(['missing_credentials', 'challenge_failed', 'invalid_credentials', 'account_disabled'] as const),
      ...(['email_unverified', 'rate_limited'] as const),
    ],
    async handle(c, body) {
      const { email, username, password } = body
      const grant = await c.var.auth.signIn({ email, username, password }, readChallengedClient(c, body))
      return renderGrant(grant, c.var.userIds)
    },
  }),
  endpoint({
    method: 'POST',
    path: '/refresh',
    id: 'refresh',
    summary: 'Refresh',
    description:
      'With `refresh_token`: a new pair of tokens; the token before the last one is answered with the same pair within the grace period, ' +
      'an older one ends the session. With a bearer token and no body: the session lasts longer.',
    access: 'optional',
    body: RefreshBody,
    success: [200, RefreshedSchema],
    refusals: ['invalid_refresh_token', 'token_reused'],
    async handle(c, { refresh_token: refreshToken }) {
      if (refreshToken === undefined) return renderExtension(await c.var.auth.extendSession(readBearer(c)))
      return renderGrant(await c.var.auth.refreshSession(refreshToken, readClient(c)), c.var.userIds)
    },
  }),
  endpoint({
    method: 'POST',
    path: '/reauthenticate',
    id: 'reauthenticate',
    summary: 'Give the password again',
    description: 'The access token it answers with, and those of later refreshes, say so in `auth_time`.',
    access: 'aal1',
    body: PasswordBody,
    required: ['password'],
    success: [200, ReauthenticationSchema],
    refusals: ['invalid_credentials', 'rate_limited'],
    async handle(c, { password }) {
      const { accessToken, expiresIn } = await c.var.auth.reauthenticate(readCaller(c), password)
      const tokens = { access_token: accessToken, accessToken, token_type: 'Bearer' as const, expires_in: expiresIn }
      return { message: 'Reauthenticated', ...tokens }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/logout',
    id: 'logout',
    summary: 'Sign out',
    description: 'Ends the session of the access token, expired or not, or of the refresh token. Says the same when repeated.',
    access: 'optional',
    body: RefreshBody,
    success: [200, MessageSchema],
    refusals: ['invalid_refresh_token'],
    async handle(c, { refresh_token: refreshToken = null }) {
      await c.var.auth.signOut({ accessToken: readBearer(c), refreshToken }, readClient(c))
      return { message: 'Logged out' }
    },
  }),
]

function renderGrant(grant: Grant, userIds: UserIds): v.InferOutput<typeof GrantSchema> {
  return {
    access_token: grant.accessToken,
    accessToken: grant.sharedToken?.token ?? grant.accessToken,
    refresh_token: grant.refreshToken,
    token_type: 'Bearer',
    expires_in: grant.expiresIn,
    user: renderUser(grant.user, userIds),
  }
}

function renderExtension({ accessToken, sharedToken, expiresIn, session }: ExtendedSession): v.InferOutput<typeof ExtensionSchema> {
  return {
    message: 'Session refreshed',
    access_token: accessToken,
    accessToken: sharedToken?.token ?? accessToken,
    expires_in: expiresIn,
    session: renderSession(session, session.id),
  }
}
