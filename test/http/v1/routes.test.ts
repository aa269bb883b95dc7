// Which method does what on which path of the face: 404, 405 with `Allow`, OPTIONS, and HEAD without side effects.
import { describe, expect, it } from 'vitest'
import { countRows } from '../../support/fixtures.ts'
import { PASSWORD, startApp } from '../../support/harness.ts'
import { expectCommonHeaders, expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const ROUTES = [
  ['/register', 'POST, OPTIONS'],
  ['/resend-verification', 'POST, OPTIONS'],
  ['/verify-email', 'GET, OPTIONS'],
  ['/login', 'POST, OPTIONS'],
  ['/me', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
  ['/reauthenticate', 'POST, OPTIONS'],
  ['/forgot-password', 'POST, OPTIONS'],
  ['/reset-password', 'POST, OPTIONS'],
  ['/change-password', 'POST, OPTIONS'],
  ['/change-email', 'POST, OPTIONS'],
  ['/confirm-email-change', 'POST, OPTIONS'],
  ['/undo-email-change', 'POST, OPTIONS'],
  ['/pin', 'PUT, DELETE, OPTIONS'],
  ['/refresh', 'POST, OPTIONS'],
  ['/logout', 'POST, OPTIONS'],
  ['/revoke-all', 'POST, OPTIONS'],
  ['/sessions', 'GET, HEAD, OPTIONS'],
  [`/sessions/${'0'.repeat(64)}`, 'DELETE, OPTIONS'],
] as const

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']

describe.each(ROUTES)('v1: %s', (path, allow) => {
  it('answers every other method with 405 and what it allows', async () => {
    const app = await startApp()
    const others = METHODS.filter((method) => !allow.split(', ').includes(method))
    for (const method of others) {
      const reply = await app.v1(method, path)
      expect(`${reply.status} ${reply.headers.get('Allow')}`, method).toBe(`405 ${allow}`)
      if (method === 'HEAD') expectCommonHeaders(reply)
      else expectRefusal(reply, REFUSED.methodNotAllowed)
    }
  })

  it('answers OPTIONS with what it allows', async () => {
    const reply = await (await startApp()).v1('OPTIONS', path)
    expect([reply.status, reply.headers.get('Allow'), reply.text]).toEqual([204, allow, ''])
    expectCommonHeaders(reply)
  })
})

describe('v1: paths', () => {
  it.each([
    '',
    '/',
    '/nothing',
    '/login/',
    '/login/x',
    '/sessions/',
    '/sessions/a/b',
    '/LOGIN',
    '//login',
    '/login%2f',
    '/..;/login',
  ])('says 404 in its own words for %j, whatever the method', async (path) => {
    const app = await startApp()
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) expectRefusal(await app.v1(method, path), REFUSED.notFound)
  })
})

describe('v1: HEAD', () => {
  it('answers like GET without the body where reading changes nothing', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    for (const path of ['/me', '/sessions']) {
      const reply = await app.v1('HEAD', path, { token })
      expect([reply.status, reply.text, reply.headers.get('Content-Type')]).toEqual([200, '', 'application/json; charset=utf-8'])
      expect((await app.v1('HEAD', path)).status).toBe(401)
    }
  })

  it('confirms no address, here or on the page behind the mailed link', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'head@example.com', password: PASSWORD } })
    const token = await app.mailedToken('head@example.com')
    expect((await app.v1('HEAD', `/verify-email?token=${token}`)).status).toBe(405)
    expect((await app.request('HEAD', `/verify-email?token=${token}`)).status).toBe(200)
    expect(await countRows('users')).toBe(0)
    expect((await app.v1('GET', `/verify-email?token=${token}`)).status).toBe(200)
    expect(await countRows('users')).toBe(1)
  })
})
