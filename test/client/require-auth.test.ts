import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import type { Freshness, TokenVerifierBinding } from '../../src/client/bindings.ts'
import { createFetchVerifier } from '../../src/client/fetch-verifier.ts'
import { requireAuth } from '../../src/client/require-auth.ts'
import { createReport } from '../../src/client/troubles.ts'
import { createVerifier } from '../../src/client/verifier.ts'
import { createCalls } from '../../src/rpc/calls.ts'
import { breakableBindings } from '../suites/faults/intercepted-bindings.ts'
import { encodePart } from '../support/fixtures.ts'
import { BINDINGS, PUBLIC_URL, startApp, type TestApp } from '../support/harness.ts'
import { playService } from '../support/outside-service.ts'

const FRESHNESSES = ['token', 'edge', 'strict'] as const satisfies readonly Freshness[]

/** What `env.POSTERN` is, without the wire between: test/rpc/entrypoints.test.ts is about that. */
function bindingTo(app: TestApp, rights: readonly string[] = ['verify']): TokenVerifierBinding {
  return createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api', rights })
}

function notesApi(app: TestApp, POSTERN = bindingTo(app)) {
  const api = new Hono()
  const verifier = () => createVerifier(POSTERN, { clock: () => app.clock.now })
  for (const freshness of FRESHNESSES) {
    api.get(`/${freshness}`, requireAuth({ freshness, verifier }), (c) => c.json(c.var.principal))
  }
  api.get('/default', requireAuth(), (c) => c.text(c.var.principal.userId))
  api.get('/admin', requireAuth({ permission: 'notes.admin', verifier }), (c) => c.text('welcome'))
  return async (path: string, authorization?: string) =>
    api.request(path, { headers: authorization === undefined ? {} : { Authorization: authorization } }, { POSTERN })
}

describe.each(FRESHNESSES)('at %s', (freshness) => {
  it('lets a signed-in request pass, and tells the route whose it is', async () => {
    const app = await startApp()
    const { access_token, user } = await app.signIn(await app.createAccount())
    const reply = await notesApi(app)(`/${freshness}`, `bearer  ${access_token}`)
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ userId: user.id, email: user.email, permissions: [], roles: ['user'], amr: ['pwd'] })
  })

  it.each([undefined, '', 'Basic YTpi', 'Bearer', 'Bearer a b'])('refuses a request without a token: %s', async (authorization) => {
    const reply = await notesApi(await startApp())(`/${freshness}`, authorization)
    expect(reply.status).toBe(401)
    expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern"')
    expect(await reply.json()).toEqual({ message: 'Unauthorized', code: 'unauthorized' })
  })

  it('refuses tokens that are none, changed, of the wrong kind or expired', async () => {
    const app = await startApp()
    const grant = await app.signIn(await app.createAccount())
    const get = notesApi(app)
    const [header, , signature] = grant.access_token.split('.')
    const forged = `${header}.${btoa('{"sub":"root"}').replaceAll('=', '')}.${signature}`
    for (const token of ['a.b.c', forged, grant.refresh_token]) {
      const reply = await get(`/${freshness}`, `Bearer ${token}`)
      expect(reply.status).toBe(401)
      expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern", error="invalid_token"')
      expect(reply.headers.get('Cache-Control')).toBe('no-store')
    }
    app.clock.advance(906)
    expect((await get(`/${freshness}`, `Bearer ${grant.access_token}`)).status).toBe(401)
  })

  it('answers 503 with Retry-After, never 401, while Postern cannot be asked', async () => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const broken = async () => {
      throw new Error('the other worker has crashed')
    }
    const reply = await notesApi(app, { authenticate: broken, jwks: broken, verifyToken: broken })(
      `/${freshness}`,
      `Bearer ${access_token}`,
    )
    expect(reply.status).toBe(503)
    expect(reply.headers.get('Retry-After')).toBe('1')
    expect(await reply.json()).toEqual({ message: 'The service is temporarily unavailable', code: 'unavailable' })
  })
})

describe('requireAuth()', () => {
  it('takes the binding POSTERN and checks at strict where nothing else is said', async () => {
    const app = await startApp()
    const { access_token, user } = await app.signIn(await app.createAccount())
    const get = notesApi(app)
    expect(await (await get('/default', `Bearer ${access_token}`)).text()).toBe(user.id)
    await app.v1('POST', '/logout', { token: access_token })
    expect((await get('/default', `Bearer ${access_token}`)).status).toBe(401)
    expect((await get('/token', `Bearer ${access_token}`)).status).toBe(200)
  })

  it.each([
    ['[]', 403],
    ['["notes.reader"]', 403],
    ['["notes.admin"]', 200],
    ['["systemAdmin"]', 200],
  ])('with the permissions %s: %i', async (permissions, status) => {
    const app = await startApp()
    const { access_token, user } = await app.signIn(await app.createAccount())
    await BINDINGS.DB.prepare('UPDATE users SET permissions = ? WHERE id = ?').bind(permissions, user.id).run()
    const reply = await notesApi(app)('/admin', `Bearer ${access_token}`)
    expect(reply.status).toBe(status)
    if (status === 200) return
    expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern", error="insufficient_scope"')
    expect(await reply.json()).toEqual({ message: 'Forbidden', code: 'forbidden' })
  })

  it('answers 503 where the binding has no right to check tokens, and says once in the log what to change', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const get = notesApi(app, bindingTo(app, []))
    for (const path of ['/strict', '/edge', '/strict']) expect((await get(path, `Bearer ${access_token}`)).status).toBe(503)
    expect(said.mock.calls).toEqual([[expect.stringContaining('props = { caller = "<name>", rights = ["verify"] }')]])
    said.mockRestore()
  })

  it('answers 503 where nothing is bound, and says once in the log what to bind', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const api = new Hono().get('/', requireAuth(), (c) => c.text('in'))
    for (let count = 0; count < 2; count += 1) {
      expect((await api.request('/', { headers: { Authorization: 'Bearer a.b.c' } }, {})).status).toBe(503)
    }
    expect(said.mock.calls).toEqual([[expect.stringContaining('bind Postern as POSTERN in wrangler.toml')]])
    said.mockRestore()
  })

  it('is not made with a verifier that cannot check at its freshness', async () => {
    const verifier = createFetchVerifier({ publicUrl: PUBLIC_URL })
    // @ts-expect-error: the types say so as well
    expect(() => requireAuth({ freshness: 'strict', verifier })).toThrow(TypeError)
    // @ts-expect-error: strict is the default
    expect(() => requireAuth({ verifier })).toThrow(TypeError)
    // @ts-expect-error: there is no such freshness
    expect(() => requireAuth({ freshness: 'fresh' })).toThrow(TypeError)
    expect(() => requireAuth({ freshness: 'token', verifier })).not.toThrow()
  })

  it.each([null, {}, 'postern', 7])('is not made with %j for a verifier, and says what one is', (verifier) => {
    expect(() => requireAuth({ verifier: verifier as never })).toThrow(
      /^Cannot require auth: verifier must be of createVerifier\(\)/,
    )
  })

  it.each([null, undefined, {}])('fails where its function returns %j for a verifier, in the same words', async (verifier) => {
    const api = new Hono().get('/', requireAuth({ verifier: () => verifier as never }), (c) => c.text('in'))
    api.onError((error, c) => c.text(error.message, 500))
    const reply = await api.request('/', { headers: { Authorization: 'Bearer a.b.c' } })
    expect([reply.status, await reply.text()]).toEqual([500, expect.stringMatching(/^Cannot require auth: verifier must be of/)])
  })

  it('lets nobody pass by a verifier that turns out to be too weak', async () => {
    const failures: Error[] = []
    const api = new Hono()
    // @ts-expect-error: the types say so as well
    api.get('/', requireAuth({ freshness: 'edge', verifier: () => createFetchVerifier({ publicUrl: PUBLIC_URL }) }), (c) =>
      c.text('in'),
    )
    api.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    expect((await api.request('/', { headers: { Authorization: 'Bearer a.b.c' } })).status).toBe(500)
    expect(failures).toEqual([expect.any(TypeError)])
  })

  it('goes on at token while D1 and the ledger are down', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token } = await app.signIn(await app.createAccount())
    const get = notesApi(app)
    await get('/token', `Bearer ${access_token}`)
    fault.store = 'database'
    expect((await get('/token', `Bearer ${access_token}`)).status).toBe(200)
    expect((await get('/strict', `Bearer ${access_token}`)).status).toBe(503)
  })
})

describe('createVerifier()', () => {
  it('gives up on a Postern that does not answer', async () => {
    const hangs = () => new Promise<never>(() => {})
    const verifier = createVerifier({ authenticate: hangs, jwks: hangs }, { timeoutMilliseconds: 20 })
    expect(await verifier.authenticate('a.b.c')).toEqual({ ok: false, code: 'unavailable', retryAfter: 1 })
  })

  it('takes the options of each call for that call, not those of the first one for the same binding', async () => {
    const hangs = () => new Promise<never>(() => {})
    const binding = { authenticate: hangs, jwks: hangs }
    const lines: string[][] = [[], []]
    const make = (index: number, timeoutMilliseconds: number) =>
      createVerifier(binding, { timeoutMilliseconds, log: (line) => lines[index]?.push(line) })
    const [slow, quick] = [make(0, 60_000), make(1, 20)]
    const byKeys = `${encodePart({ alg: 'ES256', typ: 'at+jwt', kid: 'any' })}.e30.AAAA`
    void slow.authenticate('a.b.c')
    expect(await quick.authenticate(byKeys, { freshness: 'token' })).toMatchObject({ ok: false, code: 'unavailable' })
    expect(lines).toEqual([[], ['Cannot ask Postern: no answer within 20 ms']])
  })

  it('says why it could not ask: a fault of the set-up once, an outage once a minute', async () => {
    const lines: string[] = []
    let answer: () => Promise<never> = () => Promise.reject(new TypeError('The RPC receiver does not implement the method "jwks".'))
    const ask = () => answer()
    const verifier = createVerifier({ authenticate: ask, jwks: ask }, { log: (line) => lines.push(line) })
    for (let count = 0; count < 3; count += 1) await verifier.authenticate('a.b.c')
    expect(lines).toEqual([expect.stringMatching(/not set up right.*entrypoint = "TokenVerifier"/)])
    answer = () => Promise.reject(new Error('the other worker has crashed'))
    for (let count = 0; count < 3; count += 1) await verifier.authenticate('a.b.c')
    expect(lines.slice(1)).toEqual(['Cannot ask Postern: the other worker has crashed'])
  })

  it.each([undefined, 'hello', { status: 'fine' }])('takes %j for the answer of another worker than Postern', async (answer) => {
    const lines: string[] = []
    const ask = async () => answer as never
    const verifier = createVerifier({ authenticate: ask, jwks: ask }, { log: (line) => lines.push(line) })
    expect(await verifier.authenticate('a.b.c')).toEqual({ ok: false, code: 'unavailable', retryAfter: 1 })
    expect(lines).toEqual([expect.stringContaining('does not have the methods of Postern')])
  })

  it('is not made without a binding, nor with a bound that is none', () => {
    expect(() => createVerifier(undefined as never)).toThrow(/nothing is bound/)
    for (const maxKeyAgeSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => createVerifier({} as never, { maxKeyAgeSeconds })).toThrow(TypeError)
  })
})

describe('createReport()', () => {
  it('tells the next outage after a minute', () => {
    const lines: string[] = []
    let now = 0
    const report = createReport(
      (line) => lines.push(line),
      () => now,
    )
    for (now of [0, 59_999, 60_000]) report(new Error(`at ${now}`))
    expect(lines).toEqual(['Cannot ask Postern: at 0', 'Cannot ask Postern: at 60000'])
  })

  it('does not wait for a clock that was set back to come as far again', () => {
    const lines: string[] = []
    let now = 0
    const report = createReport(
      (line) => lines.push(line),
      () => now,
    )
    for (now of [600_000, 0, 59_999, 60_000]) report(new Error(`at ${now}`))
    expect(lines).toEqual(['Cannot ask Postern: at 600000', 'Cannot ask Postern: at 0', 'Cannot ask Postern: at 60000'])
  })
})

describe('createFetchVerifier()', () => {
  const overHttp = (app: TestApp, options = {}) =>
    createFetchVerifier({
      publicUrl: `${PUBLIC_URL}/`,
      clock: () => app.clock.now,
      fetch: async (url) => app.fetch(new Request(url)),
      ...options,
    })

  it('checks a token with the keys published over HTTP', async () => {
    const app = await startApp()
    const { access_token, user } = await app.signIn(await app.createAccount())
    expect(await overHttp(app).authenticate(access_token)).toMatchObject({ ok: true, value: { userId: user.id } })
    expect(await overHttp(app).authenticate('a.b.c')).toEqual({ ok: false, code: 'invalid_token' })
  })

  it('refuses a token of another issuer or for another audience', async () => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    for (const options of [{ issuer: 'https://other.example' }, { audience: 'https://other.example' }]) {
      const lines: string[] = []
      const verifier = overHttp(app, { ...options, log: (line: string) => lines.push(line) })
      for (let count = 0; count < 2; count += 1) {
        expect(await verifier.authenticate(access_token)).toEqual({ ok: false, code: 'invalid_token' })
      }
      expect(lines).toEqual([
        expect.stringMatching(
          /every request is answered 401: tokens signed with the keys of .* are not of the (issuer|audience) https:\/\/other\.example: give publicUrl/,
        ),
      ])
    }
  })

  it.each([
    ['no key', []],
    ['keys of another product', [{ kty: 'RSA', alg: 'RS256', kid: 'a', n: 'x', e: 'AQAB' }]],
  ])('tells a key set with %s as a fault of the set-up, and refuses nobody by it', async (_, keys) => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const lines: string[] = []
    const verifier = overHttp(app, { fetch: async () => Response.json({ keys }), log: (line: string) => lines.push(line) })
    expect(await verifier.authenticate(access_token)).toMatchObject({ ok: false, code: 'unavailable' })
    expect(lines).toEqual([expect.stringContaining('has no key that Postern signs with (ES256)')])
  })

  it.each([
    ['500', () => new Response('', { status: 500 })],
    ['no JSON', () => new Response('<html>')],
    ['no JWK Set', () => Response.json({ keys: 'none' })],
  ])('tells as an outage what is no answer: %s', async (_, answer) => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const verifier = overHttp(app, { fetch: async () => answer() })
    expect(await verifier.authenticate(access_token)).toMatchObject({ ok: false, code: 'unavailable' })
  })

  it('takes no keys from where a redirect leads', async () => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const elsewhere = await playService({ body: (await app.request('GET', '/.well-known/jwks.json')).text })
    const redirecting = await playService({ status: 302, headers: { Location: `${elsewhere.url}/keys` } })
    const over = (jwksUrl: string) => overHttp(app, { jwksUrl, fetch: undefined }).authenticate(access_token)
    expect(await over(`${redirecting.url}/keys`)).toMatchObject({ ok: false, code: 'unavailable' })
    expect(await elsewhere.seen()).toEqual([])
    expect(await over(`${elsewhere.url}/keys`)).toMatchObject({ ok: true })
  })

  it('gives up on keys that do not come, and lets go of the connection', async () => {
    const signals: AbortSignal[] = []
    const verifier = createFetchVerifier({
      publicUrl: PUBLIC_URL,
      timeoutMilliseconds: 20,
      fetch: (_, { signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    const token = `${encodePart({ alg: 'ES256', typ: 'at+jwt', kid: 'any' })}.e30.AAAA`
    expect(await verifier.authenticate(token)).toEqual({ ok: false, code: 'unavailable', retryAfter: 1 })
    await vi.waitFor(() => expect(signals.map(({ aborted }) => aborted)).toEqual([true]))
  })

  it('reads publicUrl as Postern reads PUBLIC_URL', async () => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const written = PUBLIC_URL.replace('http', 'HTTP').replace('localhost', 'LocalHost')
    expect(await overHttp(app, { publicUrl: written }).authenticate(access_token)).toMatchObject({ ok: true })
    for (const publicUrl of ['', 'auth.example.com', 'https://', 'https://auth.example.com/auth', 'https://a@b.example', 'ftp://x'])
      expect(() => createFetchVerifier({ publicUrl })).toThrow(TypeError)
    for (const jwksUrl of ['/keys', 'file:///keys'])
      expect(() => createFetchVerifier({ jwksUrl, issuer: 'https://auth.example.com' })).toThrow(TypeError)
    for (const timeoutMilliseconds of [Number.NaN, -1, 0])
      expect(() => createFetchVerifier({ publicUrl: PUBLIC_URL, timeoutMilliseconds })).toThrow(TypeError)
  })

  it('says once in the log that what is asked is not Postern, and throws for a freshness that it cannot check at', async () => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const lines: string[] = []
    const verifier = overHttp(app, {
      fetch: async () => new Response('', { status: 404 }),
      log: (line: string) => lines.push(line),
    })
    for (let count = 0; count < 2; count += 1) {
      expect(await verifier.authenticate(access_token)).toMatchObject({ ok: false, code: 'unavailable' })
      app.clock.advance(10)
    }
    expect(lines).toEqual([expect.stringContaining('/.well-known/jwks.json answers 404: give publicUrl')])
    // @ts-expect-error: the types say so as well
    await expect(verifier.authenticate(access_token, { freshness: 'strict' })).rejects.toThrow(TypeError)
  })

  it('goes on as soon as a wrong answer for the keys is a right one, and from then on takes a wrong one for an outage', async () => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const lines: string[] = []
    let status = 403
    const fetch = async (url: string) => (status === 200 ? app.fetch(new Request(url)) : new Response('<html>', { status }))
    const verifier = overHttp(app, { fetch, maxKeyAgeSeconds: 700, log: (line: string) => lines.push(line) })
    const ask = () => verifier.authenticate(access_token)
    expect(await ask()).toMatchObject({ ok: false, code: 'unavailable' })
    expect(lines.splice(0)).toEqual([expect.stringMatching(/not set up right.*jwks\.json answers 403/)])
    status = 200
    app.clock.advance(5)
    expect(await ask()).toMatchObject({ ok: true })
    status = 404
    app.clock.advance(650)
    expect(await ask()).toMatchObject({ ok: true })
    expect(lines.splice(0)).toEqual([expect.stringMatching(/^Cannot ask Postern: .*jwks\.json answers 404/)])
    app.clock.advance(51)
    expect(await ask()).toMatchObject({ ok: false, code: 'unavailable' })
    status = 200
    app.clock.advance(5)
    expect(await ask()).toMatchObject({ ok: true })
  })

  const brokenOff = () => {
    const start = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(new TextEncoder().encode('{"keys":['))
      controller.error(new TypeError('terminated'))
    }
    return new Response(new ReadableStream({ start }))
  }

  it.each([
    ['whose connection breaks', brokenOff, /jwks\.json broke off \(terminated\)$/],
    [
      'that ends too soon',
      () => new Response('{"keys":[{"kty"', { headers: { 'Content-Type': 'application/json' } }),
      /no whole JSON$/,
    ],
  ])('takes a key set %s for an outage', async (_, answer, told) => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const lines: string[] = []
    const verifier = overHttp(app, { fetch: async () => answer(), log: (line: string) => lines.push(line) })
    expect(await verifier.authenticate(access_token)).toMatchObject({ ok: false, code: 'unavailable' })
    expect(lines).toEqual([expect.stringMatching(/^Cannot ask Postern: /)])
    expect(lines[0]).toMatch(told)
  })

  it.each([408, 425, 429])('takes %i for an outage: it says to come again', async (status) => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const lines: string[] = []
    const verifier = overHttp(app, { fetch: async () => new Response('', { status }), log: (line: string) => lines.push(line) })
    expect(await verifier.authenticate(access_token)).toMatchObject({ ok: false, code: 'unavailable' })
    expect(lines).toEqual([expect.stringMatching(/^Cannot ask Postern: /)])
  })

  it('wants to be told where the keys are, and who signs with them', () => {
    expect(() => createFetchVerifier({})).toThrow(TypeError)
    expect(() => createFetchVerifier({ jwksUrl: 'https://postern.example/.well-known/jwks.json' })).toThrow(TypeError)
  })
})
