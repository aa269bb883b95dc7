// What a client of each face does to sign in, to be checked, to stay signed in and to sign out, in the same few words, so
// that one set of scenarios holds them all.
import { createCalls } from '../../../src/rpc/calls.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, type Reply, type TestApp } from '../../support/harness.ts'
import type { Column } from './settings.ts'

/** `ok`, or in which way the face said no. */
export type Outcome = 'ok' | 'refused' | 'disabled' | 'limited' | 'unavailable' | `unexpected ${number}`

export interface Session {
  /** Everything the client holds, as the face gave it. */
  readonly credential: string
  readonly renewal: string
}

/** One account under the names that faces sign in by. */
export interface Identity {
  readonly username: string
  readonly email: string
}

export interface Driver {
  readonly name: string
  /** Which settings are tried besides none: those that concern its clients (settings.ts). */
  readonly columns: readonly Column[]
  /** The right secret of every account of these tests. */
  readonly secret: string
  signIn(
    app: TestApp,
    who: Identity,
    secret: string,
    ip?: string,
  ): Promise<{ outcome: Outcome; session: Session | null; said: unknown }>
  /** Whether the credential counts, checked at `strict`. */
  check(app: TestApp, session: Session): Promise<Outcome>
  /** The next credential; a face whose credential lasts answers with the same. */
  renew(app: TestApp, session: Session): Promise<{ outcome: Outcome; session: Session | null }>
  signOut(app: TestApp, session: Session): Promise<Outcome>
  /** What it is told the second time: a client may have lost the first answer; a worker that ends a session by its id looks it up. */
  readonly signedOutBefore: Outcome
}

export const PIN = '250814'

function outcomeOf({ status }: Reply): Outcome {
  const outcomes: Readonly<Record<number, Outcome>> = {
    200: 'ok',
    401: 'refused',
    403: 'disabled',
    429: 'limited',
    503: 'unavailable',
  }
  return outcomes[status] ?? `unexpected ${status}`
}

/** What a stranger could tell two refusals apart by. */
function said({ status, body }: Reply): unknown {
  return { status, ...body, request_id: undefined }
}

/** @param credential which of the two access tokens of a grant the client sends */
const createV1 = (credential: 'access_token' | 'accessToken'): Omit<Driver, 'name' | 'columns'> => ({
  signedOutBefore: 'ok',
  secret: PASSWORD,
  async signIn(app, { username }, secret, ip = anyAddress()) {
    const reply = await app.v1('POST', '/login', { body: { username, password: secret }, ip })
    const session = reply.status === 200 ? { credential: reply.body[credential], renewal: reply.body.refresh_token } : null
    return { outcome: outcomeOf(reply), session, said: said(reply) }
  },
  check: async (app, { credential: token }) => outcomeOf(await app.v1('GET', '/me', { token })),
  async renew(app, { renewal }) {
    const reply = await app.v1('POST', '/refresh', { body: { refresh_token: renewal } })
    const session = reply.status === 200 ? { credential: reply.body[credential], renewal: reply.body.refresh_token } : null
    return { outcome: outcomeOf(reply), session }
  },
  signOut: async (app, { credential: token }) => outcomeOf(await app.v1('POST', '/logout', { token })),
})

const v1: Driver = {
  ...createV1('access_token'),
  name: 'v1',
  columns: ['SHARED_TOKEN_SECRET', 'USER_IDS=number', 'TOKEN_PROFILE_CLAIMS=off', 'REFRESH_ROTATION=keep'],
}

/** As clients of document 001 are. */
const v1ByAccessToken: Driver = {
  ...createV1('accessToken'),
  name: 'v1 by accessToken',
  columns: ['SHARED_TOKEN_SECRET', 'SHARED_TOKEN_TTL_SECONDS'],
}

const stable: Driver = {
  name: 'stable',
  columns: ['STABLE_TOKEN_TTL_SECONDS'],
  signedOutBefore: 'ok',
  secret: PASSWORD,
  async signIn(app, { username }, secret, ip = anyAddress()) {
    const reply = await app.request('POST', '/api/stable/auth/login', { body: { username, password: secret }, ip })
    const token = reply.body.data.token
    return {
      outcome: outcomeOf(reply),
      session: reply.status === 200 ? { credential: token, renewal: token } : null,
      said: said(reply),
    }
  },
  async check(app, { credential }) {
    const reply = await app.request('GET', '/api/stable/auth/whoami', { token: credential })
    // A genuine token whose session is over, as document 002 has it.
    return reply.status === 403 ? 'refused' : outcomeOf(reply)
  },
  async renew(app, session) {
    const outcome = await stable.check(app, session)
    return { outcome, session: outcome === 'ok' ? session : null }
  },
  signOut: async (app, { credential }) => outcomeOf(await app.request('DELETE', '/api/stable/auth/logout', { token: credential })),
}

const cookie: Driver = {
  name: 'cookie',
  columns: ['COOKIE_ACCESS_TOKEN=readable', 'REFRESH_ROTATION=keep'],
  signedOutBefore: 'ok',
  secret: PIN,
  async signIn(app, { username }, secret, ip = anyAddress()) {
    const reply = await app.request('POST', '/auth/login', { body: { name: username, pin: secret }, ip })
    return { outcome: outcomeOf(reply), session: sessionIn(reply), said: said(reply) }
  },
  // The access cookie holds what `v1` takes as a bearer token.
  check: (app, session) => v1.check(app, session),
  async renew(app, { credential, renewal }) {
    const reply = await app.request('POST', '/auth/refresh', { headers: cookieHeader(credential, renewal) })
    return { outcome: outcomeOf(reply), session: sessionIn(reply, renewal) }
  },
  signOut: async (app, { credential, renewal }) =>
    outcomeOf(await app.request('POST', '/auth/logout', { headers: cookieHeader(credential, renewal) })),
}

function cookieHeader(credential: string, renewal: string) {
  return { Cookie: `accessToken=${credential}; refreshToken=${renewal}` }
}

/** @param kept the refresh token where the reply has none */
function sessionIn(reply: Reply, kept?: string): Session | null {
  const cookies = reply.headers.getSetCookie().join('\n')
  const value = (name: string) => new RegExp(`^${name}=([^;]+)`, 'm').exec(cookies)?.[1]
  const [credential, renewal] = [value('accessToken'), value('refreshToken') ?? kept]
  return reply.status === 200 && credential && renewal ? { credential, renewal } : null
}

/** A worker that calls over a binding; what tells one client from another there is the binding's name. */
const rpc: Driver = {
  name: 'rpc',
  columns: ['SHARED_TOKEN_SECRET'],
  signedOutBefore: 'refused',
  secret: PASSWORD,
  async signIn(app, { email }, secret, ip = anyAddress()) {
    try {
      const grant = await callsOf(app, ip).login(email, secret)
      if (!grant) return { outcome: 'refused', session: null, said: null }
      return { outcome: 'ok', session: { credential: grant.accessToken, renewal: grant.accessToken }, said: grant }
    } catch (error) {
      const code = error instanceof Error ? error.message : String(error)
      return { outcome: RPC_OUTCOMES[code] ?? 'unexpected 500', session: null, said: code }
    }
  },
  async check(app, { credential }) {
    const result = await callsOf(app).authenticate(credential, { freshness: 'strict' })
    return result.ok ? 'ok' : (RPC_OUTCOMES[result.code] ?? 'unexpected 500')
  },
  async renew(app, session) {
    const outcome = await rpc.check(app, session)
    return { outcome, session: outcome === 'ok' ? session : null }
  },
  async signOut(app, { credential }) {
    const result = await callsOf(app).revokeSession(claimsOf(credential).sid)
    return result.ok ? 'ok' : (RPC_OUTCOMES[result.code] ?? 'unexpected 500')
  },
}

const RPC_OUTCOMES: Readonly<Record<string, Outcome>> = {
  invalid_token: 'refused',
  not_found: 'refused',
  account_disabled: 'disabled',
  rate_limited: 'limited',
  unavailable: 'unavailable',
}

function callsOf(app: TestApp, caller = 'conformance') {
  return createCalls(() => ({ auth: app.auth, log: () => {} }), {
    caller: caller.replaceAll('.', '-'),
    rights: ['verify', 'login', 'sessions'],
  })
}

export const DRIVERS: readonly Driver[] = [v1, v1ByAccessToken, stable, cookie, rpc]
