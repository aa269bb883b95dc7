// Keys that have changed, and stores that are older than what has happened: a D1 that was restored, a copy in KV that is stale.
import { rows } from '../../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp } from '../../../support/harness.ts'
import type { Attack, AttackClass, Attempt } from '../attack.ts'
import { everyTokenDoor } from '../doors.ts'
import { createPerson, type Person, type Scene } from '../scene.ts'

const V1 = '/api/v1/auth'
const NEXT_SECRET = 'Vv7mPq2LxK9sTzR4bYw8cNf1hJd6gAe3uQo5iMkXtB0'

type Row = Readonly<Record<string, string | number | null>>

/** The rows of tables as they were, put back in place of what they have become. */
async function snapshot(tables: readonly string[]): Promise<() => Promise<void>> {
  const kept = await Promise.all(tables.map(async (table) => [table, await rows<Row>(`SELECT * FROM ${table}`)] as const))
  return async () => {
    for (const [table, before] of kept) {
      await BINDINGS.DB.prepare(`DELETE FROM ${table}`).run()
      for (const row of before) {
        const marks = Object.keys(row).map(() => '?')
        await BINDINGS.DB.prepare(`INSERT INTO ${table} (${Object.keys(row)}) VALUES (${marks})`)
          .bind(...Object.values(row))
          .run()
      }
    }
  }
}

const held = ({ access, stable, refresh, cookies }: Person): readonly Attempt[] => [
  { method: 'GET', path: `${V1}/me`, token: access },
  { method: 'GET', path: '/api/stable/auth/whoami', token: stable },
  { method: 'POST', path: `${V1}/refresh`, body: { refresh_token: refresh } },
  { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${cookies.refreshToken}` } },
  { call: 'verifyToken', with: [access] },
  { call: 'authenticate', with: [stable, { freshness: 'strict' }] },
]

/** D1 as it was before something ended the sessions of a person, as Time Travel brings it back. */
function restored(name: string, end: (scene: Scene, person: Person) => Promise<unknown>): Attack {
  return {
    name: `revives no session by a D1 from before ${name}`,
    changes: true,
    async attempts(scene) {
      const person = await createPerson(scene.app, `restored-${crypto.randomUUID().slice(0, 8)}`)
      const restore = await snapshot(['users', 'one_time_tokens', 'username_claims'])
      await end(scene, person)
      await scene.app.settle()
      await restore()
      return held(person)
    },
    answer: 'ended',
  }
}

async function resetPassword({ app }: Scene, { email }: Person): Promise<void> {
  await app.v1('POST', '/forgot-password', { body: { email }, ip: anyAddress() })
  const token = await app.mailedToken(email)
  await app.v1('POST', '/reset-password', { body: { token, password: 'quite another one' }, ip: anyAddress() })
}

const RESTORES: readonly Attack[] = [
  restored('a sign-out everywhere', ({ app }, { access }) => app.v1('POST', '/revoke-all', { token: access })),
  restored('the end of each session', async ({ app, admin }, { id }) => {
    const { sessions } = (await app.v1('GET', `/sessions?user_id=${id}`, { token: admin.access })).body
    for (const session of sessions) await app.v1('DELETE', `/sessions/${session.id}`, { token: admin.access })
  }),
  restored('the deletion of the account', ({ app }, { access }) =>
    app.v1('DELETE', '/me', { token: access, body: { password: PASSWORD }, ip: anyAddress() }),
  ),
  restored('a reset of the password', resetPassword),
  {
    name: 'revives no session by a copy in KV from before its end, where strict is asked',
    changes: true,
    async attempts({ app }) {
      const person = await createPerson(app, `copied-${crypto.randomUUID().slice(0, 8)}`)
      await app.settle()
      const key = `session:${person.sessionId}`
      const copy = await BINDINGS.SESSIONS.get(key)
      await app.v1('POST', '/logout', { token: person.access })
      await BINDINGS.SESSIONS.put(key, copy ?? '{}')
      return [
        { method: 'GET', path: `${V1}/me`, token: person.access },
        { method: 'POST', path: `${V1}/refresh`, body: { refresh_token: person.refresh } },
        { call: 'verifyToken', with: [person.access] },
      ]
    },
    answer: 'refused',
  },
  {
    name: 'revives no session by a session epoch that was put back by hand',
    changes: true,
    async attempts({ app }) {
      const person = await createPerson(app, `epoch-${crypto.randomUUID().slice(0, 8)}`)
      const { session_epoch: epoch } =
        (await rows<{ session_epoch: number }>('SELECT session_epoch FROM users WHERE id = ?', person.id))[0] ?? {}
      await app.v1('POST', '/revoke-all', { token: person.access })
      await BINDINGS.DB.prepare('UPDATE users SET session_epoch = ? WHERE id = ?').bind(epoch, person.id).run()
      return held(person)
    },
    answer: 'ended',
  },
]

/** What a session of an epoch that D1 has forgotten is worth once its user ends all sessions, by whichever way. */
function forgotten(how: string, end: (scene: Scene, person: Person, token: string) => Promise<unknown>): Attack {
  return {
    name: `revives no session of an epoch that D1 has forgotten by ${how}`,
    changes: true,
    async attempts(scene) {
      const { app } = scene
      const person = await createPerson(app, `forgotten-${crypto.randomUUID().slice(0, 8)}`)
      const restore = await snapshot(['users'])
      await app.v1('POST', '/revoke-all', { token: person.access })
      const later = await app.signIn(person.email)
      await restore()
      // No restore is over within the second of a bump.
      app.clock.advance(1)
      await end(scene, person, (await app.signIn(person.email)).access_token)
      return [
        { method: 'GET', path: `${V1}/me`, token: later.access_token },
        { method: 'POST', path: `${V1}/refresh`, body: { refresh_token: later.refresh_token } },
        { call: 'verifyToken', with: [later.access_token] },
      ]
    },
    answer: 'refused',
  }
}

const FORGOTTEN: readonly Attack[] = [
  forgotten('the restore alone', async () => {}),
  forgotten('a sign-out everywhere', ({ app }, _, token) => app.v1('POST', '/revoke-all', { token })),
  forgotten('a change of the password', ({ app }, _, token) =>
    app.v1('POST', '/change-password', {
      token,
      body: { current_password: PASSWORD, new_password: 'quite another one' },
      ip: anyAddress(),
    }),
  ),
  forgotten('a reset of the password', resetPassword),
]

const other = (vars: Record<string, string>) => () => startApp({ vars, keepStorage: true })

const ROTATIONS: readonly Attack[] = [
  {
    name: 'takes no refresh token of a secret that is neither the current nor the previous one',
    attempts: ({ victim }) => [
      { method: 'POST', path: `${V1}/refresh`, body: { refresh_token: victim.refresh } },
      { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${victim.cookies.refreshToken}` } },
    ],
    against: other({ AUTH_SECRET: NEXT_SECRET }),
    answer: 'refused',
  },
  {
    name: 'takes no token of a service under another address',
    attempts: ({ victim }) => [
      { method: 'GET', path: `${V1}/me`, token: victim.access },
      { method: 'GET', path: '/api/stable/auth/whoami', token: victim.stable },
      { call: 'verifyToken', with: [victim.access] },
    ],
    against: other({ PUBLIC_URL: 'https://other.example' }),
    answer: 'refused',
  },
  {
    name: 'opens no door while the configuration is broken',
    advisories: ['GHSA-8fpg-xm3f-6cx3'],
    attempts: ({ victim }) => everyTokenDoor(victim.access),
    against: other({ AUTH_SECRET: '' }),
    answer: 'unavailable',
  },
]

export const restores: AttackClass = { name: 'Rotated keys and restored stores', cases: [...ROTATIONS, ...RESTORES, ...FORGOTTEN] }
