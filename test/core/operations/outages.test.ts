import { describe, expect, it } from 'vitest'
import { breakableBindings, type StoreName } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf, countRows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, type Reply, startApp, type TestApp } from '../../support/harness.ts'

interface Endpoint {
  readonly needs: readonly StoreName[]
  readonly success: number
  readonly send: (app: TestApp) => Promise<Reply>
}

type Grant = Awaited<ReturnType<TestApp['signIn']>>

async function prepareLink(app: TestApp): Promise<string> {
  const email = `pending-${crypto.randomUUID()}@example.com`
  await app.v1('POST', '/register', { body: { email, password: PASSWORD }, ip: anyAddress() })
  return app.mailedToken(email)
}

/** Every endpoint with a request that succeeds once, each with a session or link of its own. */
async function prepareEndpoints(app: TestApp): Promise<Record<string, Endpoint>> {
  const email = await app.createAccount()
  // Of a user each, since revoke-all ends all of one's sessions.
  const grants: Grant[] = []
  for (let count = 0; count < 7; count += 1) grants.push(await app.signIn(count === 0 ? email : await app.createAccount()))
  const [me, byToken, byBearer, out, all, list, one] = grants as [Grant, Grant, Grant, Grant, Grant, Grant, Grant]
  const [apiLink, openedLink, pressedLink] = [await prepareLink(app), await prepareLink(app), await prepareLink(app)]
  const body = { email, password: PASSWORD }
  const form = {
    body: `token=${pressedLink}&password=${encodeURIComponent(PASSWORD)}`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  }
  return {
    register: {
      needs: ['database', 'limiter'],
      success: 201,
      send: (on) =>
        on.v1('POST', '/register', { body: { ...body, email: `new-${crypto.randomUUID()}@example.com` }, ip: anyAddress() }),
    },
    resend: { needs: ['database'], success: 200, send: (on) => on.v1('POST', '/resend-verification', { body, ip: anyAddress() }) },
    'verify-email': { needs: ['database'], success: 200, send: (on) => on.v1('GET', `/verify-email?token=${apiLink}`) },
    'page, opened': { needs: ['database'], success: 200, send: (on) => on.request('GET', `/verify-email?token=${openedLink}`) },
    'page, answered': { needs: ['database', 'limiter'], success: 200, send: (on) => on.request('POST', '/verify-email', form) },
    login: {
      needs: ['database', 'limiter', 'ledger'],
      success: 200,
      send: (on) => on.v1('POST', '/login', { body, ip: '203.0.113.1' }),
    },
    me: { needs: ['database', 'ledger'], success: 200, send: (on) => on.v1('GET', '/me', { token: me.access_token }) },
    'refresh by token': {
      needs: ['database', 'ledger'],
      success: 200,
      send: (on) => on.v1('POST', '/refresh', { body: { refresh_token: byToken.refresh_token } }),
    },
    'refresh by bearer': {
      needs: ['database', 'ledger'],
      success: 200,
      send: (on) => on.v1('POST', '/refresh', { token: byBearer.access_token }),
    },
    logout: { needs: ['ledger'], success: 200, send: (on) => on.v1('POST', '/logout', { token: out.access_token }) },
    'revoke-all': {
      needs: ['database', 'ledger'],
      success: 200,
      send: (on) => on.v1('POST', '/revoke-all', { token: all.access_token }),
    },
    sessions: {
      needs: ['database', 'ledger'],
      success: 200,
      send: (on) => on.v1('GET', '/sessions', { token: list.access_token }),
    },
    'delete session': {
      needs: ['database', 'ledger'],
      success: 200,
      send: (on) => on.v1('DELETE', `/sessions/${claimsOf(one.access_token).sid}`, { token: one.access_token }),
    },
    jwks: { needs: [], success: 200, send: (on) => on.request('GET', '/.well-known/jwks.json') },
    metadata: { needs: [], success: 200, send: (on) => on.request('GET', '/.well-known/oauth-authorization-server') },
    health: { needs: [], success: 200, send: (on) => on.request('GET', '/healthz') },
  }
}

/** A worker that is warm, over storage that is prepared, and whose stores can be broken. */
async function startBreakable() {
  const app = await startApp()
  const endpoints = await prepareEndpoints(app)
  const { bindings, fault } = breakableBindings()
  const vars = { STORE_TIMEOUT_MS: '400', MAX_PENDING_HASHES: '64' }
  const broken = await startApp({ keepStorage: true, bindings, vars, now: app.clock.now })
  await broken.request('GET', '/.well-known/jwks.json')
  return { app: broken, endpoints, fault }
}

describe.each(['database', 'ledger', 'limiter', 'copies'] as const)('while the %s', (store) => {
  it.each(['fails', 'is slow'] as const)(
    '%s, every endpoint that needs it is 503 with Retry-After, and all work afterwards',
    async (how) => {
      const { app, endpoints, fault } = await startBreakable()
      const needing = Object.entries(endpoints).filter(([, { needs }]) => needs.includes(store))
      Object.assign(fault, { store, how })
      const replies = await Promise.all(needing.map(async ([name, { send }]) => [name, await send(app)] as const))
      for (const [name, reply] of replies) {
        expect([name, reply.status, reply.headers.get('Retry-After')]).toEqual([name, 503, '1'])
        if (!name.startsWith('page')) expect(reply.body).toMatchObject({ code: 'unavailable' })
        expect(reply.headers.get('WWW-Authenticate')).toBeNull()
      }
      // Those that need it not go on; the others find everything as it was before they were refused.
      fault.store = null
      for (const [name, { send, success }] of needing) expect([name, (await send(app)).status]).toEqual([name, success])
      fault.store = store
      for (const [name, { send, needs, success }] of Object.entries(endpoints)) {
        if (!needs.includes(store)) expect([name, (await send(app)).status]).toEqual([name, success])
      }
      await app.settle()
    },
  )
})

describe('what an outage must not cost', () => {
  it.each(['database', 'ledger', 'limiter'] as const)(
    '%s: right passwords refused for it are not counted as wrong ones',
    async (store) => {
      const { bindings, fault } = breakableBindings()
      const app = await startApp({ bindings })
      const email = await app.createAccount()
      const send = () => app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: '203.0.113.1' })
      await send()
      fault.store = store
      for (let count = 1; count <= 8; count += 1) {
        expect((await send()).status).toBe(503)
        await app.settle()
      }
      fault.store = null
      expect((await send()).status).toBe(200)
    },
  )

  it('a limiter that answers for one of account and address only leaves no count at the other', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const send = () => app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: '203.0.113.1' })
    for (const method of ['countAccountAttempt', 'countAddressAttempt']) {
      Object.assign(fault, { store: 'limiter', how: 'fails', matches: (call: { method: string }) => call.method === method })
      for (let count = 1; count <= 6; count += 1) expect((await send()).status).toBe(503)
      fault.store = null
      expect((await send()).status).toBe(200)
    }
  })

  it.each([
    ['read for', /^select/i],
    ['take', /insert into reg/i],
  ])('a registration that D1 could not %s leaves nothing behind, nor a count', async (_, statement) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { LIMIT_REGISTRATIONS_PER_HOUR: '2' } })
    const form = { email: 'ada@example.com', password: PASSWORD, username: 'ada' }
    const send = () => app.v1('POST', '/register', { body: form, ip: '203.0.113.1' })
    Object.assign(fault, { store: 'database', matches: ({ text }: { text: string }) => statement.test(text.trim()) })
    for (let count = 1; count <= 4; count += 1) {
      expect((await send()).status).toBe(503)
      await app.settle()
    }
    fault.store = null
    for (const table of ['registrations', 'username_claims', 'one_time_tokens', 'outbox']) expect(await countRows(table)).toBe(0)
    expect((await send()).status).toBe(201)
  })

  it('a registration whose acknowledgement was lost can be made again', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const form = { email: 'ada@example.com', password: PASSWORD, username: 'ada' }
    const send = () => app.v1('POST', '/register', { body: form, ip: anyAddress() })
    Object.assign(fault, {
      store: 'database',
      how: 'loses its answer',
      matches: ({ text }: { text: string }) => /insert into reg/i.test(text),
    })
    expect((await send()).status).toBe(503)
    fault.store = null
    expect((await send()).status).toBe(201)
    expect((await app.v1('GET', `/verify-email?token=${await app.mailedToken('ada@example.com')}`)).status).toBe(200)
    expect((await app.signIn('ada@example.com')).user).toMatchObject({ username: 'ada' })
  })

  it.each([
    ['ledger', 'create'],
    ['limiter', 'acceptAccountAttempt'],
  ])('a sign-in that ends in 503, since the %s lost its answer to %s, leaves no live session behind', async (store, lost) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    Object.assign(fault, { store, how: 'loses its answer', matches: ({ method }: { method: string }) => method === lost })
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() })).status).toBe(503)
    await app.settle()
    fault.store = null
    const { access_token: token } = await app.signIn(email)
    expect((await app.v1('GET', '/sessions', { token })).body.sessions).toMatchObject([{ current: true }])
  })

  it('a sign-in whose session could not be stored hands out no token', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    fault.store = 'ledger'
    const reply = await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() })
    expect(reply.status).toBe(503)
    expect(reply.text).not.toContain('token')
  })
})

describe('readiness', () => {
  it.each([
    ['database', ['database']],
    ['ledger', ['session_ledger']],
    ['limiter', ['login_limiter']],
    ['copies', ['session_copies']],
  ] as const)('names the %s that fails', async (store, failing) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    expect((await app.request('GET', '/readyz')).body.status).toBe('ok')
    fault.store = store
    const { status, body, headers } = await app.request('GET', '/readyz')
    expect([status, headers.get('Retry-After')]).toEqual([503, '5'])
    expect(Object.entries(body.checks).flatMap(([name, state]) => (state === 'ok' ? [] : [name]))).toEqual(failing)
  })
})
