// What an operator does to accounts, and looks at.
import { expect } from 'vitest'
import { signInStatus } from '../../support/account-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { ADMIN_KEY, anyAddress, BINDINGS, PASSWORD, type TestApp } from '../../support/harness.ts'
import { createPinAccount, PIN, pinLogin } from '../../support/http/cookie-browser.ts'
import { ADMIN } from '../../support/http/operator.ts'
import type { Operation } from './operation.ts'

const NEW_PASSWORD = 'four unusual words here'

interface Person {
  readonly email: string
  readonly username: string
  readonly id: string
  readonly token: string
}

async function createPerson(app: TestApp): Promise<Person> {
  const { email, username } = await createPinAccount(app)
  const { access_token: token, user } = await app.signIn(email)
  return { email, username, id: user.id, token }
}

const asker = (app: TestApp, method: string, path: string, body?: unknown) => () =>
  app.request(method, `${ADMIN}${path}`, { token: ADMIN_KEY, ip: anyAddress(), ...(body !== undefined && { body }) })

const meStatus = async (app: TestApp, { token }: Person) => (await app.v1('GET', '/me', { token })).status

function look(path: (person: Person) => string): Operation {
  return {
    done: 200,
    again: 200,
    async prepare(app) {
      const person = await createPerson(app)
      return { userId: person.id, send: asker(app, 'GET', path(person)) }
    },
  }
}

function act(
  name: string,
  proveDone: (app: TestApp, person: Person) => Promise<void>,
  { method = 'POST', body, again = 200, before }: { method?: string; body?: unknown; again?: number; before?: string } = {},
): Operation {
  return {
    done: 200,
    again,
    async prepare(app) {
      const person = await createPerson(app)
      if (before) await BINDINGS.DB.prepare(`UPDATE users SET ${before} WHERE id = ?`).bind(person.id).run()
      const send = asker(app, method, `/users/${person.id}${name}`, body)
      return { userId: person.id, send, proveDone: () => proveDone(app, person) }
    },
  }
}

const permissionsOf = async ({ id }: Person) =>
  (await rows<{ permissions: string }>('SELECT permissions FROM users WHERE id = ?', id))[0]?.permissions

export const OPERATOR_OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET admin/users': look(({ email }) => `/users?search=${email}`),
  'GET admin/users/:id': look(({ id }) => `/users/${id}`),
  'GET admin/users/:id/sessions': look(({ id }) => `/users/${id}/sessions`),
  'GET admin/registrations': look(() => '/registrations'),
  'GET admin/events': look(({ id }) => `/events?user=${id}`),
  'GET admin/mails': look(() => '/mails'),
  'GET admin/stats': look(() => '/stats'),
  'POST admin/users': {
    done: 201,
    again: 409,
    async prepare(app) {
      const email = `made-${crypto.randomUUID()}@example.com`
      return {
        send: asker(app, 'POST', '/users', { email, password: NEW_PASSWORD, verified: true }),
        async proveDone() {
          expect(await rows('SELECT 1 AS one FROM users WHERE email = ?', email)).toEqual([{ one: 1 }])
          expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
        },
      }
    },
  },
  'POST admin/import': {
    done: 200,
    again: 200,
    async prepare(app) {
      const email = `brought-${crypto.randomUUID()}@example.com`
      const body = JSON.stringify({ email, username: email.split('@')[0], verified: true, id: email })
      const headers = { 'Content-Type': 'application/x-ndjson' }
      return {
        send: () => app.request('POST', `${ADMIN}/import`, { token: ADMIN_KEY, ip: anyAddress(), headers, body }),
        async proveDone(successes) {
          expect(await rows('SELECT count(*) AS n FROM users WHERE email = ?', email)).toEqual([{ n: 1 }])
          expect(await rows('SELECT count(*) AS n FROM import_lines')).toEqual([{ n: 0 }])
          expect(successes.map((reply) => reply.body.imported + reply.body.present)).toEqual(successes.map(() => 1))
        },
      }
    },
  },
  'GET admin/export': look(() => '/export'),
  'PATCH admin/users/:id': act(
    '',
    async (_, { id }) => expect(await rows('SELECT last_name FROM users WHERE id = ?', id)).toEqual([{ last_name: 'Byron' }]),
    { method: 'PATCH', body: { last_name: 'Byron' } },
  ),
  'PATCH admin/users/:id, another address': {
    done: 200,
    again: 200,
    async prepare(app) {
      const person = await createPerson(app)
      const email = `moved-${crypto.randomUUID()}@example.com`
      return {
        userId: person.id,
        send: asker(app, 'PATCH', `/users/${person.id}`, { email, verified: true }),
        proveDone: async () => {
          expect(await signInStatus(app, email, PASSWORD)).toBe(200)
          expect((await app.mailTo(person.email)).filter(({ subject }) => subject.includes('removed'))).toHaveLength(1)
        },
      }
    },
  },
  'DELETE admin/users/:id': act(
    '',
    async (app, person) => {
      expect(await meStatus(app, person)).toBe(401)
      for (const table of ['users', 'erasures']) {
        const column = table === 'users' ? 'id' : 'user_id'
        expect(await rows(`SELECT 1 FROM ${table} WHERE ${column} = ?`, person.id)).toEqual([])
      }
    },
    { method: 'DELETE', again: 404 },
  ),
  'POST admin/users/:id/disable': act('/disable', async (app, person) => {
    expect([await meStatus(app, person), await signInStatus(app, person.email, PASSWORD)]).toEqual([401, 403])
  }),
  'POST admin/users/:id/enable': act(
    '/enable',
    async (app, { email }) => expect(await signInStatus(app, email, PASSWORD)).toBe(200),
    { before: 'disabled_at = 1' },
  ),
  'POST admin/users/:id/unlock': act('/unlock', async (app, { username }) => {
    expect((await pinLogin(app, username, PIN)).status).toBe(200)
  }),
  'POST admin/users/:id/sign-out': act('/sign-out', async (app, person) => {
    expect([await meStatus(app, person), await signInStatus(app, person.email, PASSWORD)]).toEqual([401, 200])
  }),
  'POST admin/users/:id/set-password': act(
    '/set-password',
    async (app, person) => {
      expect(await meStatus(app, person)).toBe(401)
      expect(await signInStatus(app, person.email, NEW_PASSWORD)).toBe(200)
      expect((await pinLogin(app, person.username, PIN)).status).toBe(401)
    },
    { body: { password: NEW_PASSWORD } },
  ),
  'POST admin/users/:id/set-pin': act(
    '/set-pin',
    async (app, { username }) => expect((await pinLogin(app, username, '90210')).status).toBe(200),
    { body: { pin: '90210' } },
  ),
  'POST admin/users/:id/send-reset': act('/send-reset', async (app, { email }) => {
    const reset = { token: await app.mailedToken(email), password: NEW_PASSWORD }
    expect((await app.v1('POST', '/reset-password', { body: reset, ip: anyAddress() })).status).toBe(200)
  }),
  'POST admin/users/:id/verify': act(
    '/verify',
    async (app, { email }) => expect(await signInStatus(app, email, PASSWORD)).toBe(200),
    { before: 'email_verified_at = NULL' },
  ),
  'POST admin/users/:id/grant': act('/grant', async (_, person) => expect(await permissionsOf(person)).toBe('["a"]'), {
    body: { permissions: ['a'] },
  }),
  'POST admin/users/:id/revoke': act('/revoke', async (_, person) => expect(await permissionsOf(person)).toBe('["b"]'), {
    body: { permissions: ['a'] },
    before: `permissions = '["a","b"]'`,
  }),
  'DELETE admin/users/:id/sessions/:sid': {
    done: 200,
    again: 404,
    async prepare(app) {
      const person = await createPerson(app)
      const { sid } = JSON.parse(atob(person.token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''))
      return {
        userId: person.id,
        send: asker(app, 'DELETE', `/users/${person.id}/sessions/${sid}`),
        proveDone: async () => expect(await meStatus(app, person)).toBe(401),
      }
    },
  },
  'POST admin/mails/:id/retry': {
    done: 200,
    again: 404,
    async prepare(app) {
      const email = 'pending@example.com'
      await app.v1('POST', '/register', { body: { email, password: PASSWORD } })
      await app.settle()
      const [mail] = await rows<{ id: string }>(
        'UPDATE outbox SET sent_at = NULL, dead_at = 1, next_attempt_at = 9000000000000000 WHERE recipient = ? RETURNING id',
        email,
      )
      const id = mail?.id ?? ''
      return {
        send: asker(app, 'POST', `/mails/${id}/retry`),
        proveDone: async () =>
          expect(await rows('SELECT dead_at, reason FROM outbox WHERE id = ? AND sent_at IS NOT NULL', id)).toEqual([
            { dead_at: null, reason: null },
          ]),
      }
    },
  },
}
