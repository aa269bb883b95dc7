// What changes an account, or proves one: from registration to deletion.
import { expect } from 'vitest'
import { ask, askToMove, forget, linkTo, move, NEW_PASSWORD, signInStatus } from '../../support/account-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, type TestApp } from '../../support/harness.ts'
import { createPinAccount, PIN, pinLogin } from '../../support/http/cookie-browser.ts'
import { cookieOf, submit } from '../../support/http/page-browser.ts'
import type { Operation } from './operation.ts'

const newName = () => `user-${crypto.randomUUID().slice(0, 18)}`

/** A request from one address however often it is sent. */
function asker(app: TestApp, method: string, path: string, body?: unknown, token?: string) {
  const ip = anyAddress()
  return () => app.v1(method, path, { ip, ...(body !== undefined && { body }), ...(token !== undefined && { token }) })
}

async function createPerson(app: TestApp) {
  const username = newName()
  const email = await app.createAccount({ username, email: `${username}@example.com` })
  const { access_token: token, user } = await app.signIn(email)
  return { email, username, token, userId: user.id }
}

async function register(app: TestApp) {
  const username = newName()
  const email = `${username}@example.com`
  return { email, username, send: asker(app, 'POST', '/register', { email, username, password: PASSWORD }) }
}

async function createRegistration(app: TestApp) {
  const { send, ...registration } = await register(app)
  return { ...registration, cookie: cookieOf(await send()) }
}

/** @param how what the form says besides the link, or the cookie that goes along with it */
function confirmingByPage(how: (cookie: string) => Readonly<Record<string, string>>): Operation {
  return {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, username, cookie: own } = await createRegistration(app)
      const { cookie, ...fields } = how(own)
      const options = { ip: anyAddress(), ...(cookie !== undefined && { cookie }) }
      const form = { token: await app.mailedToken(email), ...fields }
      return {
        send: () => submit(app, '/verify-email', form, options),
        async proveDone() {
          await expectOneUser(app, email, username, fields.new_password)
          if (fields.new_password !== undefined) expect(await signInStatus(app, email, PASSWORD)).toBe(401)
        },
      }
    },
  }
}

async function confirm(app: TestApp, token: string): Promise<number> {
  return (await app.v1('GET', `/verify-email?token=${token}`)).status
}

async function expectOneUser(app: TestApp, email: string, username: string, password: string = PASSWORD): Promise<void> {
  expect(await rows('SELECT username FROM users WHERE email = ?', email)).toEqual([{ username }])
  expect(await rows('SELECT expires_at FROM username_claims WHERE email = ?', email)).toEqual([{ expires_at: null }])
  expect(await signInStatus(app, email, password)).toBe(200)
}

async function expectPassword(app: TestApp, email: string, password: string, former: string): Promise<void> {
  expect([await signInStatus(app, email, password), await signInStatus(app, email, former)]).toEqual([200, 401])
}

export const ACCOUNT_OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /register': {
    done: 201,
    again: 201,
    async prepare(app) {
      const { email, username, send } = await register(app)
      return {
        send,
        async proveDone() {
          // One mail for each time it was sent, two at most here.
          expect((await app.mailTo(email)).length).toBeLessThanOrEqual(2)
          expect(await confirm(app, await app.mailedToken(email))).toBe(200)
          await expectOneUser(app, email, username)
        },
      }
    },
  },
  'POST /resend-verification': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, username } = await createRegistration(app)
      return {
        send: asker(app, 'POST', '/resend-verification', { email }),
        async proveDone() {
          const mails = (await app.mailTo(email)).length
          expect([2, 3]).toContain(mails)
          expect(await confirm(app, await app.mailedToken(email))).toBe(200)
          await expectOneUser(app, email, username)
        },
      }
    },
  },
  'GET /verify-email': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, username } = await createRegistration(app)
      const path = `/verify-email?token=${await app.mailedToken(email)}`
      return { send: () => app.v1('GET', path), proveDone: () => expectOneUser(app, email, username) }
    },
  },
  'POST /verify-email, the page, where it was registered': confirmingByPage((cookie) => ({ cookie })),
  'POST /verify-email, the page, elsewhere with the password': confirmingByPage(() => ({ password: PASSWORD })),
  'POST /verify-email, the page, elsewhere with a new password': confirmingByPage(() => ({ new_password: NEW_PASSWORD })),
  'POST /forgot-password': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, userId } = await createPerson(app)
      return {
        userId,
        send: asker(app, 'POST', '/forgot-password', { email }),
        async proveDone() {
          const token = await linkTo(app, email, 'reset-password')
          expect((await ask(app, 'POST', '/reset-password', { token, password: NEW_PASSWORD })).status).toBe(200)
          await expectPassword(app, email, NEW_PASSWORD, PASSWORD)
        },
      }
    },
  },
  'POST /reset-password': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, token: session, userId } = await createPerson(app)
      const token = await forget(app, email)
      return {
        userId,
        send: asker(app, 'POST', '/reset-password', { token, password: NEW_PASSWORD }),
        async proveDone() {
          await expectPassword(app, email, NEW_PASSWORD, PASSWORD)
          expect((await app.v1('GET', '/me', { token: session })).status).toBe(401)
        },
      }
    },
  },
  'POST /change-password': {
    done: 200,
    // The current password is another one by now.
    again: 401,
    async prepare(app) {
      const { email, token, userId } = await createPerson(app)
      const { access_token: other } = await app.signIn(email)
      const body = { current_password: PASSWORD, new_password: NEW_PASSWORD }
      return {
        userId,
        send: asker(app, 'POST', '/change-password', body, token),
        async proveDone() {
          await expectPassword(app, email, NEW_PASSWORD, PASSWORD)
          expect((await app.v1('GET', '/me', { token: other })).status).toBe(401)
        },
      }
    },
  },
  'POST /change-email': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { token, userId } = await createPerson(app)
      const email = `${newName()}@example.com`
      return {
        userId,
        send: asker(app, 'POST', '/change-email', { email, password: PASSWORD }, token),
        async proveDone() {
          const link = await linkTo(app, email, 'confirm-email-change')
          expect((await ask(app, 'POST', '/confirm-email-change', { token: link })).status).toBe(200)
          expect(await signInStatus(app, email)).toBe(200)
        },
      }
    },
  },
  'POST /confirm-email-change': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, username, token, userId } = await createPerson(app)
      const next = `${newName()}@example.com`
      const link = await askToMove(app, token, next)
      return {
        userId,
        send: asker(app, 'POST', '/confirm-email-change', { token: link }),
        async proveDone() {
          await expectOneUser(app, next, username)
          expect(await signInStatus(app, email)).toBe(401)
        },
      }
    },
  },
  'POST /undo-email-change': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, token, userId } = await createPerson(app)
      const link = await move(app, token, email, `${newName()}@example.com`)
      return {
        userId,
        send: asker(app, 'POST', '/undo-email-change', { token: link }),
        async proveDone() {
          expect(await rows('SELECT email FROM users WHERE id = ?', userId)).toEqual([{ email }])
          expect((await app.v1('GET', '/me', { token })).status).toBe(401)
          expect(await signInStatus(app, email)).toBe(401)
          const link = await linkTo(app, email, 'reset-password')
          expect((await ask(app, 'POST', '/reset-password', { token: link, password: NEW_PASSWORD })).status).toBe(200)
        },
      }
    },
  },
  'PATCH /me': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, token, userId } = await createPerson(app)
      const username = newName()
      return {
        userId,
        send: asker(app, 'PATCH', '/me', { username, first_name: 'Ada' }, token),
        proveDone: () => expectOneUser(app, email, username),
      }
    },
  },
  'DELETE /me': {
    done: 200,
    // Nobody is there to say it to.
    again: 401,
    async prepare(app) {
      const { email, username, token, userId } = await createPerson(app)
      return {
        userId,
        send: asker(app, 'DELETE', '/me', { password: PASSWORD }, token),
        async proveDone() {
          expect(await signInStatus(app, email)).toBe(401)
          expect(await rows('SELECT * FROM erasures WHERE email = ?', email)).toEqual([])
          expect(await rows('SELECT * FROM username_claims WHERE username_key = ?', username)).toEqual([])
        },
      }
    },
  },
  'POST /reauthenticate': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { token, userId } = await createPerson(app)
      return { userId, send: asker(app, 'POST', '/reauthenticate', { password: PASSWORD }, token) }
    },
  },
  'PUT /pin': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { username, token, userId } = await createPerson(app)
      return {
        userId,
        send: asker(app, 'PUT', '/pin', { pin: PIN, current_password: PASSWORD }, token),
        proveDone: async () => expect((await pinLogin(app, username)).status).toBe(200),
      }
    },
  },
  'DELETE /pin': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { email, username } = await createPinAccount(app)
      const { access_token: token, user } = await app.signIn(email)
      return {
        userId: user.id,
        send: asker(app, 'DELETE', '/pin', undefined, token),
        proveDone: async () => expect((await pinLogin(app, username)).status).toBe(401),
      }
    },
  },
}
