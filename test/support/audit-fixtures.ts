// What the tests of the record share: events as they are stored, and acts that leave some.
import { expect } from 'vitest'
import type { AuditEvent } from '../../src/stores/audit/audit-event.ts'
import { claimsOf, rows } from './fixtures.ts'
import { anyAddress, startApp, type TestApp } from './harness.ts'

interface EventRow {
  readonly what: string
  readonly outcome: string
  readonly reason: string | null
  readonly user_id: string | null
  readonly session_id: string | null
  readonly actor: string
  readonly ip: string | null
  readonly user_agent: string | null
  readonly face: string
  readonly id: string
  readonly at: number
}

/** In the order of writing, once all that goes on after replies is done. */
export async function eventsOf(app: TestApp, ...acts: readonly AuditEvent['what'][]): Promise<readonly EventRow[]> {
  await app.settle()
  const all = await rows<EventRow & { readonly seq: number }>('SELECT * FROM audit_events ORDER BY seq')
  return all.filter(({ what }) => acts.length === 0 || acts.some((act) => act === what)).map(({ seq: _, ...event }) => event)
}

/** The acts alone. */
export async function actsOf(app: TestApp): Promise<readonly string[]> {
  return (await eventsOf(app)).map(({ what, outcome }) => (outcome === 'success' ? what : `${what} ${outcome}`))
}

/** Forgets what has happened so far, so that a test sees its own act alone. */
export async function forgetEvents(app: TestApp): Promise<void> {
  await app.settle()
  await rows('DELETE FROM audit_events')
  app.log.length = 0
}

export const AGENT = 'Browser/1.0'

/** A request of `v1` with an address and an agent that the record can be looked through for. */
export async function act(
  app: TestApp,
  method: string,
  path: string,
  { body, token }: { readonly body?: unknown; readonly token?: string } = {},
) {
  const ip = anyAddress()
  const reply = await app.v1(method, path, {
    ip,
    headers: { 'User-Agent': AGENT },
    ...(body !== undefined && { body }),
    ...(token !== undefined && { token }),
  })
  return { ...reply, ip }
}

export const EMAIL = 'ada@example.com'
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

/** An app with one account, signed in, and nothing on record yet. */
export async function startSignedIn() {
  const app = await startApp()
  await app.createAccount({ email: EMAIL, username: 'ada' })
  const { access_token: token, refresh_token: refreshToken, user } = await app.signIn(EMAIL)
  await forgetEvents(app)
  return { app, token, refreshToken, userId: user.id, sessionId: claimsOf(token).sid as string }
}

/** An event of a request made with `act`, by the user unless it says otherwise. */
export function eventOf(app: TestApp, ip: string, fields: Record<string, unknown>) {
  const usual = { outcome: 'success', reason: null, session_id: null, actor: 'user', face: 'v1' }
  return { id: UUID, at: app.clock.now, ip, user_agent: AGENT, ...usual, ...fields }
}
