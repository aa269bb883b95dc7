// What `stable` answers look like, exactly, and a client of it.
import { expect } from 'vitest'
import { anyAddress, BINDINGS, PASSWORD, type Reply, type RequestOptions, type TestApp } from '../harness.ts'
import { expectJsonHeaders } from './v1-shapes.ts'

export const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

export function stable(app: TestApp, method: string, path: string, options?: RequestOptions): Promise<Reply> {
  return app.request(method, `/api/stable/auth${path}`, options)
}

export interface StableSession {
  readonly token: string
  readonly sessionId: string
  readonly expire: string
}

export async function signInStable(app: TestApp, username: string, options: RequestOptions = {}): Promise<StableSession> {
  const reply = await stable(app, 'POST', '/login', { body: { username, password: PASSWORD }, ip: anyAddress(), ...options })
  if (reply.status !== 200) throw new Error(`sign-in failed: ${reply.text}`)
  return reply.body.data
}

/** An account with a name and permissions, signed in. */
export async function createSignedIn(app: TestApp, username: string, permissions: readonly string[] = []): Promise<StableSession> {
  await createNamed(app, username, permissions)
  return signInStable(app, username)
}

export async function createNamed(app: TestApp, username: string, permissions: readonly string[] = []): Promise<string> {
  const email = await app.createAccount({ email: `${username.replace(/[^a-z0-9]/gi, '-').toLowerCase()}@example.com`, username })
  await changeUser(email, 'permissions = ?', JSON.stringify(permissions))
  return email
}

export async function changeUser(email: string, set: string, ...values: unknown[]): Promise<void> {
  await BINDINGS.DB.prepare(`UPDATE users SET ${set} WHERE email = ?`)
    .bind(...values, email)
    .run()
}

export function offsetTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', '+00:00')
}

/** The whole success, and the header fields that go with it. */
export function expectData(reply: Reply, data: unknown): void {
  expect({ status: reply.status, body: reply.body }).toEqual({ status: 200, body: { data, status: true } })
  expectJsonHeaders(reply)
}

/** The whole refusal in the envelope, and the header fields that go with its status. */
export function expectRefused(reply: Reply, status: number, message: string): void {
  expect({ status: reply.status, body: reply.body }).toEqual({ status, body: { status: false, code: status, message, data: {} } })
  expectJsonHeaders(reply)
  const fields = ['Allow', 'Retry-After', 'RateLimit', 'RateLimit-Policy'].filter((name) => reply.headers.has(name))
  expect(fields).toEqual(
    { 405: ['Allow'], 429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'], 503: ['Retry-After'] }[status] ?? [],
  )
}

/** What `GrantedAccess` says of a session made now from where tests come from. */
export function accessShape(app: TestApp, members: Readonly<Record<string, unknown>>) {
  return {
    CreatedAt: offsetTime(app.clock.now),
    UpdatedAt: offsetTime(app.clock.now),
    DeletedAt: null,
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    expiresAt: offsetTime(app.clock.now + 315_360_000),
    deactivated: false,
    description: 'Login',
    requesterIP: '192.0.2.7',
    ...members,
  }
}
