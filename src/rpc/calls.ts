// What each method of the entrypoints does: may this caller, are these arguments what they should be, ask the core, say it
// in plain values. Nothing thrown in here crosses a binding but an Error whose message is a code.
import type { Client } from '../auth/deps.ts'
import { AuthError } from '../auth/errors.ts'
import type { Freshness } from '../auth/settings.ts'
import type { Service } from '../compose.ts'
import { UNKNOWN_ADDRESS } from '../platform/client-address.ts'
import { Unavailable } from '../platform/deadline.ts'
import { consoleLog, reasonOf } from '../platform/log.ts'
import { parseCaller, type Right } from './caller.ts'
import {
  type AuthTokenPayload,
  type LoginResponse,
  type RpcFailure,
  type RpcKeySet,
  type RpcPrincipal,
  type RpcResult,
  type RpcUser,
  renderFailure,
  renderKeySet,
  renderLogin,
  renderPayload,
  renderPrincipal,
  renderUser,
} from './wire.ts'

/** All that another worker can ask for. Arguments are whatever it sent. */
export interface Calls {
  verifyPassword(password: unknown, hash: unknown): Promise<boolean>
  login(email: unknown, password: unknown): Promise<LoginResponse | null>
  verifyToken(token: unknown): Promise<AuthTokenPayload | null>
  authenticate(token: unknown, options: unknown): Promise<RpcResult<RpcPrincipal>>
  jwks(): Promise<RpcResult<RpcKeySet>>
  getUser(id: unknown): Promise<RpcResult<RpcUser>>
  revokeSession(id: unknown): Promise<RpcResult<{ id: string }>>
}

type Core = Pick<Service, 'auth' | 'log'>

/** As much as a body over HTTP may hold. */
const MAX_TEXT_LENGTH = 16 * 1024
const FRESHNESSES: readonly Freshness[] = ['token', 'edge', 'strict']

/**
 * @param open the core; fails where the configuration is broken
 * @param props of the binding that is used
 */
export function createCalls(open: () => Core, props: unknown): Calls {
  const caller = parseCaller(props)
  const client: Client = { address: UNKNOWN_ADDRESS, userAgent: `worker ${caller.name}`, caller: caller.name, face: 'rpc' }

  /** @param right `null`: public anyway */
  async function settle<T>(method: string, right: Right | null, ask: (auth: Core['auth']) => Promise<T>): Promise<RpcResult<T>> {
    let core: Core
    try {
      core = open()
    } catch (error) {
      consoleLog('error', 'rpc', { method, caller: caller.name, code: 'unavailable', reason: reasonOf(error) })
      return { ok: false, code: 'unavailable', retryAfter: 60 }
    }
    try {
      if (right && !caller.rights.has(right)) throw new AuthError('forbidden', `the binding has no right "${right}"`)
      const value = await ask(core.auth)
      core.log('info', 'rpc', { method, caller: caller.name, code: 'ok' })
      return { ok: true, value }
    } catch (error) {
      const failure = renderFailure(error)
      const level = failure.code === 'internal_error' || failure.code === 'unavailable' ? 'error' : 'info'
      core.log(level, 'rpc', { method, caller: caller.name, code: failure.code, reason: privateReasonOf(error) })
      return failure
    }
  }

  return {
    verifyPassword: async (password, hash) =>
      requireValue(
        await settle('verifyPassword', 'login', async (auth) =>
          auth.checkHash(requireText(password), requireText(hash), caller.name),
        ),
      ),
    login: async (email, password) =>
      valueUnless(
        'invalid_credentials',
        await settle('login', 'login', async (auth) => {
          const credentials = { email: requireText(email).trim(), password: requireText(password) }
          return renderLogin(await auth.signIn(credentials, client))
        }),
      ),
    verifyToken: async (token) =>
      valueUnless(
        'invalid_token',
        await settle('verifyToken', 'verify', async (auth) =>
          renderPayload(await auth.authenticate(requireToken(token), 'strict')),
        ),
      ),
    authenticate: (token, options) =>
      settle('authenticate', 'verify', async (auth) =>
        renderPrincipal(await auth.authenticate(requireToken(token), requireFreshness(options))),
      ),
    jwks: () => settle('jwks', null, async (auth) => renderKeySet(await auth.readKeySet())),
    getUser: (id) => settle('getUser', 'users', async (auth) => renderUser(await auth.readUser(requireText(id)))),
    revokeSession: (id) =>
      settle('revokeSession', 'sessions', async (auth) => {
        const sessionId = requireText(id)
        await auth.endSession(sessionId, client)
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

/** @throws AuthError `invalid_request` */
function requireText(value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) return value
  throw new AuthError('invalid_request', typeof value === 'string' ? 'argument too long' : `argument is ${typeof value}`)
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

function privateReasonOf(error: unknown): string {
  if (error instanceof AuthError) return error.reason
  if (error instanceof Unavailable) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
