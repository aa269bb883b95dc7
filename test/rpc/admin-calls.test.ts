// `AdminService`: the acts of an operator over a binding, as far as its props go.
import { describe, expect, it } from 'vitest'
import { createAdminCalls } from '../../src/rpc/admin-calls.ts'
import { rows } from '../support/fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../support/harness.ts'

const NEW = 'four unusual words here'
const NOBODY = '00000000-0000-4000-8000-000000000000'

const callsOf = (app: TestApp, props: unknown = { caller: 'console', rights: ['admin'] }) =>
  createAdminCalls(() => ({ admin: app.admin, log: () => {} }), props)

async function withAccount() {
  const app = await startApp()
  const email = await app.createAccount({ username: 'ada' })
  const { access_token: token, user } = await app.signIn(email)
  return { app, email, token, id: user.id as string, calls: callsOf(app) }
}

const unwrap = async <T>(result: Promise<{ ok: true; value: T } | { ok: false; code: string }>): Promise<T> => {
  const answer = await result
  if (!answer.ok) throw new Error(answer.code)
  return answer.value
}

describe('AdminService', () => {
  it('finds an account, tells its story, and changes it, for the next request', async () => {
    const { app, email, token, id, calls } = await withAccount()
    expect(await unwrap(calls.listUsers({ search: 'ad', limit: 5 }))).toMatchObject({ users: [{ id, email }], next: null })
    expect(await unwrap(calls.getUser(id))).toMatchObject({ user: { id, credentials: ['password'] }, cannot_sign_in: null })
    expect(await unwrap(calls.grantPermissions(id, ['b', 'a']))).toEqual({ permissions: ['a', 'b'] })
    expect(await unwrap(calls.editUser(id, { last_name: 'Byron', first_name: '' }))).toMatchObject({ last_name: 'Byron' })
    expect(await unwrap(calls.listSessions(id))).toMatchObject({ sessions: [{ amr: ['pwd'] }] })
    expect(await unwrap(calls.setPassword(id, NEW))).toEqual({ id })
    expect((await app.v1('GET', '/me', { token })).status).toBe(401)
    expect((await app.v1('POST', '/login', { body: { email, password: NEW } })).status).toBe(200)
    expect(await unwrap(calls.disableUser(id))).toEqual({ id })
    expect(await unwrap(calls.getUser(id))).toMatchObject({ cannot_sign_in: 'The account is disabled.' })
    expect(await unwrap(calls.deleteUser(id))).toEqual({ id })
    expect(await calls.getUser(id)).toEqual({ ok: false, code: 'not_found' })
  })

  it('makes accounts by the rules of everybody, and names the members that break them', async () => {
    const { calls, email } = await withAccount()
    expect(await unwrap(calls.createUser({ email: 'new@example.com', password: NEW, verified: true }))).toMatchObject({
      email: 'new@example.com',
      email_verified: true,
    })
    expect(await calls.createUser({ email: 'x', password: NEW })).toEqual({
      ok: false,
      code: 'invalid_request',
      errors: [{ field: 'email', message: 'must be an e-mail address' }],
    })
    expect(await calls.createUser({ email, password: NEW })).toMatchObject({ ok: false, code: 'email_taken' })
  })

  it('brings users by the file, as text or as a stream, and hands them out again', async () => {
    const { calls, app } = await withAccount()
    const lines = (...users: readonly object[]) => users.map((user) => JSON.stringify(user)).join('\n')
    const file = lines({ email: 'a@example.com', id: 1 }, { email: 'b@example.com', id: 2 })
    expect(await unwrap(calls.importUsers(file, { dry_run: true }))).toMatchObject({ dry_run: true, imported: 2 })
    expect(await unwrap(calls.importUsers(new Blob([file]).stream(), {}))).toMatchObject({ imported: 2 })
    expect(await unwrap(calls.importUsers(file, undefined))).toMatchObject({ imported: 0, present: 2 })
    expect(await calls.importUsers(lines({ email: 'x' }), {})).toMatchObject({ code: 'invalid_request', errors: [{ line: 1 }] })
    expect(await calls.importUsers(7, {})).toMatchObject({ code: 'invalid_request' })
    const exported = await new Response(await unwrap(calls.exportUsers({}))).text()
    expect(exported.trim().split('\n')).toHaveLength(3)
    const looker = callsOf(app, { caller: 'console', rights: ['admin-look'] })
    expect(await looker.importUsers(file, {})).toMatchObject({ code: 'forbidden' })
    expect(await looker.exportUsers({})).toMatchObject({ code: 'forbidden' })
  })

  it('is on record as the worker that acted', async () => {
    const { id, calls, app } = await withAccount()
    await calls.unlockUser(id)
    await app.settle()
    expect(await rows('SELECT actor, face FROM audit_events WHERE what = ?', 'account_unlocked')).toEqual([
      { actor: 'worker:console', face: 'rpc' },
    ])
  })

  it('only looks with the right to look, and does nothing without one', async () => {
    const { app, id } = await withAccount()
    const looking = callsOf(app, { rights: ['admin-look'] })
    expect((await looking.getUser(id)).ok).toBe(true)
    for (const denied of [looking.disableUser(id), looking.setPassword(id, NEW), looking.createUser({}), looking.retryMail('x')]) {
      expect(await denied).toEqual({ ok: false, code: 'forbidden' })
    }
    for (const props of [null, {}, { rights: ['verify', 'login', 'users', 'sessions'] }, { rights: 'admin' }]) {
      const calls = callsOf(app, props)
      expect([await calls.listUsers({}), await calls.signOutUser(id)]).toEqual([
        { ok: false, code: 'forbidden' },
        { ok: false, code: 'forbidden' },
      ])
    }
  })

  it.each([[7], [null], [{}], [['a']], ['x'.repeat(20_000)]])('takes %j for an invalid request', async (argument) => {
    const { calls } = await withAccount()
    expect(await calls.disableUser(argument)).toMatchObject({ ok: false, code: 'invalid_request' })
    expect(await calls.createUser([argument])).toMatchObject({ ok: false, code: 'invalid_request' })
    expect(await calls.grantPermissions(NOBODY, argument)).toMatchObject({
      ok: false,
      code: expect.stringMatching(/invalid_request|not_found/),
    })
  })

  it('lists what is pending, on record and in the mail, and counts', async () => {
    const { app, calls, id } = await withAccount()
    await app.v1('POST', '/register', { body: { email: 'b@example.com', password: PASSWORD } })
    await app.settle()
    expect(await unwrap(calls.listRegistrations({ search: 'b@example.com' }))).toMatchObject({
      registrations: [{ email: 'b@example.com' }],
    })
    expect((await unwrap(calls.listEvents({ user: id, limit: 1 }))).events).toMatchObject([{ what: 'sign_in' }])
    expect((await unwrap(calls.listMails({ state: 'sent' }))).mails).toHaveLength(2)
    expect((await unwrap(calls.readStats({ days: 1 }))).accounts.all).toBe(1)
    expect(await calls.listMails({ state: 'x' })).toMatchObject({ ok: false, code: 'invalid_request' })
  })
})
