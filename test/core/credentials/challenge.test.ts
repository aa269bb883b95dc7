// Turnstile before registration and sign-in: who is asked, what counts, and what has been done to anybody by then: nothing.
import { describe, expect, it } from 'vitest'
import { createCalls } from '../../../src/rpc/calls.ts'
import { interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { countRows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, PUBLIC_URL, type RequestOptions, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import type { ScriptedAnswer } from '../../support/internet.ts'
import { playService } from '../../support/outside-service.ts'

const SECRET = '0x4AAAAAAAxSecretOfAWidget'
const TOKEN = 'token-of-a-widget'
const EMAIL = 'ada@example.com'

function verdict(members: object = {}): ScriptedAnswer {
  return { body: JSON.stringify({ success: true, 'error-codes': [], hostname: 'localhost', ...members }) }
}

const SPENT: ScriptedAnswer = { body: JSON.stringify({ success: false, 'error-codes': ['timeout-or-duplicate'] }) }
const DOWN: ScriptedAnswer = { status: 502, body: 'Bad gateway' }

/** An app that challenges, an account from before it did, and every call to a store since then. */
async function start(answer: ScriptedAnswer = verdict(), vars: Readonly<Record<string, string>> = {}) {
  await (await startApp()).createAccount({ email: EMAIL, username: 'ada' })
  const service = await playService(answer)
  const calls: string[] = []
  const bindings = interceptBindings((call, run) => {
    calls.push(`${call.store} ${call.method}`)
    return run()
  })
  const own = { TURNSTILE_SECRET: SECRET, TURNSTILE_URL: `${service.url}/siteverify` }
  return { service, calls, app: await startApp({ keepStorage: true, bindings, vars: { ...own, ...vars } }) }
}

const ROUTES = {
  '/register': { body: { email: 'new@example.com', password: PASSWORD }, success: 201 },
  '/login': { body: { email: EMAIL, password: PASSWORD }, success: 200 },
  '/forgot-password': { body: { email: EMAIL }, success: 200 },
} as const

type Route = keyof typeof ROUTES

function send(app: TestApp, route: Route, members: Readonly<Record<string, unknown>> = {}, options: RequestOptions = {}) {
  return app.v1('POST', route, { body: { ...ROUTES[route].body, ...members }, ip: anyAddress(), ...options })
}

const FAILED = { status: 403, body: { code: 'challenge_failed', message: 'Please solve the challenge and try again' } }

describe.each(Object.keys(ROUTES) as Route[])('POST %s', (route) => {
  it.each(['turnstile_token', 'cf-turnstile-response'])('takes a token that counts, as %s', async (member) => {
    const { app, service } = await start(verdict({ action: route.slice(1) }))
    expect((await send(app, route, { [member]: TOKEN }, { ip: '2001:DB8::7' })).status).toBe(ROUTES[route].success)
    const [seen, ...others] = await service.seen()
    expect(others).toEqual([])
    const { idempotency_key: key, ...sent } = Object.fromEntries(new URLSearchParams(seen?.body))
    expect(sent).toEqual({ secret: SECRET, response: TOKEN, remoteip: '2001:db8::7' })
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('asks by another key each time, as each token is spent by one request', async () => {
    const { app, service } = await start()
    for (let count = 1; count <= 2; count += 1) await send(app, route, { turnstile_token: TOKEN })
    const keys = (await service.seen()).map(({ body }) => new URLSearchParams(body).get('idempotency_key'))
    expect(new Set(keys).size).toBe(2)
  })

  it('refuses a request without a token, and asks nobody', async () => {
    const { app, service, calls } = await start()
    for (const members of [{}, { turnstile_token: '' }, { turnstile_token: null, 'cf-turnstile-response': '' }]) {
      expect(await send(app, route, members)).toMatchObject(FAILED)
    }
    expect([await service.seen(), calls]).toEqual([[], []])
  })

  it.each([
    ['that was spent before', SPENT],
    ['of a page on another host', verdict({ hostname: 'phishing.example' })],
    ['for another action', verdict({ action: 'newsletter' })],
  ])('refuses a token %s before any store is asked', async (_, answer) => {
    const { app, calls } = await start(answer)
    expect(await send(app, route, { turnstile_token: TOKEN })).toMatchObject(FAILED)
    expect(calls).toEqual([])
  })

  it('says 503 while Turnstile is down, and never lets anybody through', async () => {
    const { app, calls } = await start(DOWN)
    const refused = await send(app, route, { turnstile_token: TOKEN })
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(refused.headers.get('Retry-After')).toBe('1')
    expect(calls).toEqual([])
  })

  it('waits for Turnstile no longer than for a store', async () => {
    const { app } = await start({ ...verdict(), hangs: true }, { STORE_TIMEOUT_MS: '400' })
    expect((await send(app, route, { turnstile_token: TOKEN })).status).toBe(503)
  })

  it('spends no token on a form that is refused anyway', async () => {
    const { app, service } = await start()
    for (const members of [
      { email: route === '/login' ? '' : 'none' },
      { turnstile_token: 7 },
      { 'cf-turnstile-response': ['x'] },
    ]) {
      const refused = await send(app, route, { turnstile_token: TOKEN, ...members })
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
      expect(refused.text).not.toContain(TOKEN)
    }
    expect(await service.seen()).toEqual([])
  })

  it('answers alike for an account and a stranger, after one question each', async () => {
    const { app, service } = await start(SPENT)
    const outcomes: unknown[] = []
    for (const email of [EMAIL, 'nobody@example.com']) {
      const before = (await service.seen()).length
      const { status, body, headers } = await send(app, route, { email, turnstile_token: TOKEN })
      const fields = [...headers].filter(([name]) => name !== 'x-request-id')
      outcomes.push({ status, body: { ...body, request_id: '' }, fields, asked: (await service.seen()).length - before })
    }
    expect(outcomes[0]).toEqual(outcomes[1])
  })

  it('logs why a token did not count, and neither token nor secret', async () => {
    const { app } = await start(SPENT)
    await send(app, route, { turnstile_token: TOKEN })
    const [entry] = app.log.filter(({ event }) => event === 'request')
    expect(entry?.fields).toMatchObject({ code: 'challenge_failed', reason: 'refused: timeout-or-duplicate' })
    expect(JSON.stringify(app.log)).not.toMatch(new RegExp(`${SECRET}|${TOKEN}`))
  })

  it('asks nobody where no secret is set, and takes no notice of tokens', async () => {
    const { app, service } = await start(SPENT, { TURNSTILE_SECRET: '' })
    expect((await send(app, route, { turnstile_token: TOKEN })).status).toBe(ROUTES[route].success)
    expect(await service.seen()).toEqual([])
  })
})

it('says that sign-up is closed before it asks for a challenge', async () => {
  const { app, service } = await start(verdict(), { SIGN_UP: 'closed' })
  expect((await send(app, '/register')).body.code).toBe('sign_up_closed')
  expect(await service.seen()).toEqual([])
})

it('counts a failed challenge against nobody: the owner still has every attempt', async () => {
  const { app, service } = await start(SPENT, { LIMIT_PAIR_FAILURES: '1', LIMIT_REGISTRATIONS_PER_HOUR: '1' })
  const options = { ip: '203.0.113.1' }
  for (let count = 1; count <= 5; count += 1) {
    for (const route of ['/login', '/register'] as const) await send(app, route, { turnstile_token: TOKEN }, options)
  }
  await service.answerWith(verdict())
  for (const route of ['/login', '/register'] as const) {
    expect((await send(app, route, { turnstile_token: TOKEN }, options)).status).toBe(ROUTES[route].success)
  }
})

it('still limits and judges passwords behind a challenge that was solved', async () => {
  const { app } = await start(verdict(), { LIMIT_PAIR_FAILURES: '1' })
  const wrong = () => send(app, '/login', { password: 'wrong', turnstile_token: TOKEN }, { ip: '203.0.113.1' })
  expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 429])
  expect(await countRows('users')).toBe(1)
})

it('takes tokens of pages on this host and on the origins of CORS_ORIGINS', async () => {
  const { app, service } = await start(verdict(), { CORS_ORIGINS: 'https://app.example.com:8443,https://shop.example.net' })
  for (const [hostname, status] of [
    [new URL(PUBLIC_URL).hostname, 200],
    ['app.example.com', 200],
    ['shop.example.net', 200],
    ['example.com', 403],
  ] as const) {
    await service.answerWith(verdict({ hostname }))
    expect([hostname, (await send(app, '/login', { turnstile_token: TOKEN })).status]).toEqual([hostname, status])
  }
})

it('sends no address where none is known', async () => {
  const { app, service } = await start()
  await send(app, '/login', { turnstile_token: TOKEN }, { ip: null })
  expect(new URLSearchParams((await service.seen())[0]?.body).has('remoteip')).toBe(false)
})

describe('who is not challenged', () => {
  it('is a program at the stable face, a person at the cookie face, and another worker', async () => {
    const { app, service } = await start(SPENT)
    const { username } = await startApp({ keepStorage: true }).then(createPinAccount)
    const stable = { username: 'ada', password: PASSWORD }
    expect((await app.request('POST', '/api/stable/auth/login', { body: stable, ip: anyAddress() })).status).toBe(200)
    expect((await pinLogin(app, username)).status).toBe(200)
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api', rights: ['login'] })
    expect(await calls.login(EMAIL, PASSWORD)).toMatchObject({ user: { email: EMAIL } })
    expect(await service.seen()).toEqual([])
  })
})
