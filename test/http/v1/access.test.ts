// Every endpoint asks for what its definition says.
import { describe, expect, it } from 'vitest'
import { v1Endpoints } from '../../../src/http/v1/routes.ts'
import { PASSWORD, startApp } from '../../support/harness.ts'
import { createPinAccount, pinSignIn } from '../../support/http/cookie-browser.ts'

const pathOf = (path: string) => path.replace(/:\w+/g, '0'.repeat(64))

const that = (...kinds: readonly string[]) =>
  v1Endpoints.filter(({ access }) => kinds.includes(access)).map(({ method, path, access }) => [method, path, access] as const)

describe('an endpoint of v1', () => {
  it.each(that('session', 'aal1', 'recent', 'optional'))(
    '%s %s (%s) refuses who shows nothing, and a token that is none',
    async (method, path) => {
      const app = await startApp()
      const withoutToken = await app.v1(method, pathOf(path), method === 'GET' ? {} : { body: {} })
      expect([withoutToken.status, withoutToken.body.code]).toEqual([401, 'unauthorized'])
      const withNone = await app.v1(method, pathOf(path), { token: 'none', ...(method === 'GET' ? {} : { body: {} }) })
      expect([withNone.status, withNone.body.code]).toEqual([401, 'invalid_token'])
    },
  )

  it.each(that('aal1', 'recent'))('%s %s (%s) refuses a session that a PIN has opened', async (method, path) => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const { accessToken: token } = await pinSignIn(app, username)
    const reply = await app.v1(method, pathOf(path), { token, body: {} })
    expect([reply.status, reply.body.code]).toEqual([403, 'forbidden'])
  })

  it.each(that('recent'))('%s %s (%s) refuses a session whose password was given too long ago', async (method, path) => {
    const app = await startApp()
    const { refresh_token } = await app.signIn(await app.createAccount())
    app.clock.advance(601)
    const { access_token: token } = (await app.v1('POST', '/refresh', { body: { refresh_token } })).body
    const reply = await app.v1(method, pathOf(path), { token, body: {} })
    expect([reply.status, reply.body.code]).toEqual([403, 'reauthentication_required'])
  })

  it.each(that('session'))('%s %s (%s) lets a session go on that a PIN has opened', async (method, path) => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const { accessToken: token } = await pinSignIn(app, username)
    const reply = await app.v1(method, pathOf(path), { token, ...(method === 'GET' ? {} : { body: {} }) })
    expect([200, 404]).toContain(reply.status)
  })

  it.each(that('public'))('%s %s (%s) never asks for a token', async (method, path) => {
    const app = await startApp()
    await app.createAccount({ email: 'ada@example.com' })
    const body = { email: 'ada@example.com', password: PASSWORD, token: '0'.repeat(64) }
    const reply = await app.v1(method, pathOf(path), method === 'GET' ? {} : { body })
    expect(reply.body.code).not.toBe('unauthorized')
    expect(reply.status).toBeLessThan(401)
  })
})
