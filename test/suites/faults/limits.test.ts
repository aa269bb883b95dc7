// Whatever happens to the objects that count, no guess more is judged than the limit allows, and who is right is not punished.
import { evictDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { LoginLimiterObject } from '../../../src/objects/login-limiter/login-limiter.ts'
import type { SessionLedgerObject } from '../../../src/objects/session-ledger/session-ledger.ts'
import { tally } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'
import { breakableBindings, type Fault, interceptBindings } from './intercepted-bindings.ts'

const IP = '203.0.113.1'
/** LIMIT_PAIR_FAILURES and LIMIT_PIN_GUESSES_PER_HOUR. */
const [FREE_GUESSES, PIN_GUESSES] = [5, 10]
const FAULTS: readonly Fault[] = ['fails', 'loses its answer', 'is overloaded', 'is slow']

const guess = (app: TestApp, email: string, password = 'wrong password', ip = IP) =>
  app.v1('POST', '/login', { body: { email, password }, ip })

/** Guesses while the limiter works every other time only. @returns the statuses counted, and those while it did not work */
async function guessThroughFaults(
  app: TestApp,
  fault: { store: string | null },
  send: () => Promise<{ status: number }>,
  count: number,
) {
  const judged: number[] = []
  const down: number[] = []
  for (let turn = 0; turn < count; turn += 1) {
    fault.store = turn % 2 === 0 ? 'limiter' : null
    ;(fault.store ? down : judged).push((await send()).status)
    await app.settle()
  }
  fault.store = null
  return { judged, down }
}

describe.each(FAULTS)('while the limiter %s every other time', (how) => {
  const vars = { STORE_TIMEOUT_MS: '150' }

  it('five wrong passwords are judged, all others are 429, and it is 503 for everybody while it is down', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars })
    const email = await app.createAccount()
    fault.how = how
    const { judged, down } = await guessThroughFaults(app, fault, () => guess(app, email), 16)
    expect(judged).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    expect(new Set(down)).toEqual(new Set([503]))
    fault.store = 'limiter'
    expect((await guess(app, email, PASSWORD, anyAddress())).status).toBe(503)
    fault.store = null
    await app.settle()
    expect((await guess(app, email, PASSWORD, anyAddress())).status).toBe(200)
  })

  it('ten PINs are judged in an hour, from wherever they come', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars })
    const { username } = await createPinAccount(app)
    fault.how = how
    const { judged, down } = await guessThroughFaults(app, fault, () => pinLogin(app, username, '0000'), 24)
    expect(judged.filter((status) => status === 401)).toHaveLength(PIN_GUESSES)
    expect(judged.slice(PIN_GUESSES)).toEqual([429, 429])
    expect(new Set(down)).toEqual(new Set([503]))
  })

  it('registrations are no more than an hour allows', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { ...vars, LIMIT_REGISTRATIONS_PER_HOUR: '3' } })
    fault.how = how
    const send = () =>
      app.v1('POST', '/register', { body: { email: `${crypto.randomUUID()}@example.com`, password: PASSWORD }, ip: IP })
    const { judged, down } = await guessThroughFaults(app, fault, send, 12)
    expect(judged).toEqual([201, 201, 201, 429, 429, 429])
    expect(new Set(down)).toEqual(new Set([503]))
  })
})

describe('an attempt that is not given back, since the limiter fails just then,', () => {
  it('stays counted: fewer guesses are judged, never more', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    Object.assign(fault, { store: 'limiter', matches: ({ method }: { method: string }) => /^(accept|giveBack)/.test(method) })
    expect((await guess(app, email, PASSWORD)).status).toBe(503)
    await app.settle()
    fault.store = null
    const replies = []
    for (let count = 1; count <= 8; count += 1) replies.push(await guess(app, email))
    expect(tally(replies)).toEqual({ 401: FREE_GUESSES - 1, 429: 4 })
  })
})

describe('objects that are evicted in the middle of a window', () => {
  /** An app that can evict every object it has asked. */
  async function startEvicting() {
    const asked = new Map<string, DurableObjectStub<LoginLimiterObject | SessionLedgerObject>>()
    const bindings = interceptBindings((call, run) => {
      const name = call.text.split(' ')[0] ?? ''
      if (call.store === 'limiter') asked.set(`limiter ${name}`, BINDINGS.LOGIN_LIMITER.getByName(name))
      if (call.store === 'ledger') asked.set(`ledger ${name}`, BINDINGS.SESSION_LEDGER.getByName(name))
      return run()
    })
    const app = await startApp({ bindings })
    const evict = async () => {
      for (const stub of asked.values()) {
        // The platform may have evicted it already: only one that runs can be.
        await stub.ping()
        await evictDurableObject(stub)
      }
      return asked.size
    }
    return { app, evict }
  }

  it('count on: five guesses are judged with an eviction after each, and the wait is as long as it was', async () => {
    const { app, evict } = await startEvicting()
    const email = await app.createAccount()
    const statuses: number[] = []
    for (let count = 1; count <= 7; count += 1) {
      statuses.push((await guess(app, email)).status)
      expect(await evict()).toBeGreaterThan(0)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    app.clock.advance(59)
    expect((await guess(app, email, PASSWORD)).status).toBe(429)
    app.clock.advance(1)
    expect((await guess(app, email, PASSWORD)).status).toBe(200)
  })

  it('know what was revoked and which refresh token is the newest', async () => {
    const { app, evict } = await startEvicting()
    const email = await app.createAccount()
    const [ended, live] = [await app.signIn(email), await app.signIn(email)]
    await app.v1('POST', '/logout', { token: ended.access_token })
    const refresh = (token: string) => app.v1('POST', '/refresh', { body: { refresh_token: token } })
    const { body } = await refresh(live.refresh_token)
    await evict()
    expect((await app.v1('GET', '/me', { token: ended.access_token })).status).toBe(401)
    expect((await refresh(ended.refresh_token)).status).toBe(401)
    expect((await refresh(body.refresh_token)).status).toBe(200)
    await evict()
    expect((await refresh(live.refresh_token)).body.code).toBe('token_reused')
  })
})
