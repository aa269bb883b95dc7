// What the `stable` face says of itself for OpenAPI: one entry a route, over the schemas of its wire.
import { MEMBERS } from '../openapi/members.ts'
import type { Operation } from '../openapi/operation.ts'
import { StableGrantAnswer, StableIdentityAnswer, StableSignOutAnswer, StableTokensAnswer, StableUserAnswer } from './components.ts'
import { StableLoginBody } from './wire.ts'

const signOut = {
  query: {
    sessionId: {
      ...MEMBERS.sid,
      description: "Any session of one's own; somebody else's for the permission systemAdmin. The token's own when absent",
    },
  },
  bearer: 'required',
  success: [200, StableSignOutAnswer],
  refusals: [401, 403, 404, 503],
} as const

export const stableOperations: Readonly<Record<string, Operation>> = {
  'POST /login': {
    id: 'stableLogin',
    summary: 'Sign in by username for a long-lived token',
    body: StableLoginBody,
    required: ['username', 'password'],
    success: [200, StableGrantAnswer],
    refusals: [400, 401, 403, 429, 503],
  },
  'GET /user/:name': {
    id: 'stableUser',
    summary: 'A user by username',
    parameters: { name: { ...MEMBERS.username, description: 'The username' } },
    description: 'Oneself; anybody for the permissions usersManager and systemAdmin, who alone learn that nobody has a name.',
    bearer: 'required',
    success: [200, StableUserAnswer],
    refusals: [401, 403, 404, 503],
  },
  'GET /whoami': {
    id: 'stableWhoami',
    summary: 'The current user and session',
    bearer: 'required',
    success: [200, StableIdentityAnswer],
    refusals: [401, 403, 503],
  },
  'DELETE /logout': { id: 'stableLogout', summary: 'End a session', ...signOut },
  'GET /logout': {
    id: 'stableLogoutByGet',
    summary: 'End a session, for clients that can only GET',
    description: 'The same as DELETE. HEAD is refused, since it must not change anything.',
    ...signOut,
  },
  'GET /token': {
    id: 'stableTokens',
    summary: 'Accesses granted to a user, newest first; ended ones until they would have expired',
    query: { userName: { ...MEMBERS.username, description: "Somebody else's, for the permission systemAdmin" } },
    bearer: 'required',
    success: [200, StableTokensAnswer],
    refusals: [401, 403, 404, 503],
  },
}
