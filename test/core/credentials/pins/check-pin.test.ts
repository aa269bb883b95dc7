// How often a PIN may be guessed: by the hour, in backoffs, and in a row; with real limiter objects and the test's clock.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { secretKeyId } from '../../../../src/platform/crypto/keyring.ts'
import { breakableBindings } from '../../../suites/faults/intercepted-bindings.ts'
import { DAY, HOUR, MINUTE, rows, tally, times } from '../../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../../support/harness.ts'
import { AUTH_SECRET, createPinAccount, PIN, pinLogin } from '../../../support/http/cookie-browser.ts'

const NEXT_SECRET = 'Zp8rT2nW5xC9vB1mQ4sD7fG0hJ3kL6yU8iO5eA2wR7t'
const WRONG = '9753'

/** Fails so many times, from addresses of their own, and as fast as the hourly limit lets it. */
async function fail(app: TestApp, name: string, count: number): Promise<void> {
  for (let failed = 0; failed < count; failed++) {
    if (failed % 10 === 0) app.clock.advance(HOUR)
    const reply = await pinLogin(app, name, WRONG)
    if (reply.status !== 401) throw new Error(`not judged: ${reply.text}`)
  }
  app.clock.advance(HOUR)
}

describe('guesses of one PIN in an hour', () => {
  it('are 10 from all addresses together, then 429 until the first is an hour old', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    for (let guess = 0; guess < 10; guess++) {
      expect((await pinLogin(app, username, WRONG)).status).toBe(401)
      app.clock.advance(MINUTE)
    }
    const refused = await pinLogin(app, username)
    expect([refused.status, refused.body]).toEqual([429, { message: 'Too many attempts', retryAfter: 50 * MINUTE }])
    expect(refused.headers.get('Retry-After')).toBe(String(50 * MINUTE))
    expect(refused.headers.get('RateLimit-Policy')).toBe('"account";q=10;w=3600')
    app.clock.advance(50 * MINUTE - 1)
    expect((await pinLogin(app, username)).status).toBe(429)
    app.clock.advance(1)
    expect((await pinLogin(app, username)).status).toBe(200)
  })

  it('are exactly 10 in a burst from many addresses', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '64' } })
    const { username } = await createPinAccount(app)
    expect(tally(await times(40, () => pinLogin(app, username, WRONG)))).toEqual({ 401: 10, 429: 30 })
  })

  it('are counted for the right PIN too while they last, from an address that signed in before as from any other', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const ip = anyAddress()
    expect((await pinLogin(app, username, PIN, { ip })).status).toBe(200)
    await times(8, () => pinLogin(app, username, WRONG))
    await times(2, () => pinLogin(app, username, WRONG))
    expect((await pinLogin(app, username, PIN, { ip })).status).toBe(429)
  })

  it('are not used up by sign-ins that succeed', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    for (let round = 0; round < 15; round++) expect((await pinLogin(app, username)).status).toBe(200)
  })

  it('are limited for a name that nobody has in the same way', async () => {
    const app = await startApp()
    const replies = await times(5, () => pinLogin(app, 'nobody', WRONG))
    replies.push(...(await times(6, () => pinLogin(app, 'nobody', WRONG))))
    expect(tally(replies)).toEqual({ 401: 10, 429: 1 })
  })

  it('are none of the password, and the password none of them', async () => {
    const app = await startApp()
    const { username, email } = await createPinAccount(app)
    await fail(app, username, 10)
    app.clock.advance(-HOUR)
    expect((await pinLogin(app, username)).status).toBe(429)
    const body = { username, password: PASSWORD }
    expect((await app.v1('POST', '/login', { body })).status).toBe(200)
    expect((await app.v1('POST', '/login', { body: { email, password: PASSWORD } })).status).toBe(200)
    // Proving the password brings a dead PIN back, but no guesses.
    expect((await pinLogin(app, username)).status).toBe(429)
  })
})

describe('guesses of one PIN from one address', () => {
  it('wait 1, 1, 2, 3 minutes after 5 failures, and not after a success', async () => {
    const app = await startApp({ vars: { LIMIT_PIN_GUESSES_PER_HOUR: '1000' } })
    const { username } = await createPinAccount(app)
    const ip = anyAddress()
    const guess = (pin = WRONG) => pinLogin(app, username, pin, { ip })
    for (let failed = 0; failed < 5; failed++) expect((await guess()).status).toBe(401)
    for (const minutes of [1, 1, 2, 3, 5, 8]) {
      expect((await guess(PIN)).headers.get('Retry-After')).toBe(String(minutes * MINUTE))
      app.clock.advance(minutes * MINUTE - 1)
      expect((await guess(PIN)).status).toBe(429)
      app.clock.advance(1)
      expect((await guess()).status).toBe(401)
    }
    expect((await pinLogin(app, username)).status).toBe(200)
    app.clock.advance(13 * MINUTE)
    expect((await guess(PIN)).status).toBe(200)
    expect((await guess()).status).toBe(401)
    expect((await guess(PIN)).status).toBe(200)
  })
})

describe('failures in a row', () => {
  it('leave the PIN alive when they are 49', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    await fail(app, username, 49)
    expect((await pinLogin(app, username)).status).toBe(200)
    await fail(app, username, 49)
    expect((await pinLogin(app, username)).status).toBe(200)
  })

  it('kill it when they are 50, for good, and it looks like any wrong PIN', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app)
    const wrong = await pinLogin(app, username, WRONG)
    await fail(app, username, 49)
    const dead = await pinLogin(app, username)
    expect([dead.status, dead.body, [...dead.headers.keys()]]).toEqual([401, wrong.body, [...wrong.headers.keys()]])
    app.clock.advance(1000 * DAY)
    expect((await pinLogin(app, username)).status).toBe(401)
  })

  it('kill it for every address in a burst that crosses the fiftieth', async () => {
    const app = await startApp({
      vars: { LIMIT_PIN_GUESSES_PER_HOUR: '1000', PIN_DEAD_AFTER_FAILURES: '5', MAX_PENDING_HASHES: '64' },
    })
    const { username } = await createPinAccount(app)
    await times(20, () => pinLogin(app, username, WRONG))
    expect(tally(await times(10, () => pinLogin(app, username)))).toEqual({ 401: 10 })
  })

  it.each([
    ['its username', ({ username }: { username: string; email: string }) => ({ username })],
    ['its e-mail address', ({ email }: { username: string; email: string }) => ({ email })],
  ])('are forgiven by a sign-in by password with %s', async (_, identify) => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '3' } })
    const account = await createPinAccount(app)
    await fail(app, account.username, 3)
    expect((await pinLogin(app, account.username)).status).toBe(401)
    const wrong = { ...identify(account), password: 'not this one' }
    expect((await app.v1('POST', '/login', { body: wrong, ip: anyAddress() })).status).toBe(401)
    expect((await pinLogin(app, account.username)).status).toBe(401)
    const right = { ...identify(account), password: PASSWORD }
    expect((await app.v1('POST', '/login', { body: right, ip: anyAddress() })).status).toBe(200)
    expect((await pinLogin(app, account.username)).status).toBe(200)
    // And it takes as many to kill it again.
    await fail(app, account.username, 2)
    expect((await pinLogin(app, account.username)).status).toBe(200)
  })

  it('outlive the sweep of what is forgotten', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '3' } })
    const { username } = await createPinAccount(app)
    await fail(app, username, 3)
    const swept = await sweepUntilQuiet()
    expect(swept).toEqual([['tally:streak']])
    expect((await pinLogin(app, username)).status).toBe(401)
  })
})

/** Rings the alarms of all limiters until none is set; returns the keys of those that still hold something. */
async function sweepUntilQuiet(): Promise<string[][]> {
  const { listDurableObjectIds } = await import('cloudflare:test')
  const left: string[][] = []
  for (const id of await listDurableObjectIds(BINDINGS.LOGIN_LIMITER as unknown as DurableObjectNamespace)) {
    const stub = BINDINGS.LOGIN_LIMITER.get(id)
    for (let rung = 0; rung < 50; rung++) if (!(await runDurableObjectAlarm(stub))) break
    const keys = await runInDurableObject(stub, (_, { storage }) => [...storage.kv.list()].map(([key]) => key))
    if (keys.length > 0) left.push(keys)
  }
  return left
}

describe('a PIN and a password', () => {
  it('are never taken for each other', async () => {
    const app = await startApp()
    const { username } = await createPinAccount(app, { pin: '246813579' })
    expect((await pinLogin(app, username, PASSWORD)).status).toBe(401)
    const body = { username, password: '246813579' }
    expect((await app.v1('POST', '/login', { body })).status).toBe(401)
    const numeric = await app.createAccount({ username: 'numeric', password: '8642097531' })
    expect((await app.signIn(numeric, '8642097531')).user.email).toBe(numeric)
    expect((await pinLogin(app, 'numeric', '8642097531')).status).toBe(401)
  })
})

describe('a PIN and the secret', () => {
  it('still match while the secret it was made with is the previous one, and it is keyed anew', async () => {
    const before = await startApp()
    const { username } = await createPinAccount(before)
    const keyId = async () =>
      (await rows<{ data: string }>("SELECT data ->> 'keyId' AS data FROM credentials WHERE kind = 'pin'"))[0]?.data
    expect(await keyId()).toBe(await secretKeyId(AUTH_SECRET))

    const rotating = await startApp({ vars: { AUTH_SECRET: NEXT_SECRET, AUTH_SECRET_PREVIOUS: AUTH_SECRET }, keepStorage: true })
    expect((await pinLogin(rotating, username, WRONG)).status).toBe(401)
    expect((await pinLogin(rotating, username)).status).toBe(200)
    await rotating.settle()
    expect(await keyId()).toBe(await secretKeyId(NEXT_SECRET))

    const after = await startApp({ vars: { AUTH_SECRET: NEXT_SECRET }, keepStorage: true })
    expect((await pinLogin(after, username)).status).toBe(200)
  })

  it('do not match once that secret is not accepted any more', async () => {
    const { username } = await createPinAccount(await startApp())
    const after = await startApp({ vars: { AUTH_SECRET: NEXT_SECRET }, keepStorage: true })
    expect((await pinLogin(after, username)).status).toBe(401)
  })
})

describe('an outage', () => {
  it.each(['limiter', 'database', 'ledger'] as const)(
    'of the %s is 503 for a sign-in by PIN, and no guess is used up',
    async (store) => {
      const { bindings, fault } = breakableBindings()
      const app = await startApp({ bindings })
      const { username } = await createPinAccount(app)
      fault.store = store
      for (let tries = 0; tries < 12; tries++) {
        const reply = await pinLogin(app, username, store === 'ledger' ? PIN : WRONG)
        expect([reply.status, reply.body]).toEqual([503, { message: 'The service is temporarily unavailable' }])
        expect(reply.headers.getSetCookie()).toEqual([])
        await app.settle()
      }
      fault.store = null
      expect((await pinLogin(app, username)).status).toBe(200)
    },
  )

  it('of the PIN’s limiter does not keep anybody from signing in by password', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { email } = await createPinAccount(app)
    fault.store = 'limiter'
    fault.matches = ({ method }) => method === 'revivePin'
    expect((await app.signIn(email)).user.email).toBe(email)
    expect(app.log.some(({ event }) => event === 'PIN not revived')).toBe(true)
  })
})
