// What is served while the configuration cannot be served with: what needs none of it, and a 503 whose log line says what to do.
import { describe, expect, it } from 'vitest'
import { startApp } from '../support/harness.ts'
import { expectCommonHeaders, expectRefusal, REFUSED } from '../support/http/v1-shapes.ts'

const PRODUCTION = {
  ENVIRONMENT: undefined,
  PUBLIC_URL: 'https://auth.example.com',
  SCRYPT_LN: undefined,
  SCRYPT_R: undefined,
  SCRYPT_P: undefined,
}

const NEEDS_CONFIGURATION = [
  ['POST', '/api/v1/auth/register'],
  ['POST', '/api/v1/auth/resend-verification'],
  ['GET', '/api/v1/auth/verify-email'],
  ['POST', '/api/v1/auth/login'],
  ['GET', '/api/v1/auth/me'],
  ['POST', '/api/v1/auth/refresh'],
  ['POST', '/api/v1/auth/logout'],
  ['POST', '/api/v1/auth/revoke-all'],
  ['GET', '/api/v1/auth/sessions'],
  ['DELETE', '/api/v1/auth/sessions/x'],
  ['GET', '/.well-known/jwks.json'],
  ['GET', '/.well-known/oauth-authorization-server'],
  ['GET', '/readyz'],
  ['GET', '/verify-email'],
  ['POST', '/verify-email'],
  ['GET', '/verify-email/elsewhere'],
] as const

const BROKEN: readonly [string, Readonly<Record<string, string | undefined>>, RegExp][] = [
  [
    'AUTH_SECRET is missing',
    { ...PRODUCTION, AUTH_SECRET: undefined },
    /^AUTH_SECRET is missing: .*wrangler secret put AUTH_SECRET"/,
  ],
  [
    'AUTH_SECRET is weak',
    { ...PRODUCTION, AUTH_SECRET: 'a'.repeat(50) },
    /^AUTH_SECRET is weak: .*wrangler secret put AUTH_SECRET"/,
  ],
  [
    'AUTH_SECRET is missing in development',
    { AUTH_SECRET: undefined },
    /^AUTH_SECRET is missing: .*"npm run dev" writes it to \.dev\.vars/,
  ],
  ['PUBLIC_URL is missing', { ...PRODUCTION, PUBLIC_URL: undefined }, /^PUBLIC_URL is missing\. Set it in deployment\.toml/],
  [
    'PUBLIC_URL is http',
    { ...PRODUCTION, PUBLIC_URL: 'http://auth.example.com' },
    /^PUBLIC_URL must use https\. Set it in deployment\.toml/,
  ],
  [
    'the hash is weak',
    { ...PRODUCTION, SCRYPT_LN: '10' },
    /^SCRYPT_LN, SCRYPT_R and SCRYPT_P are weaker than OWASP allows\. Set them/,
  ],
  [
    'a number is none',
    { ...PRODUCTION, SESSION_TTL_SECONDS: 'a month' },
    /^SESSION_TTL_SECONDS must be a whole number .* Set it in deployment/,
  ],
]

describe.each(BROKEN)('while %s', (_, vars, line) => {
  it('every route that needs the configuration answers 503, and its log line says what to set and how', async () => {
    const app = await startApp({ vars })
    for (const [method, path] of NEEDS_CONFIGURATION) {
      const reply = await app.request(method, path)
      expectRefusal(reply, REFUSED.unavailable)
      expect(reply.headers.get('Retry-After')).toBe('60')
      const entry = app.log.find(({ fields }) => fields.request_id === reply.body.request_id)
      expect(entry).toMatchObject({
        level: 'error',
        event: 'request',
        fields: { status: 503, reason: expect.stringMatching(new RegExp(line.source.replace('^', '^configuration: '))) },
      })
    }
    expect(JSON.stringify(app.log)).not.toContain('a'.repeat(50))
  })

  it('health and reference answer all the same', async () => {
    const app = await startApp({ vars })
    for (const path of ['/healthz', '/openapi.json', '/docs', '/docs/swagger-ui.css']) {
      const reply = await app.request('GET', path)
      expect([path, reply.status]).toEqual([path, 200])
      expectCommonHeaders(reply)
    }
  })

  it('no origin is on the list', async () => {
    const app = await startApp({ vars })
    const reply = await app.v1('GET', '/me', { headers: { Origin: 'http://localhost:8080' } })
    expect(reply.status).toBe(503)
    expect(reply.headers.has('Access-Control-Allow-Origin')).toBe(false)
  })
})

describe('once it is mended', () => {
  it('serves without a new start: the failure is not remembered', async () => {
    const app = await startApp({ vars: { AUTH_SECRET: undefined } })
    expect((await app.request('GET', '/readyz')).status).toBe(503)
    Object.assign(app.bindings, { AUTH_SECRET: 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE' })
    expect((await app.request('GET', '/readyz')).status).toBe(200)
  })
})

describe('production', () => {
  it('serves with a secret and an https origin, names itself in tokens and keys, and has no mailbox', async () => {
    const app = await startApp({ vars: PRODUCTION })
    expect((await app.request('GET', '/readyz')).status).toBe(200)
    expect((await app.request('GET', '/.well-known/jwks.json')).body.keys).toHaveLength(1)
    expect((await app.v1('GET', '/me')).status).toBe(401)
    expect((await app.request('GET', '/dev/mailbox')).status).toBe(404)
    const reply = await app.v1('GET', '/me', { headers: { Origin: 'http://localhost:8080' } })
    expect(reply.headers.has('Access-Control-Allow-Origin')).toBe(false)
  })
})
