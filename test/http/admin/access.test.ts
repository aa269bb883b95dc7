// Every endpoint asks for what its definition says.
import { describe, expect, it } from 'vitest'
import { ADMIN_PATH, adminEndpoints } from '../../../src/http/admin/routes.ts'
import { ADMIN_KEY, BINDINGS, startApp, type TestApp } from '../../support/harness.ts'

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e'

const that = (...kinds: readonly string[]) =>
  adminEndpoints.filter(({ access }) => kinds.includes(access)).map(({ method, path, access }) => [method, path, access] as const)

function ask(app: TestApp, method: string, path: string, token?: string) {
  const body = method === 'GET' || path === '/import' ? {} : { body: {} }
  return app.request(method, ADMIN_PATH + path.replace(/:\w+/g, ID), { ...body, ...(token !== undefined && { token }) })
}

async function signInAdmin(app: TestApp) {
  const email = await app.createAccount()
  await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE email = ?`).bind(email).run()
  return app.signIn(email)
}

describe('an endpoint of the admin API', () => {
  it('is open to nobody who is no operator', () => {
    expect(adminEndpoints.map(({ access }) => access).filter((access) => access !== 'look' && access !== 'change')).toEqual([])
  })

  it.each(that('look', 'change'))('%s %s (%s) refuses who shows nothing, and users without the right', async (method, path) => {
    const app = await startApp()
    const nobody = await ask(app, method, path)
    expect([nobody.status, nobody.body.code]).toEqual([401, 'unauthorized'])
    const { access_token: token } = await app.signIn(await app.createAccount())
    const user = await ask(app, method, path, token)
    expect([user.status, user.body.code]).toEqual([403, 'forbidden'])
  })

  it.each(that('look', 'change'))(
    '%s %s (%s) asks a user with the right for a recent password where it changes something',
    async (method, path, access) => {
      const app = await startApp()
      const { refresh_token } = await signInAdmin(app)
      app.clock.advance(601)
      const { access_token: token } = (await app.v1('POST', '/refresh', { body: { refresh_token } })).body
      const reply = await ask(app, method, path, token)
      if (access === 'change') expect([reply.status, reply.body.code]).toEqual([403, 'reauthentication_required'])
      else expect([200, 404]).toContain(reply.status)
    },
  )

  it.each(that('look', 'change'))('%s %s (%s) lets the admin key through', async (method, path) => {
    const reply = await ask(await startApp(), method, path, ADMIN_KEY)
    expect([200, 400, 404]).toContain(reply.status)
  })
})
