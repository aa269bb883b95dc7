// CORS in the very fields of document 004: on replies, refusals and preflights, for listed origins only.
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../src/http/app.ts'
import { PASSWORD, PUBLIC_URL, type Reply, startApp } from '../../support/harness.ts'
import { expectCommonHeaders } from '../../support/http/v1-shapes.ts'

const ORIGIN = 'http://localhost:8080'

/** Document 004, and what the contract adds to it. */
const fieldsFor = (origin: string) => ({
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': 'Authorization,Content-Type,Accept,Origin,X-Requested-With',
  'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
  'access-control-allow-origin': origin,
  'access-control-max-age': '600',
  'access-control-expose-headers': 'Retry-After,RateLimit,RateLimit-Policy,X-Request-Id',
})

function corsFieldsOf({ headers }: Reply): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
}

/** One reply of each kind: what made it, and its status. */
const REQUESTS: readonly [status: number, method: string, path: string, body?: object][] = [
  [200, 'GET', '/api/v1/auth/me'],
  [401, 'POST', '/api/v1/auth/login', { email: 'nobody@example.com', password: PASSWORD }],
  [400, 'POST', '/api/v1/auth/register', {}],
  [404, 'GET', '/api/v1/auth/nothing'],
  [404, 'GET', '/nothing'],
  [405, 'PUT', '/api/v1/auth/login'],
  [200, 'GET', '/healthz'],
  [200, 'GET', '/.well-known/jwks.json'],
  [200, 'GET', '/.well-known/oauth-authorization-server'],
  [400, 'GET', '/verify-email?token=x'],
]

describe.each(REQUESTS)('a reply of %i to %s %s', (status, method, path, body) => {
  const ask = async (origin: string | undefined) => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    return app.request(method, path, { token, ...(body && { body }), ...(origin !== undefined && { headers: { Origin: origin } }) })
  }

  it('carries the fields of document 004 for a listed origin', async () => {
    const reply = await ask(ORIGIN)
    expect(reply.status).toBe(status)
    expect(corsFieldsOf(reply)).toEqual(fieldsFor(ORIGIN))
    expectCommonHeaders(reply)
  })

  it('carries none of them without an origin, but says that it would', async () => {
    const reply = await ask(undefined)
    expect([reply.status, corsFieldsOf(reply)]).toEqual([status, {}])
    expect(reply.headers.get('Vary')).toContain('Origin')
  })
})

describe('CORS', () => {
  it.each([
    'http://localhost:8080.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'file://',
    'http://[::2]:8080',
    'http://evil.example',
    'http://LOCALHOST:8080',
    'http://localhost:8080/',
    'http://localhost:8080, http://evil.example',
    'null',
    '*',
    '',
  ])('knows no origin %j', async (origin) => {
    const app = await startApp()
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { Origin: origin, 'Access-Control-Request-Method': 'GET' }
      const reply = await app.v1(method, '/me', { headers })
      expect(corsFieldsOf(reply)).toEqual({})
      expectCommonHeaders(reply)
    }
  })

  it('answers a preflight with 204 and the same fields, whatever the path, and looks at nothing else', async () => {
    const app = await startApp({ vars: { AUTH_SECRET: undefined, CORS_ORIGINS: ORIGIN } })
    for (const path of ['/api/v1/auth/login', '/api/v1/auth/nothing', '/verify-email']) {
      const headers = {
        Origin: ORIGIN,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      }
      const reply = await app.request('OPTIONS', path, { headers })
      expect([reply.status, reply.text]).toEqual([204, ''])
      expectCommonHeaders(reply)
    }
  })

  it.each([
    'http://localhost:8081',
    'https://localhost:8080',
    'http://127.0.0.1:5173',
    'http://[::1]:3000',
    'http://app.localhost',
    'capacitor://localhost',
  ])('lets the origin %s of this machine in, in development alone', async (origin) => {
    const development = await startApp({ vars: { CORS_ORIGINS: 'https://one.example' } })
    expect(corsFieldsOf(await development.v1('GET', '/me', { headers: { Origin: origin } }))).toEqual(fieldsFor(origin))
    const production = await startApp({
      vars: {
        ENVIRONMENT: undefined,
        PUBLIC_URL: 'https://auth.example.com',
        MAIL_FROM: 'a@example.com',
        MAIL_HTTP_URL: 'https://mail.example.com',
      },
    })
    expect(corsFieldsOf(await production.v1('GET', '/me', { headers: { Origin: origin } }))).toEqual({})
  })

  it('asks for no configuration where a request names no origin', async () => {
    let asked = 0
    const app = createApp(() => {
      asked += 1
      throw new Error('not here')
    })
    expect((await app.request('/healthz', {}, {})).status).toBe(200)
    expect(asked).toBe(0)
    expect((await app.request('/healthz', { headers: { Origin: 'https://one.example' } }, {})).status).toBe(200)
    expect(asked).toBe(1)
  })

  it('names a refused origin in one line of the log, and none of its own', async () => {
    const app = await startApp()
    const ask = (origin: string) => app.v1('GET', '/me', { headers: { Origin: origin } })
    for (let count = 0; count < 3; count += 1) await ask('https://evil.example')
    for (let index = 0; index < 120; index += 1) await ask(`https://e${index}.example`)
    await ask(new URL(PUBLIC_URL).origin)
    const lines = app.log.filter(({ event }) => event === 'origin refused')
    expect(lines[0]).toMatchObject({ level: 'warn', fields: { origin: 'https://evil.example' } })
    expect(lines).toHaveLength(100)
    expect(lines.filter(({ fields }) => fields.origin === 'https://evil.example')).toHaveLength(1)
  })

  it('lets each origin of CORS_ORIGINS in, and no other one', async () => {
    const app = await startApp({ vars: { CORS_ORIGINS: 'https://one.example, https://two.example:8443' } })
    for (const origin of ['https://one.example', 'https://two.example:8443']) {
      const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' }
      expect(corsFieldsOf(await app.v1('OPTIONS', '/login', { headers }))).toEqual(fieldsFor(origin))
      expect(corsFieldsOf(await app.v1('GET', '/me', { headers: { Origin: origin } }))).toEqual(fieldsFor(origin))
    }
    expect(corsFieldsOf(await app.v1('GET', '/me', { headers: { Origin: 'https://three.example' } }))).toEqual({})
  })

  it('shows a 429 and its fields to a listed origin', async () => {
    const app = await startApp({ vars: { LIMIT_PAIR_FAILURES: '1' } })
    const login = () =>
      app.v1('POST', '/login', { body: { email: 'a@example.com', password: 'wrong' }, headers: { Origin: ORIGIN } })
    await login()
    const reply = await login()
    expect([reply.status, corsFieldsOf(reply)]).toEqual([429, fieldsFor(ORIGIN)])
  })
})
