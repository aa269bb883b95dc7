// Where a credential can be presented, so that a case which makes one is tried at every door there is.
import type { Attack, Attempt, HttpAttempt, Verdict } from './attack.ts'
import type { Scene } from './scene.ts'

const post = (path: string, body?: unknown, headers?: Readonly<Record<string, string>>): HttpAttempt => ({
  method: 'POST',
  path,
  ...(body !== undefined && { body }),
  ...(headers && { headers }),
})

/** A token in every place where one is read, over HTTP and RPC. */
export function everyTokenDoor(token: string): readonly Attempt[] {
  return [
    { method: 'GET', path: '/api/v1/auth/me', token },
    { method: 'GET', path: '/api/v1/auth/sessions', token },
    { method: 'POST', path: '/api/v1/auth/refresh', token },
    { method: 'POST', path: '/api/v1/auth/logout', token },
    { method: 'GET', path: '/api/stable/auth/whoami', token },
    { method: 'DELETE', path: '/api/stable/auth/logout', token },
    post('/api/v1/auth/refresh', { refresh_token: token }),
    post('/auth/refresh', undefined, { Cookie: `refreshToken=${token}` }),
    post('/auth/logout', undefined, { Cookie: `accessToken=${token}` }),
    post('/auth/logout', undefined, { Cookie: `refreshToken=${token}` }),
    { method: 'GET', path: '/api/admin/v1/users', token },
    { method: 'GET', path: '/api/admin/v1/export', token },
    { call: 'verifyToken', with: [token] },
    ...['token', 'edge', 'strict'].map((freshness): Attempt => ({ call: 'authenticate', with: [token, { freshness }] })),
  ]
}

type Forge = (scene: Scene) => string | Promise<string>

/** A token that no door may open for. */
export function forged(name: string, forge: Forge, advisories: readonly string[] = []): Attack {
  return { name, advisories, attempts: async (scene) => everyTokenDoor(await forge(scene)), answer: 'refused' }
}

interface Credentials {
  readonly email?: string
  readonly username?: string
  readonly password?: string
  readonly pin?: string
}

/** Credentials at every sign-in that takes such. */
export function everySignIn({ email, username, password, pin }: Credentials): readonly Attempt[] {
  return [
    ...(email !== undefined && password !== undefined
      ? [post('/api/v1/auth/login', { email, password }), { call: 'login', with: [email, password] } as const]
      : []),
    ...(username !== undefined && password !== undefined
      ? [post('/api/v1/auth/login', { username, password }), post('/api/stable/auth/login', { username, password })]
      : []),
    ...(username !== undefined && pin !== undefined ? [post('/auth/login', { name: username, pin })] : []),
  ]
}

/** @param answer `refused` unless the sign-in may tell the form is no such identifier at all */
export function signIn(name: string, credentials: (scene: Scene) => Credentials, answer: Verdict = 'refused'): Attack {
  return { name, attempts: (scene) => everySignIn(credentials(scene)), answer, ...(answer === 'ok' && { changes: true as const }) }
}
