// Who is there when an attack begins: a victim with sessions on every face, an administrator, and an attacker with an account
// of their own; and what of the world an attack must not change.
import { createCalls } from '../../../src/rpc/calls.ts'
import { claimsOf, rows } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, PIN, pinSignIn, type Tokens } from '../../support/http/cookie-browser.ts'

export interface Person {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly access: string
  readonly refresh: string
  readonly sessionId: string
  /** Of the `stable` face. */
  readonly stable: string
  /** Of the `cookie` face. */
  readonly cookies: Tokens
}

export interface Scene {
  readonly app: TestApp
  readonly victim: Person
  readonly attacker: Person
  readonly admin: Person
}

export { PASSWORD, PIN }

export async function startScene(vars: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const app = await startApp({ vars })
  const [victim, attacker] = [await createPerson(app, 'victim'), await createPerson(app, 'attacker')]
  const admin = await createPerson(app, 'admin', ['systemAdmin'])
  return { app, victim, attacker, admin }
}

export async function createPerson(app: TestApp, username: string, permissions: readonly string[] = []): Promise<Person> {
  const { email } = await createPinAccount(app, { username })
  await BINDINGS.DB.prepare('UPDATE users SET permissions = ? WHERE email = ?').bind(JSON.stringify(permissions), email).run()
  const grant = await app.signIn(email)
  const stable = await app.request('POST', '/api/stable/auth/login', { body: { username, password: PASSWORD }, ip: anyAddress() })
  return {
    id: grant.user.id,
    email,
    username,
    access: grant.access_token,
    refresh: grant.refresh_token,
    sessionId: claimsOf(grant.access_token).sid,
    stable: stable.body.data.token,
    cookies: await pinSignIn(app, username),
  }
}

/** RPC as a worker with these props has it. */
export function callsOf({ app }: Pick<Scene, 'app'>, props: unknown = { rights: ['verify', 'login', 'users', 'sessions'] }) {
  const named = typeof props === 'object' && props !== null ? { caller: `caller-${anyAddress()}`, ...props } : props
  return createCalls(() => ({ auth: app.auth, log: () => {} }), named)
}

/** All that an attack must leave as it is: every account, whatever is under way for it, and each session of the victim's. */
export async function worldOf({ app, victim, admin }: Scene): Promise<unknown> {
  await app.settle()
  const sessionsOf = async ({ access }: Person) => (await app.v1('GET', '/sessions', { token: access })).body
  return {
    users: await rows('SELECT * FROM users ORDER BY id'),
    registrations: await rows('SELECT * FROM registrations ORDER BY id'),
    links: await rows('SELECT * FROM one_time_tokens ORDER BY hash'),
    claims: await rows('SELECT * FROM username_claims ORDER BY username_key'),
    mails: await rows('SELECT id, recipient, purpose FROM outbox ORDER BY id'),
    victimsSessions: await sessionsOf(victim),
    adminsSessions: await sessionsOf(admin),
  }
}
