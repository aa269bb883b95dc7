// Every answer under the prefix is in the envelope, whatever went wrong and wherever.
import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { createSignedIn, expectRefused, stable } from '../../support/http/stable-shapes.ts'
import { expectCommonHeaders } from '../../support/http/v1-shapes.ts'

const ROUTES = [
  ['/login', 'POST, OPTIONS'],
  ['/user/admin', 'GET, HEAD, OPTIONS'],
  ['/whoami', 'GET, HEAD, OPTIONS'],
  ['/logout', 'GET, DELETE, OPTIONS'],
  ['/token', 'GET, HEAD, OPTIONS'],
] as const

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']

describe.each(ROUTES)('stable: %s', (path, allow) => {
  it('answers every other method with 405 and what it allows, and OPTIONS with the same', async () => {
    const app = await startApp()
    for (const method of METHODS.filter((each) => !allow.split(', ').includes(each))) {
      const reply = await stable(app, method, path)
      expect(`${reply.status} ${reply.headers.get('Allow')}`, method).toBe(`405 ${allow}`)
      if (method === 'HEAD') expectCommonHeaders(reply)
      else expectRefused(reply, 405, 'Method not allowed')
    }
    const reply = await stable(app, 'OPTIONS', path)
    expect([reply.status, reply.headers.get('Allow'), reply.text]).toEqual([204, allow, ''])
    expectCommonHeaders(reply)
  })

  it('answers 503 while the configuration is broken, and the log says what to set', async () => {
    const app = await startApp({ vars: { AUTH_SECRET: undefined } })
    const reply = await stable(app, allow.split(', ')[0] ?? '', path)
    expectRefused(reply, 503, 'The service is temporarily unavailable')
    expect(reply.headers.get('Retry-After')).toBe('60')
    expect(app.log.at(-1)).toMatchObject({
      fields: { status: 503, reason: expect.stringMatching(/^configuration: AUTH_SECRET is missing/) },
    })
  })

  it('carries the fields of CORS for a listed origin, on a refusal too', async () => {
    const app = await startApp()
    const reply = await stable(app, 'PUT', path, { headers: { Origin: 'http://localhost:8080' } })
    expect([reply.status, reply.headers.get('Access-Control-Allow-Origin')]).toEqual([405, 'http://localhost:8080'])
  })
})

describe('stable: what is no route', () => {
  it.each(['', '/', '/nothing', '/login/', '/user', '/user/', '/user/a/b', '/LOGIN', '//login', '/token/x'])(
    'is 404 in the envelope: %j',
    async (path) => {
      const app = await startApp()
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        expectRefused(await stable(app, method, path), 404, 'Not found')
      }
    },
  )

  it('is 503 in the envelope while the configuration is broken', async () => {
    const app = await startApp({ vars: { PUBLIC_URL: 'no url' } })
    expectRefused(await stable(app, 'GET', '/nothing'), 503, 'The service is temporarily unavailable')
  })
})

describe('stable: bodies', () => {
  it.each(['/login', '/logout'])('says 413 and 415 in the envelope: %s', async (path) => {
    const app = await startApp()
    const method = path === '/login' ? 'POST' : 'DELETE'
    expectRefused(await stable(app, method, path, { body: { username: 'x'.repeat(16 * 1024) } }), 413, 'The body is too large')
    const headers = { 'Content-Type': 'text/plain' }
    const message = 'The body must be application/json in UTF-8'
    expectRefused(await stable(app, method, path, { body: 'x', headers }), 415, message)
  })
})

describe('stable: outages', () => {
  it.each(['database', 'ledger'] as const)('says 503, never 401, while the %s is down, and goes on after it', async (store) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { token, sessionId } = await createSignedIn(app, 'admin')
    fault.store = store
    for (const [method, path] of [
      ['GET', '/whoami'],
      ['GET', '/user/admin'],
      ['GET', '/token'],
      ['GET', '/logout'],
      ['DELETE', `/logout?sessionId=${sessionId}`],
    ] as const) {
      expectRefused(await stable(app, method, path, { token }), 503, 'The service is temporarily unavailable')
    }
    const body = { username: 'admin', password: PASSWORD }
    expectRefused(await stable(app, 'POST', '/login', { body }), 503, 'The service is temporarily unavailable')
    await app.settle()
    fault.store = null
    expect((await stable(app, 'GET', '/whoami', { token })).status).toBe(200)
  })

  it('signs nobody in while the limiter is down, and checks tokens all the same', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { token } = await createSignedIn(app, 'admin')
    fault.store = 'limiter'
    const body = { username: 'admin', password: PASSWORD }
    expectRefused(await stable(app, 'POST', '/login', { body }), 503, 'The service is temporarily unavailable')
    expect((await stable(app, 'GET', '/whoami', { token })).status).toBe(200)
  })

  it('says 500 in the envelope, and nothing of what went wrong', async () => {
    const app = await startApp()
    await createSignedIn(app, 'admin')
    await BINDINGS.DB.prepare(`UPDATE signing_keys SET public_jwk = 'no JSON, which no outage explains'`).run()
    app.clock.advance(3600)
    const body = { username: 'admin', password: PASSWORD }
    expectRefused(await stable(app, 'POST', '/login', { body }), 500, 'An internal server error occurred')
  })
})
