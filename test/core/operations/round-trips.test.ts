import { describe, expect, it, vi } from 'vitest'
import { createCalls } from '../../../src/rpc/calls.ts'
import { interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'

interface Span {
  readonly name: string
  readonly start: number
  end: number
}

/** An app that notes when each store call of a request begins and ends, in the order these things happen. */
async function startWatchedApp() {
  const spans: Span[] = []
  let moment = 0
  const bindings = interceptBindings(async (call, run) => {
    const table = /(?:from|into|update) "?(\w+)/i.exec(withoutSubqueries(call.text))?.[1]
    const span: Span = {
      name: call.store === 'database' ? `database ${table}` : `${call.store} ${call.method}`,
      start: moment++,
      end: 0,
    }
    spans.push(span)
    try {
      return await run()
    } finally {
      // Long enough for everything that does not wait for this answer to have begun.
      await new Promise((resolve) => setTimeout(resolve, 15))
      span.end = moment++
    }
  })
  const app = await startApp({ bindings })
  const email = await app.createAccount()
  const { access_token: token, refresh_token: refreshToken } = await app.signIn(email)
  await app.settle()
  spans.length = 0
  return { app, email, token, refreshToken, spans }
}

function withoutSubqueries(statement: string): string {
  const shorter = statement.replace(/\([^()]*\)/g, '')
  return shorter === statement ? statement : withoutSubqueries(shorter)
}

/** The calls a reply has waited for, in waves: a call belongs to the wave after the last one that had ended when it began. */
function waves(all: readonly Span[]): string[][] {
  // What the record is told behind the reply's back is still on its way.
  const spans = all.filter(({ end }) => end > 0)
  const depth = new Map<Span, number>()
  const found: string[][] = []
  for (const span of spans) {
    const before = spans.filter((other) => other.end < span.start).map((other) => depth.get(other) ?? 0)
    const level = before.length === 0 ? 0 : Math.max(...before) + 1
    depth.set(span, level)
    found[level] = [...(found[level] ?? []), span.name].sort()
  }
  return found
}

describe('store calls of a request', () => {
  it('that signs in wait twice in a row: limiter and user together, then the ledger', async () => {
    const { app, email, spans } = await startWatchedApp()
    const reply = await app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() })
    expect(reply.status).toBe(200)
    expect(waves(spans)).toEqual([
      ['database users', 'limiter countAccountAttempt', 'limiter countAddressAttempt'],
      ['ledger create', 'limiter acceptAccountAttempt', 'limiter acceptAddressAttempt'],
    ])
  })

  it('that signs in by PIN wait as often', async () => {
    const { app, spans } = await startWatchedApp()
    const { username } = await createPinAccount(app)
    await app.settle()
    spans.length = 0
    expect((await pinLogin(app, username)).status).toBe(200)
    expect(waves(spans)).toEqual([
      ['database users', 'limiter countAddressAttempt', 'limiter countPinAttempt'],
      // That the PIN was used is noted behind the reply, once a day.
      ['database credentials', 'ledger create', 'limiter acceptAddressAttempt', 'limiter acceptPinAttempt'],
    ])
  })

  it('that signs in by password revive a PIN without waiting for it in a row', async () => {
    const { app, spans } = await startWatchedApp()
    const { username } = await createPinAccount(app)
    await app.settle()
    spans.length = 0
    const reply = await app.v1('POST', '/login', { body: { username, password: PASSWORD }, ip: anyAddress() })
    expect(reply.status).toBe(200)
    expect(waves(spans)).toEqual([
      ['database users', 'limiter countAccountAttempt', 'limiter countAddressAttempt'],
      [
        'database credentials',
        ...['ledger create', 'limiter acceptAccountAttempt', 'limiter acceptAddressAttempt', 'limiter revivePin'],
      ],
    ])
  })

  it('that gets the password wrong wait once', async () => {
    const { app, email, spans } = await startWatchedApp()
    await app.v1('POST', '/login', { body: { email, password: 'wrong password' }, ip: anyAddress() })
    expect(waves(spans)).toEqual([['database users', 'limiter countAccountAttempt', 'limiter countAddressAttempt']])
  })

  it('that registers wait twice: limiter and one look-up together, then one batch', async () => {
    const { app, spans } = await startWatchedApp()
    const body = { email: 'new@example.com', username: 'new', password: PASSWORD }
    expect((await app.v1('POST', '/register', { body, ip: anyAddress() })).status).toBe(201)
    await app.settle()
    expect(waves(spans).slice(0, 2)).toEqual([['database users', 'limiter takeRegistration'], ['database username_claims']])
  })

  it('that reads the current user ask ledger and D1 side by side', async () => {
    const { app, token, spans } = await startWatchedApp()
    expect((await app.v1('GET', '/me', { token })).status).toBe(200)
    expect(waves(spans)).toEqual([['database users', 'ledger find']])
  })

  it('that checks a token for another worker: none at token, one read of KV at edge, ledger and D1 side by side at strict', async () => {
    const { app, token, spans } = await startWatchedApp()
    await vi.waitFor(async () => expect(await BINDINGS.SESSIONS.get(`session:${claimsOf(token).sid}`)).not.toBeNull())
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api' })
    for (const [freshness, expected] of [
      ['token', []],
      ['edge', [['copies get']]],
      ['strict', [['database users', 'ledger find']]],
    ] as const) {
      spans.length = 0
      expect(await calls.authenticate(token, { freshness })).toMatchObject({ ok: true })
      expect([freshness, waves(spans)]).toEqual([freshness, expected])
    }
    spans.length = 0
    expect(await calls.verifyToken(token)).not.toBeNull()
    expect(waves(spans)).toEqual([['database users', 'ledger find']])
  })

  it('that refreshes read the user before the counter advances', async () => {
    const { app, refreshToken, spans } = await startWatchedApp()
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })).status).toBe(200)
    expect(waves(spans)).toEqual([['database users'], ['ledger rotate']])
  })

  it('that signs out ask the ledger alone', async () => {
    const { app, token, spans } = await startWatchedApp()
    expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
    expect(waves(spans)).toEqual([['ledger revoke']])
  })

  it('with forged tokens touch no store at all', async () => {
    const { app, token, refreshToken, spans } = await startWatchedApp()
    const spoil = (text: string) => `${text.slice(0, -10)}${text.at(-10) === 'A' ? 'B' : 'A'}${text.slice(-9)}`
    expect((await app.v1('GET', '/me', { token: spoil(token) })).status).toBe(401)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: spoil(refreshToken) } })).status).toBe(401)
    expect((await app.v1('POST', '/logout', { token: spoil(token) })).status).toBe(401)
    expect(spans).toEqual([])
  })
})
