// Keys, reference and health as anybody may ask for them.
import { describe, expect, it } from 'vitest'
import type { Bindings } from '../../../src/service.ts'
import { openApiDocument } from '../../../tools/build/openapi.ts'
import { breakableBindings, type StoreName } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { BINDINGS, PUBLIC_URL, startApp } from '../../support/harness.ts'
import { findUndocumented } from '../../support/http/documented.ts'
import { expectCommonHeaders, expectSuccess } from '../../support/http/v1-shapes.ts'

const READY = {
  database: 'ok',
  session_copies: 'ok',
  session_ledger: 'ok',
  login_limiter: 'ok',
  signing_keys: 'ok',
}

describe('GET /.well-known/jwks.json', () => {
  it('has public parts only, and may be cached for as long as a new key is published before it signs', async () => {
    const app = await startApp()
    const reply = await app.request('GET', '/.well-known/jwks.json')
    expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([200, 'public, max-age=600'])
    expectCommonHeaders(reply)
    const coordinate = expect.stringMatching(/^[\w-]{43}$/)
    expect(reply.body).toEqual({
      keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: coordinate, x: coordinate, y: coordinate }],
    })
    expect((await app.request('GET', '/.well-known/jwks.json')).body).toEqual(reply.body)
  })

  it('follows the configured cache period', async () => {
    const app = await startApp({ vars: { JWKS_CACHE_SECONDS: '60' } })
    expect((await app.request('GET', '/.well-known/jwks.json')).headers.get('Cache-Control')).toBe('public, max-age=60')
  })
})

describe('GET /.well-known/oauth-authorization-server', () => {
  const PATH = '/.well-known/oauth-authorization-server'

  it('names the issuer as tokens do, and where the keys are that signed them', async () => {
    const app = await startApp()
    const reply = await app.request('GET', PATH)
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8'])
    expectCommonHeaders(reply)
    const { iss, aud } = claimsOf((await app.signIn(await app.createAccount())).access_token)
    expect([iss, aud]).toEqual([reply.body.issuer, reply.body.issuer])
    expect(reply.body.jwks_uri).toBe(`${iss}/.well-known/jwks.json`)
    const keys = await app.request('GET', new URL(reply.body.jwks_uri).pathname)
    expect(keys.body.keys).toHaveLength(1)
    expect((await app.request('GET', new URL(reply.body.service_documentation).pathname)).status).toBe(200)
  })

  it('promises no grant and no endpoint that there is not', async () => {
    const { body } = await (await startApp()).request('GET', PATH)
    expect(body).toEqual({
      issuer: PUBLIC_URL,
      jwks_uri: `${PUBLIC_URL}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [],
      service_documentation: `${PUBLIC_URL}/docs`,
    })
  })

  it('goes by the configuration: whatever Host says, and for as long as the keys may be cached', async () => {
    const app = await startApp({ vars: { PUBLIC_URL: 'https://auth.example.com', JWKS_CACHE_SECONDS: '60' } })
    const reply = await app.request('GET', PATH, { headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' } })
    expect([reply.body.issuer, reply.headers.get('Cache-Control')]).toEqual(['https://auth.example.com', 'public, max-age=60'])
  })

  it('takes HEAD and OPTIONS, and no other method', async () => {
    const app = await startApp()
    const head = await app.request('HEAD', PATH)
    expect([head.status, head.text, head.headers.get('Cache-Control')]).toEqual([200, '', 'public, max-age=600'])
    const options = await app.request('OPTIONS', PATH)
    expect([options.status, options.headers.get('Allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect((await app.request('POST', PATH)).status).toBe(405)
    // Only an issuer with a path would have its metadata below.
    expect((await app.request('GET', `${PATH}/x`)).status).toBe(404)
  })
})

describe('GET /healthz', () => {
  it('says that the process is up, whatever else is not', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { AUTH_SECRET: undefined } })
    for (const store of [null, 'database', 'copies', 'ledger', 'limiter'] as const) {
      fault.store = store
      expectSuccess(await app.request('GET', '/healthz'), 200, { status: 'ok' })
    }
  })
})

describe('GET /readyz', () => {
  it('names each dependency, all of them well', async () => {
    const app = await startApp()
    expectSuccess(await app.request('GET', '/readyz'), 200, { status: 'ok', checks: READY })
  })

  it.each([
    ['database', ['database', 'signing_keys']],
    ['copies', ['session_copies']],
    ['ledger', ['session_ledger']],
    ['limiter', ['login_limiter']],
  ] as const)('says 503 and names what fails with the %s', async (store: StoreName, failing: readonly string[]) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    fault.store = store
    const reply = await app.request('GET', '/readyz')
    const checks = { ...READY, ...Object.fromEntries(failing.map((name) => [name, 'unavailable'])) }
    expectSuccess(reply, 503, { status: 'unavailable', checks })
    expect(reply.headers.get('Retry-After')).toBe('5')
    expect(findUndocumented(openApiDocument(), 'GET', '/readyz', reply)).toEqual([])
    expect(app.log.filter(({ event }) => event === 'not ready')).toHaveLength(failing.length)
    fault.store = null
    expect((await app.request('GET', '/readyz')).status).toBe(200)
  })

  it('names a dependency that hangs once its deadline is over', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '100' } })
    Object.assign(fault, { store: 'limiter', how: 'is slow' })
    expectSuccess(await app.request('GET', '/readyz'), 503, {
      status: 'unavailable',
      checks: { ...READY, login_limiter: 'unavailable' },
    })
  })

  it('leaves nothing behind', async () => {
    const app = await startApp()
    await app.request('GET', '/readyz')
    expect((await BINDINGS.SESSIONS.list({ prefix: 'session:' })).keys).toEqual([])
  })
})

describe('GET /docs', () => {
  it('is a page of this worker alone, with a policy that keeps it so', async () => {
    const app = await startApp()
    const reply = await app.request('GET', '/docs')
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([200, expect.stringMatching(/^text\/html; ?charset=utf-8$/i)])
    expectCommonHeaders(reply)
    const policy = reply.headers.get('Content-Security-Policy') ?? ''
    for (const source of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) {
      expect(policy.split('; ')).toContain(source)
    }
    expect(policy).not.toMatch(/https?:|\*|'unsafe-eval'/)
    const linked = [...reply.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
    expect(linked.length).toBeGreaterThan(3)
    for (const url of linked) {
      expect(url).toMatch(/^\/(?!\/)/)
      const asset = await app.request('HEAD', url)
      expect([url, asset.status]).toEqual([url, 200])
      expectCommonHeaders(asset)
    }
  })

  it('serves its files with their types', async () => {
    const app = await startApp()
    for (const [file, type] of [
      ['swagger-ui-bundle.js', /javascript/],
      ['swagger-ui.css', /^text\/css/],
      ['favicon-32x32.png', /^image\/png/],
    ] as const) {
      const reply = await app.request('HEAD', `/docs/${file}`)
      expect(reply.headers.get('Content-Type')).toMatch(type)
      expect(reply.headers.get('Cache-Control')).toBe('public, max-age=86400')
    }
  })

  it('says 404 for a file that is not there, and for one while the assets are gone', async () => {
    const gone = { ASSETS: { fetch: async () => new Response('no', { status: 404 }) } as unknown as Bindings['ASSETS'] }
    for (const app of [await startApp(), await startApp({ bindings: gone })]) {
      const reply = await app.request('GET', '/docs/nothing.js')
      expect([reply.status, reply.body.code]).toEqual([404, 'not_found'])
    }
  })
})
