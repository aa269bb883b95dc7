// The entrypoints as other workers meet them: over real bindings with props, in the worker that is deployed.
import { applyD1Migrations } from 'cloudflare:test'
import { exports as entrypoints } from 'cloudflare:workers'
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import type { AdminServiceBinding } from '../../src/client/admin-binding.ts'
import type { AuthServiceBinding, TokenVerifierBinding } from '../../src/client/bindings.ts'
import { AdminService, AuthService, TokenVerifier } from '../../src/index.ts'
import type { AdminCalls } from '../../src/rpc/admin-calls.ts'
import type { BindingProps } from '../../src/rpc/caller.ts'
import type { Calls } from '../../src/rpc/calls.ts'
import { BINDINGS, PASSWORD } from '../support/harness.ts'
import { hashPassword } from '../support/hasher.ts'

const EMAIL = 'ada@example.com'
const USER_ID = '3f2b8c1e-5d4a-4f6b-9c7d-0123456789ab'
const CHEAP = { ln: 4, r: 1, p: 1 }

// biome-ignore lint/suspicious/noExplicitAny: a caller may try any name
type AnyBinding = Record<string, any>
type Binder<Binding> = (options: { props?: unknown }) => Binding

const { AuthService: bindService, TokenVerifier: bindVerifier } = entrypoints as unknown as {
  AuthService: Binder<AuthServiceBinding & AnyBinding>
  TokenVerifier: Binder<TokenVerifierBinding & AnyBinding>
}

const service = (rights: readonly string[] = ['verify', 'login', 'users', 'sessions']) =>
  bindService({ props: { caller: 'tests', rights } })

/** Without an argument: the token of a sign-in over the binding. */
async function signIn(): Promise<{ token: string; sessionId: string }> {
  const signedIn = await service().login(EMAIL, PASSWORD)
  const payload = signedIn && (await service().verifyToken(signedIn.accessToken))
  if (!signedIn || !payload) throw new Error('not signed in')
  return { token: signedIn.accessToken, sessionId: payload.sid }
}

beforeAll(async () => {
  await applyD1Migrations(BINDINGS.DB, BINDINGS.TEST_MIGRATIONS)
  const insert = 'INSERT INTO users (id, email, password_hash, email_verified_at, created_at, updated_at) VALUES (?, ?, ?, 1, 1, 1)'
  const hash = await hashPassword(PASSWORD, CHEAP, new Uint8Array(16))
  await BINDINGS.DB.prepare(insert).bind(USER_ID, EMAIL, hash).run()
})

const ADMIN_METHODS = [
  ...['createUser', 'deleteUser', 'disableUser', 'editUser', 'enableUser', 'endSession', 'exportUsers', 'getUser'],
  ...['grantPermissions', 'importUsers'],
  ...['listEvents', 'listMails', 'listRegistrations', 'listSessions', 'listUsers', 'readStats', 'retryMail', 'revokePermissions'],
  ...['sendReset', 'setPassword', 'setPin', 'signOutUser', 'unlockUser', 'verifyUser'],
]

/** Every name on the prototypes down to the runtime's own class. */
function callableNames(entrypoint: { readonly prototype: object }): string[] {
  const names: string[] = []
  for (let level = entrypoint.prototype; level !== Object.prototype; level = Object.getPrototypeOf(level))
    names.push(...Object.getOwnPropertyNames(level))
  return [...new Set(names)].filter((name) => name !== 'constructor').sort()
}

describe('the callable surface', () => {
  it('of AuthService is what the contract lists', () => {
    expect(callableNames(AuthService)).toEqual([
      'authenticate',
      'getUser',
      'jwks',
      'login',
      'revokeSession',
      'verifyPassword',
      'verifyToken',
    ])
  })

  it('of TokenVerifier is checking tokens', () => {
    expect(callableNames(TokenVerifier)).toEqual(['authenticate', 'jwks', 'verifyToken'])
  })

  it('of AdminService is the acts of the admin API', () => {
    expect(callableNames(AdminService)).toEqual(ADMIN_METHODS)
  })

  it.each(['calls', '#calls', '_calls', 'env', 'ctx', 'auth', 'settle', 'open', '__proto__', 'login2'])(
    'does not reach %s',
    async (name) => {
      await expect((async () => bindService({ props: {} })[name]())()).rejects.toThrow()
      await expect((async () => bindVerifier({ props: {} })[name]())()).rejects.toThrow()
    },
  )

  it('does not reach the constructor, nor a value of the object', async () => {
    await expect((async () => service().constructor('x'))()).rejects.toThrow()
    await expect((async () => await service().env)()).rejects.toThrow()
    await expect((async () => await service().ctx)()).rejects.toThrow()
  })

  it.each(['verifyPassword', 'login', 'getUser', 'revokeSession'])('does not reach %s over TokenVerifier', async (method) => {
    const binding = bindVerifier({ props: { caller: 'tests', rights: ['verify', 'login', 'users', 'sessions'] } })
    await expect((async () => binding[method]('a', 'b'))()).rejects.toThrow(/does not implement/)
  })

  it('serves no HTTP', async () => {
    for (const binding of [service(), bindVerifier({ props: {} })]) {
      await expect((async () => binding.fetch('https://postern.example/healthz'))()).rejects.toThrow(/fetch/)
    }
  })

  it('is what the client package says of it', () => {
    expectTypeOf<Calls>().toExtend<AuthServiceBinding>()
    expectTypeOf<AdminCalls>().toExtend<AdminServiceBinding>()
    expectTypeOf<Pick<Calls, 'verifyToken' | 'authenticate' | 'jwks'>>().toExtend<TokenVerifierBinding>()
    expectTypeOf<{ caller: 'x'; rights: ['verify'] }>().toExtend<BindingProps>()
  })
})

describe('over a binding', () => {
  it('signs in, checks the token at every freshness and ends the session, all in plain values', async () => {
    const { token, sessionId } = await signIn()
    for (const freshness of ['token', 'edge', 'strict'] as const) {
      expect(await service().authenticate(token, { freshness })).toMatchObject({ ok: true, value: { userId: USER_ID, sessionId } })
    }
    expect(await service().revokeSession(sessionId)).toEqual({ ok: true, value: { id: sessionId } })
    expect(await service().verifyToken(token)).toBeNull()
    expect(await service().authenticate(token, { freshness: 'strict' })).toEqual({ ok: false, code: 'invalid_token' })
  })

  it('answers a login in the words of document 001', async () => {
    const signedIn = await service().login(EMAIL, PASSWORD)
    expect(signedIn).toMatchObject({ accessToken: expect.any(String), user: { id: USER_ID, email: EMAIL, role: 'user' } })
    expect(await service().login(EMAIL, 'wrong password')).toBeNull()
  })

  it('checks a password against a hash', async () => {
    const hash = await hashPassword(PASSWORD, CHEAP, new Uint8Array(16))
    expect(await service().verifyPassword(PASSWORD, hash)).toBe(true)
    expect(await service().verifyPassword('another', hash)).toBe(false)
  })

  it('throws errors whose message is the code, and nothing else', async () => {
    const error: unknown = await service()
      .login(17 as unknown as string, PASSWORD)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toBe('invalid_request')
  })

  it('reads the rights from the props of the binding', async () => {
    const verifierOnly = bindService({ props: { caller: 'tests' } })
    await expect((async () => verifierOnly.login(EMAIL, PASSWORD))()).rejects.toThrow(/^forbidden$/)
    expect(await bindService({}).getUser(USER_ID)).toEqual({ ok: false, code: 'forbidden' })
    expect(await service(['users']).getUser(USER_ID)).toMatchObject({ ok: true, value: { email: EMAIL } })
  })

  it('hands out the public keys, with what a verifier has to know besides', async () => {
    const { token } = await signIn()
    const answer = await bindVerifier({}).jwks()
    if (!answer.ok) throw new Error(answer.code)
    const { kid } = JSON.parse(atob(token.split('.')[0] ?? '')) as { kid: string }
    expect(answer.value.keys.map((key) => key.kid)).toContain(kid)
    expect(answer.value.keys.every((key) => !('d' in key))).toBe(true)
    expect(answer.value).toMatchObject({ issuer: expect.stringMatching(/^http/), maxTokenAgeSeconds: 900 })
  })
})
