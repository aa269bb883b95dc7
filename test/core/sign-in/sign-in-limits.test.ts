import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, tally, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, type Reply, startApp, type TestApp } from '../../support/harness.ts'

/** So that what is refused is refused by limits and not for want of a hash slot. */
const ROOM = { MAX_PENDING_HASHES: '64' }

function trySignIn(app: TestApp, email: string, ip: string, password = 'wrong password'): Promise<Reply> {
  return app.v1('POST', '/login', { body: { email, password }, ip })
}

describe('a burst of 60 parallel wrong passwords', () => {
  it('gets exactly five judged, and the rest told how long to wait', async () => {
    const app = await startApp({ vars: ROOM })
    const email = await app.createAccount()
    const replies = await times(60, () => trySignIn(app, email, '203.0.113.1'))
    expect(tally(replies)).toEqual({ 401: 5, 429: 55 })
    for (const { headers, body } of replies.filter(({ status }) => status === 429)) {
      expect(body).toMatchObject({ code: 'rate_limited', message: 'Too many attempts' })
      expect(headers.get('Retry-After')).toBe('60')
      expect(headers.get('RateLimit-Policy')).toBe('"account-address";q=5;w=86400')
      expect(headers.get('RateLimit')).toBe('"account-address";r=0;t=60')
    }
  })

  it('never gets a right password between them judged beyond the five', async () => {
    const app = await startApp({ vars: ROOM })
    const email = await app.createAccount()
    await times(5, () => trySignIn(app, email, '203.0.113.1'))
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(429)
  })

  it('is counted for an account that does not exist just the same', async () => {
    const app = await startApp({ vars: ROOM })
    const replies = await times(60, () => trySignIn(app, 'nobody@example.com', '203.0.113.1'))
    expect(tally(replies)).toEqual({ 401: 5, 429: 55 })
  })

  it('is one account however its address is spelled', async () => {
    const app = await startApp({ vars: ROOM })
    const spellings = ['nobody@example.com', 'NOBODY@example.com', 'Nobody@EXAMPLE.com', 'nobody@Example.Com']
    const replies = await times(60, (index) => trySignIn(app, spellings[index % 4] ?? '', '203.0.113.1'))
    expect(tally(replies)).toEqual({ 401: 5, 429: 55 })
  })

  it('over the addresses of one IPv6 /64 counts as from one address', async () => {
    const app = await startApp({ vars: ROOM })
    const replies = await times(60, (index) => trySignIn(app, 'nobody@example.com', `2001:db8:1:2::${index + 1}`))
    expect(tally(replies)).toEqual({ 401: 5, 429: 55 })
    expect((await trySignIn(app, 'nobody@example.com', '2001:db8:1:3::1')).status).toBe(401)
  })

  it('shares one budget where requests carry no valid client address', async () => {
    const app = await startApp({ vars: ROOM })
    const replies = await times(20, (index) =>
      app.v1('POST', '/login', {
        body: { email: 'nobody@example.com', password: 'wrong password' },
        ip: index % 2 ? null : `not an address ${index}`,
      }),
    )
    expect(tally(replies)).toEqual({ 401: 5, 429: 15 })
  })
})

describe('the wait after failures', () => {
  it('is 1, 1, 2, 3, 5, 8 minutes, and waiting exactly that long is enough', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    for (let attempt = 1; attempt <= 5; attempt += 1) expect((await trySignIn(app, email, '203.0.113.1')).status).toBe(401)
    for (const minutes of [1, 1, 2, 3, 5, 8]) {
      const refused = await trySignIn(app, email, '203.0.113.1', PASSWORD)
      expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, String(minutes * MINUTE)])
      app.clock.advance(minutes * MINUTE - 1)
      const stillRefused = await trySignIn(app, email, '203.0.113.1', PASSWORD)
      expect([stillRefused.status, stillRefused.headers.get('Retry-After')]).toEqual([429, '1'])
      app.clock.advance(1)
      expect((await trySignIn(app, email, '203.0.113.1')).status).toBe(401)
    }
    app.clock.advance(13 * MINUTE)
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
  })

  it('does not hold the owner up at another address', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    for (let attempt = 1; attempt <= 6; attempt += 1) await trySignIn(app, email, '203.0.113.1')
    expect((await trySignIn(app, email, '203.0.113.2', PASSWORD)).status).toBe(200)
  })

  it('starts over after a success: four failures and the right password leave five more', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    for (let round = 1; round <= 3; round += 1) {
      for (let attempt = 1; attempt <= 4; attempt += 1) expect((await trySignIn(app, email, '203.0.113.1')).status).toBe(401)
      expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
    }
    const replies = await times(6, () => trySignIn(app, email, '203.0.113.1'))
    expect(tally(replies)).toEqual({ 401: 5, 429: 1 })
  })

  it('is forgotten a day after the last block is over', async () => {
    const app = await startApp()
    for (let attempt = 1; attempt <= 5; attempt += 1) await trySignIn(app, 'nobody@example.com', '203.0.113.1')
    app.clock.advance(MINUTE + DAY)
    const replies = await times(6, () => trySignIn(app, 'nobody@example.com', '203.0.113.1'))
    expect(tally(replies)).toEqual({ 401: 5, 429: 1 })
  })
})

describe('right passwords', () => {
  it('are given back: any number of sign-ins in a row passes', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '3', LIMIT_ACCOUNT_FAILURES_PER_HOUR: '3' } })
    const email = await app.createAccount()
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
    }
  })
})

describe('the limit of an account over all addresses', () => {
  it('refuses strangers but not an address the owner signed in from', async () => {
    const app = await startApp({ vars: { ...ROOM, LIMIT_ACCOUNT_FAILURES_PER_HOUR: '10' } })
    const email = await app.createAccount()
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
    const replies = await times(30, () => trySignIn(app, email, anyAddress()))
    expect(tally(replies)).toEqual({ 401: 10, 429: 20 })
    const refused = await trySignIn(app, email, '203.0.113.99', PASSWORD)
    expect([refused.status, refused.headers.get('RateLimit-Policy')]).toEqual([429, '"account";q=10;w=3600'])
    expect(refused.headers.get('Retry-After')).toBe('3600')
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
    app.clock.advance(HOUR)
    expect((await trySignIn(app, email, '203.0.113.99', PASSWORD)).status).toBe(200)
  })

  it('exempts an address for 30 days after its last success', async () => {
    const app = await startApp({ vars: { ...ROOM, LIMIT_ACCOUNT_FAILURES_PER_HOUR: '3' } })
    const email = await app.createAccount()
    await trySignIn(app, email, '203.0.113.1', PASSWORD)
    app.clock.advance(30 * DAY - 1)
    await times(3, () => trySignIn(app, email, anyAddress()))
    expect((await trySignIn(app, email, '203.0.113.1')).status).toBe(401)
    app.clock.advance(1)
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(429)
  })
})

describe('the limits of an address over all accounts', () => {
  it('refuse after so many failures an hour', async () => {
    const app = await startApp({ vars: { ...ROOM, LIMIT_ADDRESS_FAILURES_PER_HOUR: '7' } })
    const replies = await times(20, (index) => trySignIn(app, `nobody-${index}@example.com`, '203.0.113.1'))
    expect(tally(replies)).toEqual({ 401: 7, 429: 13 })
    expect(replies.find(({ status }) => status === 429)?.headers.get('RateLimit')).toBe('"address";r=0;t=3600')
    app.clock.advance(HOUR)
    expect((await trySignIn(app, 'nobody@example.com', '203.0.113.1')).status).toBe(401)
  })

  it('refuse after so many hashes a minute, right passwords included', async () => {
    const app = await startApp({ vars: { ...ROOM, LIMIT_ADDRESS_HASHES_PER_MINUTE: '6' } })
    const email = await app.createAccount()
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
    }
    const refused = await trySignIn(app, email, '203.0.113.1', PASSWORD)
    expect([refused.status, refused.headers.get('RateLimit-Policy')]).toEqual([429, '"hashes";q=6;w=60'])
    app.clock.advance(MINUTE)
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
  })

  it('that refuse cost the account nothing', async () => {
    const app = await startApp({ vars: { ...ROOM, LIMIT_ADDRESS_FAILURES_PER_HOUR: '1' } })
    const email = await app.createAccount()
    await trySignIn(app, 'nobody@example.com', '203.0.113.1')
    expect(tally(await times(10, () => trySignIn(app, email, '203.0.113.1')))).toEqual({ 429: 10 })
    app.clock.advance(HOUR)
    expect((await trySignIn(app, email, '203.0.113.1', PASSWORD)).status).toBe(200)
  })
})
