// Every code of the closed list, provoked once: the whole refusal with its header fields, and that the list is complete.
import { expect, it } from 'vitest'
import { ERROR_CODES } from '../../../src/http/failures/error-wire.ts'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { BINDINGS, PASSWORD, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const account = { email: 'someone@example.com', password: PASSWORD }

const PROVOKED: Readonly<Record<keyof typeof REFUSED, ((app: TestApp) => Promise<Reply>) | null>> = {
  // Says which members, so it has tests of its own.
  invalidRequest: null,
  malformedBody: (app) => app.v1('POST', '/login', { body: '{"email":' }),
  missingCredentials: (app) => app.v1('POST', '/login'),
  invalidLink: (app) => app.v1('GET', '/verify-email?token=x'),
  invalidCredentials: (app) => app.v1('POST', '/login', { body: account }),
  unauthorized: (app) => app.v1('GET', '/me'),
  invalidAccessToken: (app) => app.v1('GET', '/me', { token: 'x' }),
  invalidRefreshToken: (app) => app.v1('POST', '/refresh', { body: { refresh_token: 'x' } }),
  async tokenReused(app) {
    const refresh_token = (await app.signIn(await app.createAccount(account))).refresh_token
    await app.v1('POST', '/refresh', { body: { refresh_token } })
    app.clock.advance(61)
    return app.v1('POST', '/refresh', { body: { refresh_token }, ip: '203.0.113.200' })
  },
  async accountDisabled(app) {
    await app.createAccount(account)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    return app.v1('POST', '/login', { body: account })
  },
  async emailUnverified(app) {
    await app.createAccount(account)
    await BINDINGS.DB.prepare('UPDATE users SET email_verified_at = NULL').run()
    return app.v1('POST', '/login', { body: account })
  },
  async forbidden(app) {
    const { access_token: token } = await app.signIn(await app.createAccount(account))
    return app.v1('GET', '/sessions?user_id=x', { token })
  },
  async reauthenticationRequired(app) {
    const { access_token: token } = await app.signIn(await app.createAccount(account))
    app.clock.advance(601)
    return app.v1('DELETE', '/pin', { token })
  },
  async signUpClosed() {
    return (await startApp({ vars: { SIGN_UP: 'closed' } })).v1('POST', '/register', { body: account })
  },
  async challengeFailed() {
    return (await startApp({ vars: { TURNSTILE_SECRET: 'secret of a widget' } })).v1('POST', '/login', { body: account })
  },
  notFound: (app) => app.v1('GET', '/nothing'),
  methodNotAllowed: (app) => app.v1('GET', '/login'),
  async usernameTaken(app) {
    await app.createAccount({ username: 'taken' })
    return app.v1('POST', '/register', { body: { ...account, username: 'taken' } })
  },
  bodyTooLarge: (app) => app.v1('POST', '/login', { body: { email: 'x'.repeat(16 * 1024) } }),
  unsupportedMediaType: (app) => app.v1('POST', '/login', { body: 'x', headers: { 'Content-Type': 'text/plain' } }),
  async rateLimited() {
    const app = await startApp({ vars: { LIMIT_PAIR_FAILURES: '1' } })
    await app.v1('POST', '/login', { body: account })
    return app.v1('POST', '/login', { body: account })
  },
  async internalError(app) {
    await app.signIn(await app.createAccount(account))
    await BINDINGS.DB.prepare(`UPDATE signing_keys SET public_jwk = 'no JSON, which no outage explains'`).run()
    // Longer than keys are kept in memory.
    app.clock.advance(3600)
    return app.v1('POST', '/login', { body: account })
  },
  async unavailable() {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    fault.store = 'database'
    return app.v1('POST', '/login', { body: account })
  },
}

for (const name of Object.keys(PROVOKED) as (keyof typeof REFUSED)[]) {
  const provoke = PROVOKED[name]
  const refused = REFUSED[name]
  if (!provoke || typeof refused === 'function') continue
  it(`says ${refused.status} ${refused.code} in full: ${name}`, async () => {
    const reply = await provoke(await startApp())
    expectRefusal(reply, refused)
    const isOfBearer = name === 'unauthorized' || name === 'invalidAccessToken'
    const isWorthWaiting = refused.status === 429 || refused.status === 503
    expect({
      authenticate: reply.headers.has('WWW-Authenticate'),
      retryAfter: /^[1-9]\d*$/.test(reply.headers.get('Retry-After') ?? ''),
      rateLimit: reply.headers.has('RateLimit') && reply.headers.has('RateLimit-Policy'),
      allow: reply.headers.has('Allow'),
    }).toEqual({
      authenticate: isOfBearer,
      retryAfter: isWorthWaiting,
      rateLimit: refused.status === 429,
      allow: refused.status === 405,
    })
  })
}

it('has a closed list of codes, each of which is provoked above', () => {
  const provoked = Object.values(REFUSED).map((refused) => (typeof refused === 'function' ? refused().code : refused.code))
  expect([...ERROR_CODES].sort()).toEqual([...new Set<string>(provoked)].sort())
})

it('logs why a 500 happened under the id that the reply names, and tells the client nothing of it', async () => {
  const app = await startApp()
  const reply = await PROVOKED.internalError?.(app)
  const [entry] = app.log.filter(({ fields }) => fields.request_id === reply?.body.request_id)
  expect(entry).toMatchObject({ level: 'error', event: 'request', fields: { status: 500, code: 'internal_error' } })
  expect(entry?.fields.reason).toContain('JSON')
  expect(reply?.text).not.toContain('JSON')
})

it.each([
  ['nothing of a query', '/verify-email?token=0123', '/verify-email'],
  ['the last eight digits of a session', `/api/v1/auth/sessions/${'ab'.repeat(28)}01234567`, '/api/v1/auth/sessions/01234567…'],
  ['no name of a user', '/api/stable/auth/user/ada%20lovelace', '/api/stable/auth/user/…'],
  ['no more than 200 characters', `/${'x'.repeat(300)}`, `/${'x'.repeat(199)}`],
])('logs of a path %s', async (_, path, logged) => {
  const app = await startApp()
  await app.request('GET', path)
  expect(app.log.filter(({ event }) => event === 'request').map(({ fields }) => fields.path)).toEqual([logged])
})
