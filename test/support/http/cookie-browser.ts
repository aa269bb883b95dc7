// What the tests of the `cookie` face share: an account with a PIN, and a client that sends cookies as it is told.
import { createKeyring } from '../../../src/platform/crypto/keyring.ts'
import { hashPin } from '../../../src/platform/hashing/pin-hash.ts'
import { anyAddress, BINDINGS, type Reply, type RequestOptions, type TestApp } from '../harness.ts'
import { atOnce, hasher } from '../hasher.ts'

export const PIN = '2580'
/** The one the harness's apps start with. */
export const AUTH_SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'

/** An account with a username, and a PIN such as the command line sets it. */
export async function createPinAccount(app: TestApp, { pin = PIN, username = `pin-${crypto.randomUUID().slice(0, 8)}` } = {}) {
  const email = await app.createAccount({ username })
  const { pinHash, pinKeyId } = await hashPin(
    { hasher, keyring: createKeyring({ current: AUTH_SECRET }) },
    pin,
    { ln: 4, r: 1, p: 1 },
    crypto.getRandomValues(new Uint8Array(16)),
    atOnce,
  )
  const insert = `INSERT INTO credentials (user_id, kind, id, data, secret, created_at)
    SELECT id, 'pin', '', json_object('keyId', ?), ?, 0 FROM users WHERE email = ?`
  await BINDINGS.DB.prepare(insert).bind(pinKeyId, pinHash, email).run()
  return { email, username }
}

export function pinLogin(app: TestApp, name: string, pin: string = PIN, options: RequestOptions = {}): Promise<Reply> {
  return app.request('POST', '/auth/login', { body: { name, pin }, ip: anyAddress(), ...options })
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Signs in and returns what is in both cookies. */
export async function pinSignIn(app: TestApp, name: string, pin = PIN): Promise<Tokens> {
  const reply = await pinLogin(app, name, pin)
  if (reply.status !== 200) throw new Error(`sign-in by PIN failed: ${reply.text}`)
  return tokensIn(reply)
}

export function tokensIn(reply: Reply): Tokens {
  const values = new Map(reply.headers.getSetCookie().map((line) => line.split(';')[0]?.split('=') as [string, string]))
  return { accessToken: values.get('accessToken') ?? '', refreshToken: values.get('refreshToken') ?? '' }
}

export function cookieHeader({ accessToken, refreshToken }: Partial<Tokens>): string {
  return Object.entries({ accessToken, refreshToken })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join('; ')
}

export function post(app: TestApp, path: string, cookie: string | null, headers: Record<string, string> = {}): Promise<Reply> {
  return app.request('POST', `/auth${path}`, { headers: { ...(cookie !== null && { Cookie: cookie }), ...headers } })
}
