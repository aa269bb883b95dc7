import { describe, expect, it, vi } from 'vitest'
import { isRunnable } from '../../src/platform/hashing/password-hash.ts'
import { type Calls, createCalls } from '../../src/rpc/calls.ts'
import { breakableBindings } from '../suites/faults/intercepted-bindings.ts'
import { claimsOf } from '../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../support/harness.ts'
import { hashPassword } from '../support/hasher.ts'

const ALL = ['verify', 'login', 'users', 'sessions'] as const
const CHEAP = { ln: 4, r: 1, p: 1 }
const hashOf = (password: string) => hashPassword(password, CHEAP, new Uint8Array(16))

function callsOf(app: TestApp, props: unknown = { caller: 'notes-api', rights: ALL }): Calls {
  return createCalls(
    () => ({ auth: app.auth, log: (level, event, fields = {}) => void app.log.push({ level, event, fields }) }),
    props,
  )
}

describe('rights', () => {
  const UNGRANTED = { ok: false, code: 'forbidden' }

  it.each([
    ['no props', {}],
    ['props without rights', { caller: 'notes-api' }],
    ['the right to verify', { caller: 'notes-api', rights: ['verify'] }],
  ])('with %s: tokens can be checked, and nothing else', async (_, props) => {
    const app = await startApp()
    const { access_token, user } = await app.signIn(await app.createAccount())
    const calls = callsOf(app, props)
    expect(await calls.verifyToken(access_token)).toMatchObject({ sub: user.id })
    expect(await calls.authenticate(access_token, { freshness: 'strict' })).toMatchObject({ ok: true })
    await expect(calls.login(user.email, PASSWORD)).rejects.toThrow(/^forbidden$/)
    await expect(calls.verifyPassword(PASSWORD, await hashOf(PASSWORD))).rejects.toThrow(/^forbidden$/)
    expect(await calls.getUser(user.id)).toEqual(UNGRANTED)
    expect(await calls.revokeSession(claimsOf(access_token).sid)).toEqual(UNGRANTED)
    expect(await calls.verifyToken(access_token)).not.toBeNull()
  })

  it.each([
    ['no right', []],
    ['rights nobody knows', ['everything', 'VERIFY', null, { verify: true }]],
    ['rights that are no list', 'verify login'],
  ])('with %s: only the public keys', async (_, rights) => {
    const app = await startApp()
    const { access_token } = await app.signIn(await app.createAccount())
    const calls = callsOf(app, { caller: 'notes-api', rights })
    await expect(calls.verifyToken(access_token)).rejects.toThrow(/^forbidden$/)
    expect(await calls.authenticate(access_token, { freshness: 'token' })).toEqual(UNGRANTED)
    expect(await calls.jwks()).toMatchObject({ ok: true, value: { keys: [{ alg: 'ES256' }] } })
  })
})

describe('arguments', () => {
  it.each([undefined, null, 17, true, {}, [], ['a'], () => 'a', Symbol('a'), 'x'.repeat(16 * 1024 + 1)])(
    'of the wrong type or size are an invalid request, whatever they are: %s',
    async (value) => {
      const app = await startApp()
      const calls = callsOf(app)
      const invalid = { ok: false, code: 'invalid_request' }
      await expect(calls.login(value, PASSWORD)).rejects.toThrow(/^invalid_request$/)
      await expect(calls.login('ada@example.com', value)).rejects.toThrow(/^invalid_request$/)
      await expect(calls.verifyPassword(value, await hashOf(PASSWORD))).rejects.toThrow(/^invalid_request$/)
      await expect(calls.verifyPassword(PASSWORD, value)).rejects.toThrow(/^invalid_request$/)
      expect(await calls.getUser(value)).toEqual(invalid)
      expect(await calls.revokeSession(value)).toEqual(invalid)
      expect(await calls.authenticate('a.b.c', value)).toEqual(invalid)
      expect(await calls.authenticate('a.b.c', { freshness: value })).toEqual(invalid)
      if (typeof value === 'string') return
      await expect(calls.verifyToken(value)).rejects.toThrow(/^invalid_request$/)
      expect(await calls.authenticate(value, { freshness: 'token' })).toEqual(invalid)
    },
  )

  it.each(['', 'a.b.c', 'x'.repeat(100_000)])('a token that is none is null, and invalid_token', async (token) => {
    const calls = callsOf(await startApp())
    expect(await calls.verifyToken(token)).toBeNull()
    expect(await calls.authenticate(token, { freshness: 'edge' })).toEqual({ ok: false, code: 'invalid_token' })
  })

  it.each(['', 'nobody', '../users', '3F2B8C1E-5D4A-4F6B-9C7D-0123456789AB', '3f2b8c1e-5d4a-4f6b-9c7d-0123456789ab'])(
    'an id that nobody has is not found: %j',
    async (id) => {
      const calls = callsOf(await startApp())
      expect(await calls.getUser(id)).toEqual({ ok: false, code: 'not_found' })
      expect(await calls.revokeSession(id)).toEqual({ ok: false, code: 'not_found' })
      expect(await calls.revokeSession('0123456789abcdef'.repeat(4))).toEqual({ ok: false, code: 'not_found' })
    },
  )
})

describe('verifyToken() and authenticate()', () => {
  it('say what the row says now, not what the token said then', async () => {
    const app = await startApp()
    const { access_token, user } = await app.signIn(await app.createAccount())
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE id = ?`).bind(user.id).run()
    const { sid, iat, exp, auth_time } = claimsOf(access_token)
    expect(await callsOf(app).verifyToken(access_token)).toEqual({
      sub: user.id,
      sid,
      email: user.email,
      email_verified: true,
      roles: ['admin'],
      permissions: ['systemAdmin'],
      amr: ['pwd'],
      auth_time,
      iat,
      exp,
    })
    expect(await callsOf(app).authenticate(access_token, { freshness: 'token' })).toMatchObject({ value: { permissions: [] } })
  })

  it('tell an outage as one, with a time to wait', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token } = await app.signIn(await app.createAccount())
    const calls = callsOf(app)
    fault.store = 'database'
    await expect(calls.verifyToken(access_token)).rejects.toThrow(/^unavailable$/)
    expect(await calls.authenticate(access_token, { freshness: 'strict' })).toEqual({
      ok: false,
      code: 'unavailable',
      retryAfter: 1,
    })
    expect(await calls.authenticate(access_token, { freshness: 'token' })).toMatchObject({ ok: true })
  })

  it('refuse a stable token at token and edge, and take it at strict', async () => {
    const app = await startApp()
    await app.createAccount({ username: 'ada' })
    const { body } = await app.request('POST', '/api/stable/auth/login', { body: { username: 'ada', password: PASSWORD } })
    const calls = callsOf(app)
    expect(await calls.verifyToken(body.data.token)).toMatchObject({ sid: body.data.sessionId })
    expect(await calls.authenticate(body.data.token, { freshness: 'strict' })).toMatchObject({ ok: true })
    for (const freshness of ['token', 'edge'])
      expect(await calls.authenticate(body.data.token, { freshness })).toEqual({ ok: false, code: 'invalid_token' })
  })

  it('say unavailable while the configuration is broken', async () => {
    const app = await startApp({ vars: { AUTH_SECRET: 'short' } })
    const lines = vi.spyOn(console, 'error').mockReturnValue()
    expect(await callsOf(app).jwks()).toEqual({ ok: false, code: 'unavailable', retryAfter: 60 })
    const [[line] = []] = lines.mock.calls
    lines.mockRestore()
    const fields = { event: 'rpc', method: 'jwks', caller: 'notes-api', code: 'unavailable' }
    expect(JSON.parse(line)).toEqual({ level: 'error', ...fields, reason: expect.stringMatching(/^AUTH_SECRET is shorter/) })
  })
})

describe('login()', () => {
  it('is null for wrong credentials only', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const calls = callsOf(app)
    expect(await calls.login(email, 'wrong password')).toBeNull()
    expect(await calls.login('nobody@example.com', PASSWORD)).toBeNull()
    expect(await calls.login('no address', PASSWORD)).toBeNull()
    await expect(calls.login('', PASSWORD)).rejects.toThrow(/^invalid_request$/)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(email).run()
    await expect(calls.login(email, PASSWORD)).rejects.toThrow(/^account_disabled$/)
  })

  it('shows the owner which worker it was that signed in', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await callsOf(app).login(email, PASSWORD)
    const { access_token } = await app.signIn(email)
    const { body } = await app.v1('GET', '/sessions', { token: access_token })
    expect(body.sessions).toContainEqual(expect.objectContaining({ user_agent: 'worker notes-api', ip: 'unknown' }))
  })

  it('is limited for each caller by itself, and clients with an address not at all by it', async () => {
    const app = await startApp({ vars: { LIMIT_PAIR_FAILURES: '2' } })
    const email = await app.createAccount()
    const calls = callsOf(app)
    for (let count = 0; count < 2; count++) expect(await calls.login(email, 'wrong password')).toBeNull()
    await expect(calls.login(email, PASSWORD)).rejects.toThrow(/^rate_limited$/)
    expect(await callsOf(app, { caller: 'other', rights: ALL }).login(email, PASSWORD)).not.toBeNull()
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() })).status).toBe(200)
  })
})

describe('login(), for many people at once', () => {
  it('has a budget of failures for the caller, apart from that of addresses', async () => {
    const app = await startApp({ vars: { LIMIT_CALLER_FAILURES_PER_HOUR: '3', LIMIT_ADDRESS_FAILURES_PER_HOUR: '1' } })
    const calls = callsOf(app)
    for (let count = 0; count < 3; count++) expect(await calls.login(`nobody-${count}@example.com`, PASSWORD)).toBeNull()
    await expect(calls.login('nobody@example.com', PASSWORD)).rejects.toThrow(/^rate_limited$/)
    expect(await callsOf(app, { caller: 'other', rights: ALL }).login('nobody@example.com', PASSWORD)).toBeNull()
  })
})

describe('a worker that speaks for clients', () => {
  const SPEAKING = { caller: 'site', rights: [...ALL, 'clients'] }
  const from = (clientAddress: string | null) => ({
    clientAddress,
    userAgent: 'Mozilla/5.0 (X11) \u202e',
    locale: 'es-MX,es;q=0.9',
  })

  it('has each client limited by itself, together with what it does over HTTP', async () => {
    const app = await startApp({ vars: { LIMIT_PAIR_FAILURES: '2', LIMIT_CALLER_FAILURES_PER_HOUR: '1' } })
    const email = await app.createAccount()
    const calls = callsOf(app, SPEAKING)
    const [stranger, owner] = [anyAddress(), anyAddress()]
    expect(await calls.login(email, 'wrong password', from(stranger))).toBeNull()
    expect((await app.v1('POST', '/login', { body: { email, password: 'wrong password' }, ip: stranger })).status).toBe(401)
    await expect(calls.login(email, PASSWORD, from(stranger))).rejects.toThrow(/^rate_limited$/)
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: stranger })).status).toBe(429)
    expect(await calls.login(email, PASSWORD, from(owner))).not.toBeNull()
  })

  it('has the address and the program of its client shown to the owner, cleaned, and itself on record', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const grant = await callsOf(app, SPEAKING).login(email, PASSWORD, from('2001:DB8::1'))
    const { body } = await app.v1('GET', '/sessions', { token: grant?.accessToken ?? '' })
    expect(body.sessions).toMatchObject([{ ip: '2001:db8::1', user_agent: 'Mozilla/5.0 (X11) \ufffd' }])
    await app.settle()
    const { results } = await BINDINGS.DB.prepare(`SELECT actor, ip FROM audit_events WHERE what = 'sign_in' AND user_id = ?`)
      .bind(grant?.user.id)
      .all()
    expect(results).toContainEqual({ actor: 'worker:site', ip: '2001:db8::1' })
  })

  it('is counted itself where it knows no address', async () => {
    const app = await startApp({ vars: { LIMIT_CALLER_HASHES_PER_MINUTE: '1' } })
    const calls = callsOf(app, SPEAKING)
    const hash = await hashOf(PASSWORD)
    for (const said of [undefined, null, {}, from(null), from('')]) {
      const asked = calls.verifyPassword(PASSWORD, hash, said)
      await (said === undefined ? expect(asked).resolves.toBe(true) : expect(asked).rejects.toThrow(/^rate_limited$/))
    }
    expect(await calls.verifyPassword(PASSWORD, hash, from(anyAddress()))).toBe(true)
  })

  it('is told once that those for whom it asks share one budget, where it does not say who they are', async () => {
    const app = await startApp()
    const told = () => app.log.filter(({ event }) => event === 'shared budget')
    const hash = await hashOf(PASSWORD)
    await callsOf(app, SPEAKING).login('nobody@example.com', PASSWORD, from(anyAddress()))
    await callsOf(app).login('nobody@example.com', PASSWORD)
    expect(told()).toEqual([])
    // Each call comes to an entrypoint of its own.
    for (const said of [undefined, {}, from(null)]) {
      await callsOf(app, SPEAKING).login('nobody@example.com', PASSWORD, said)
      await callsOf(app, SPEAKING).verifyPassword(PASSWORD, hash, said)
    }
    const reason = expect.stringMatching(/^the worker site does not say for which client it asks; all visitors.*\{clientAddress\}/)
    expect(told()).toEqual([{ level: 'warn', event: 'shared budget', fields: { reason } }])
    await callsOf(app, { ...SPEAKING, caller: 'shop' }).verifyPassword(PASSWORD, hash)
    expect(told()).toHaveLength(2)
  })

  it.each([
    ['no address', from('not an address')],
    ['two addresses', from('192.0.2.1, 192.0.2.2')],
    ['a name that has no meaning', { clientAdress: '192.0.2.1' }],
    ['a text', '192.0.2.1'],
    ['a list', ['192.0.2.1']],
    ['a number for an address', { clientAddress: 7 }],
  ])('is told what is wrong with %s', async (_, said) => {
    const app = await startApp()
    const calls = callsOf(app, SPEAKING)
    await expect(calls.login('ada@example.com', PASSWORD, said)).rejects.toThrow(/^invalid_request$/)
    expect(await calls.revokeSession('x', said)).toMatchObject({ ok: false, code: 'invalid_request' })
  })

  it('must have the right to, whatever it says', async () => {
    const app = await startApp()
    const calls = callsOf(app)
    const hash = await hashOf(PASSWORD)
    for (const said of [from(anyAddress()), {}, 'nonsense']) {
      await expect(calls.login('ada@example.com', PASSWORD, said)).rejects.toThrow(/^forbidden$/)
      await expect(calls.verifyPassword(PASSWORD, hash, said)).rejects.toThrow(/^forbidden$/)
      expect(await calls.revokeSession('x', said)).toEqual({ ok: false, code: 'forbidden' })
    }
  })
})

describe('verifyPassword()', () => {
  it('counts its hashes for the caller, right or wrong', async () => {
    const app = await startApp({ vars: { LIMIT_CALLER_HASHES_PER_MINUTE: '3' } })
    const hash = await hashOf(PASSWORD)
    const calls = callsOf(app)
    expect(await calls.verifyPassword(PASSWORD, hash)).toBe(true)
    expect(await calls.verifyPassword('wrong', hash)).toBe(false)
    expect(await calls.verifyPassword('wrong', hash)).toBe(false)
    await app.settle()
    await expect(calls.verifyPassword(PASSWORD, hash)).rejects.toThrow(/^rate_limited$/)
    expect(await callsOf(app, { caller: 'other', rights: ALL }).verifyPassword(PASSWORD, hash)).toBe(true)
    app.clock.advance(60)
    expect(await calls.verifyPassword(PASSWORD, hash)).toBe(true)
  })

  it.each([
    'plain text',
    '$2b$10$abcdefghijklmnopqrstuv',
    '$scrypt$ln=19,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$scrypt$ln=20,r=32,p=16$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    `$scrypt$ln=15,r=8,p=3$${'A'.repeat(10_000)}$AAAAAAAAAAAAAAAAAAAAAA`,
  ])('never runs a hash that is malformed or asks for too much: %.40s', async (hash) => {
    const app = await startApp({ vars: { LIMIT_CALLER_HASHES_PER_MINUTE: '1' } })
    expect(isRunnable(hash)).toBe(false)
    for (let count = 0; count < 3; count++) expect(await callsOf(app).verifyPassword(PASSWORD, hash)).toBe(false)
  })

  it('has no more hashes pending than the isolate may have', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '2' } })
    const hash = await hashOf(PASSWORD)
    const calls = callsOf(app)
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => calls.verifyPassword(PASSWORD, hash)))
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []))
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThan(12)
    expect(new Set(refused)).toEqual(new Set(['Error: unavailable']))
  })

  it('is an outage while the limiter is out', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    fault.store = 'limiter'
    await expect(callsOf(app).verifyPassword(PASSWORD, await hashOf(PASSWORD))).rejects.toThrow(/^unavailable$/)
  })
})

describe('the log', () => {
  it('has a line a call with caller, method and code, and nothing that was said', async () => {
    const app = await startApp()
    await callsOf(app).login('ada@example.com', 'a very secret password')
    const lines = app.log.filter(({ event }) => event === 'rpc')
    expect(lines.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ method: 'login', caller: 'notes-api', code: 'invalid_credentials' }),
    ])
    expect(JSON.stringify(lines)).not.toMatch(/secret|ada@/)
  })
})
