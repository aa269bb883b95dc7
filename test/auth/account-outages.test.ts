// An outage is told as one, changes nothing, and the same request works once it is over; and no answer says that something
// is done which no store has.
import { describe, expect, it } from 'vitest'
import { expectRefusal, REFUSED } from '../faces/v1-shapes.ts'
import { breakableBindings, type StoreCall } from '../faults/intercepted-bindings.ts'
import { PASSWORD, type Reply, startApp, type TestApp } from '../support/harness.ts'
import { ask, askToMove, forget, move, NEW_PASSWORD } from './account-fixtures.ts'
import { rows } from './fixtures.ts'

const EMAIL = 'ada@example.com'

interface Signed {
  readonly app: TestApp
  readonly token: string
}

/** Each prepares what it needs and answers how to ask; `stores` are those it cannot do without. */
const OPERATIONS: Readonly<
  Record<string, { stores: readonly StoreCall['store'][]; prepare(signed: Signed): Promise<() => Promise<Reply>> }>
> = {
  'POST /forgot-password': {
    stores: ['database'],
    prepare:
      async ({ app }) =>
      () =>
        ask(app, 'POST', '/forgot-password', { email: EMAIL }),
  },
  'POST /reset-password': {
    stores: ['database', 'limiter'],
    async prepare({ app }) {
      const token = await forget(app, EMAIL)
      return () => ask(app, 'POST', '/reset-password', { token, password: NEW_PASSWORD })
    },
  },
  'POST /change-password': {
    stores: ['database', 'limiter', 'ledger'],
    prepare: async ({ app, token }) => {
      const body = { current_password: PASSWORD, new_password: NEW_PASSWORD }
      return () => ask(app, 'POST', '/change-password', body, token)
    },
  },
  'POST /change-email': {
    stores: ['database', 'limiter', 'ledger'],
    prepare: async ({ app, token }) => {
      const body = { email: 'new@example.com', password: PASSWORD }
      return () => ask(app, 'POST', '/change-email', body, token)
    },
  },
  'POST /confirm-email-change': {
    stores: ['database'],
    async prepare({ app, token }) {
      const link = await askToMove(app, token, 'new@example.com')
      return () => ask(app, 'POST', '/confirm-email-change', { token: link })
    },
  },
  'POST /undo-email-change': {
    stores: ['database'],
    async prepare({ app, token }) {
      const link = await move(app, token, EMAIL, 'new@example.com')
      return () => ask(app, 'POST', '/undo-email-change', { token: link })
    },
  },
  'PATCH /me': {
    stores: ['database', 'limiter', 'ledger'],
    prepare:
      async ({ app, token }) =>
      () =>
        ask(app, 'PATCH', '/me', { username: 'countess' }, token),
  },
  'DELETE /me': {
    stores: ['database', 'limiter', 'ledger'],
    prepare:
      async ({ app, token }) =>
      () =>
        ask(app, 'DELETE', '/me', { password: PASSWORD }, token),
  },
  'POST /reauthenticate': {
    stores: ['database', 'limiter', 'ledger'],
    prepare:
      async ({ app, token }) =>
      () =>
        ask(app, 'POST', '/reauthenticate', { password: PASSWORD }, token),
  },
  'DELETE /pin': {
    stores: ['database', 'ledger'],
    prepare:
      async ({ app, token }) =>
      () =>
        ask(app, 'DELETE', '/pin', undefined, token),
  },
}

const CASES = Object.entries(OPERATIONS).flatMap(([operation, { stores }]) => stores.map((store) => [operation, store] as const))

describe.each(CASES)('%s without the %s', (operation, store) => {
  it.each(['fails', 'is slow'] as const)('which %s: is 503, changes nothing, and works afterwards', async (how) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '100' } })
    await app.createAccount({ email: EMAIL, username: 'ada' })
    const { access_token: token } = await app.signIn(EMAIL)
    const request = await OPERATIONS[operation]?.prepare({ app, token })
    await app.settle()
    const before = await rows('SELECT * FROM users')
    fault.store = store
    fault.how = how
    const reply = await request?.()
    fault.store = null
    if (!reply) throw new Error('nothing was asked')
    expectRefusal(reply, REFUSED.unavailable)
    expect(Number(reply.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await rows('SELECT * FROM users')).toEqual(before)
    expect((await request?.())?.status).toBe(200)
  })
})
