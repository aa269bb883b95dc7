// What each method of the entrypoints does: may this caller, are these arguments what they should be, ask the core, say it
// in plain values. Nothing thrown in here crosses a binding but an Error whose message is a code.
import { AuthError } from '../core/kernel/errors.ts'
import type { Freshness } from '../core/kernel/settings.ts'
import type { Service } from '../service.ts'
import { MAX_TEXT_LENGTH, requireText } from './arguments.ts'
import { parseCaller } from './caller.ts'
import { clientOf } from './client.ts'
import { createSettle } from './settle.ts'
import { warnOfSharedBudget } from './shared-budget.ts'
import {
  type AuthTokenPayload,
  type LoginResponse,
  type RpcFailure,
  type RpcKeySet,
  type RpcPrincipal,
  type RpcResult,
  type RpcUser,
  renderKeySet,
  renderLogin,
  renderPayload,
  renderPrincipal,
  renderUser,
} from './wire.ts'

/** All that another worker can ask for. Arguments are whatever it sent. */
export interface Calls {
  verifyPassword(password: unknown, hash: unknown, client?: unknown): Promise<boolean>
  login(email: unknown, password: unknown, client?: unknown): Promise<LoginResponse | null>
  verifyToken(token: unknown): Promise<AuthTokenPayload | null>
  authenticate(token: unknown, options: unknown): Promise<RpcResult<RpcPrincipal>>
  jwks(): Promise<RpcResult<RpcKeySet>>
  getUser(id: unknown): Promise<RpcResult<RpcUser>>
  revokeSession(id: unknown, client?: unknown): Promise<RpcResult<{ id: string }>>
}

const FRESHNESSES: readonly Freshness[] = ['token', 'edge', 'strict']

/**
 * @param open the core; fails where the configuration is broken
 * @param props of the binding that is used
 */
export function createCalls(open: () => Pick<Service, 'auth' | 'log'>, props: unknown): Calls {
  const caller = parseCaller(props)
  const settle = createSettle(open, caller)
  /** Of what is limited: attempts count for this client. */
  const countedClientOf = ({ auth, log }: Pick<Service, 'auth' | 'log'>, said: unknown) => {
    const client = clientOf(caller, said)
    warnOfSharedBudget(auth, caller, client, log)
    return client
  }

  return {
    verifyPassword: async (password, hash, client) =>
      requireValue(
        await settle('verifyPassword', 'login', async (service) =>
          service.auth.checkHash(requireText(password), requireText(hash), countedClientOf(service, client)),
        ),
      ),
    login: async (email, password, client) =>
      valueUnless(
        'invalid_credentials',
        await settle('login', 'login', async (service) => {
          const credentials = { email: requireText(email).trim(), password: requireText(password) }
          return renderLogin(await service.auth.signIn(credentials, countedClientOf(service, client)))
        }),
      ),
    verifyToken: async (token) =>
      valueUnless(
        'invalid_token',
        await settle('verifyToken', 'verify', async ({ auth }) =>
          renderPayload(await auth.authenticate(requireToken(token), 'strict')),
        ),
      ),
    authenticate: (token, options) =>
      settle('authenticate', 'verify', async ({ auth }) =>
        renderPrincipal(await auth.authenticate(requireToken(token), requireFreshness(options))),
      ),
    jwks: () => settle('jwks', null, async ({ auth }) => renderKeySet(await auth.readKeySet())),
    getUser: (id) => settle('getUser', 'users', async ({ auth }) => renderUser(await auth.readUser(requireText(id)))),
    revokeSession: (id, client) =>
      settle('revokeSession', 'sessions', async ({ auth }) => {
        const sessionId = requireText(id)
        await auth.endSession(sessionId, clientOf(caller, client))
        return { id: sessionId }
      }),
  }
}

/** Errors lose everything but their message on the way. */
function requireValue<T>(result: RpcResult<T>): T {
  if (result.ok) return result.value
  throw new Error(result.code)
}

function valueUnless<T>(miss: RpcFailure['code'], result: RpcResult<T>): T | null {
  return !result.ok && result.code === miss ? null : requireValue(result)
}

/** A text that is far too long is no token of ours, as any other that is none. */
function requireToken(value: unknown): string {
  if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) throw new AuthError('invalid_access_token', 'too long')
  return requireText(value)
}

/** There is no default: how old an answer may be is for the caller to say. */
function requireFreshness(options: unknown): Freshness {
  const asked = typeof options === 'object' && options !== null && 'freshness' in options ? options.freshness : undefined
  const freshness = FRESHNESSES.find((each) => each === asked)
  if (!freshness) throw new AuthError('invalid_request', 'freshness is not token, edge or strict')
  return freshness
}
