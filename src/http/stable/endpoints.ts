// What document 002 asks for: one long-lived token, by username.
import { MEMBERS } from '../openapi/members.ts'
import { readBearer, readCaller, readClient } from '../shared/context.ts'
import { type Endpoint, endpoint, parameter } from '../shared/endpoint.ts'
import {
  envelope,
  findOperationsScope,
  renderGrant,
  renderGrantedAccess,
  renderIdentity,
  StableGrantAnswer,
  StableIdentityAnswer,
  StableLoginBody,
  StableSignOutAnswer,
  StableTokensAnswer,
  StableUserAnswer,
} from './wire.ts'

export const stableEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/login',
    id: 'stableLogin',
    summary: 'Sign in by username for a long-lived token',
    access: 'public',
    body: StableLoginBody,
    required: ['username', 'password'],
    success: [200, StableGrantAnswer],
    refusals: ['missing_credentials', 'invalid_credentials', 'account_disabled', 'email_unverified', 'rate_limited'],
    async handle(c, { username, password }) {
      const credentials = { username, password, operationsScope: findOperationsScope(c.var.body) }
      return envelope(renderGrant(await c.var.auth.signInStable(credentials, readClient(c))))
    },
  }),
  endpoint({
    method: 'GET',
    path: '/user/:name',
    id: 'stableUser',
    summary: 'A user by username',
    parameters: { name: { ...MEMBERS.username, description: 'The username' } },
    description: 'Oneself; anybody for the permissions usersManager and systemAdmin, who alone learn that nobody has a name.',
    access: 'session',
    success: [200, StableUserAnswer],
    refusals: ['forbidden', 'not_found'],
    async handle(c) {
      const { email, permissions } = await c.var.auth.findUser(readBearer(c), parameter(c, 'name'))
      return envelope({ email, permissions })
    },
  }),
  endpoint({
    method: 'GET',
    path: '/whoami',
    id: 'stableWhoami',
    summary: 'The current user and session',
    access: 'session',
    success: [200, StableIdentityAnswer],
    refusals: [],
    handle: async (c) => envelope(renderIdentity(await c.var.auth.whoAmI(readBearer(c)))),
  }),
  // The document's heading says GET and its example DELETE.
  endsSession({
    method: 'GET',
    acts: true,
    id: 'stableLogoutByGet',
    summary: 'End a session, for clients that can only GET',
    description: 'The same as DELETE. HEAD is refused, since it must not change anything.',
  }),
  endsSession({ method: 'DELETE', id: 'stableLogout', summary: 'End a session' }),
  endpoint({
    method: 'GET',
    path: '/token',
    id: 'stableTokens',
    summary: 'Accesses granted to a user, newest first; ended ones until they would have expired',
    query: { userName: { ...MEMBERS.username, description: "Somebody else's, for the permission systemAdmin" } },
    access: 'session',
    success: [200, StableTokensAnswer],
    refusals: ['forbidden', 'not_found'],
    async handle(c) {
      const accesses = await c.var.auth.listGrantedAccess(readBearer(c), c.req.query('userName'))
      return envelope({ grantedAccesses: accesses.map(renderGrantedAccess) })
    },
  }),
]

function endsSession(words: Pick<Endpoint, 'method' | 'acts' | 'id' | 'summary' | 'description'>): Endpoint {
  return endpoint({
    ...words,
    path: '/logout',
    query: {
      sessionId: {
        ...MEMBERS.sid,
        description: "Any session of one's own; somebody else's for the permission systemAdmin. The token's own when absent",
      },
    },
    access: 'session',
    success: [200, StableSignOutAnswer],
    refusals: ['forbidden', 'not_found'],
    async handle(c) {
      const sessionId = await c.var.auth.signOutStable(readCaller(c), c.req.query('sessionId'))
      return envelope({ message: 'JWT was revoked', sessionId })
    },
  })
}
