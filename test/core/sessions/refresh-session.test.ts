import { describe, expect, it } from 'vitest'
import { breakableBindings, interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf, DAY, HOUR, rows, tally, times } from '../../support/fixtures.ts'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'

const ELSEWHERE = { ip: '203.0.113.200' }

function refresh(app: TestApp, refreshToken: string, from: { readonly ip?: string } = {}) {
  return app.v1('POST', '/refresh', { body: { refresh_token: refreshToken }, ...from })
}

async function isAccepted(app: TestApp, token: string): Promise<boolean> {
  return (await app.v1('GET', '/me', { token })).status === 200
}

async function signedIn(app: TestApp) {
  return app.signIn(await app.createAccount())
}

describe('30 parallel refreshes with one token', () => {
  it('give one line of successors: the same refresh token to all, and access tokens that work', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    const replies = await times(30, () => refresh(app, grant.refresh_token))
    expect(tally(replies)).toEqual({ 200: 30 })
    const [next, ...others] = new Set(replies.map(({ body }) => body.refresh_token as string))
    expect(others).toEqual([])
    expect(next).not.toBe(grant.refresh_token)
    for (const { body } of replies) expect(await isAccepted(app, body.access_token)).toBe(true)

    const second = await times(30, () => refresh(app, next ?? ''))
    expect(tally(second)).toEqual({ 200: 30 })
    const counters = new Set(second.map(({ body }) => claimsOf(body.refresh_token).ctr))
    expect([claimsOf(grant.refresh_token).ctr, claimsOf(next ?? '').ctr, ...counters]).toEqual([0, 1, 2])
  })
})

describe('a refresh token used again', () => {
  it('within the grace gives the same successor, as for a lost reply', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    const lost = await refresh(app, grant.refresh_token)
    app.clock.advance(60)
    const retried = await refresh(app, grant.refresh_token)
    expect([retried.status, retried.body.refresh_token]).toEqual([200, lost.body.refresh_token])
    expect((await refresh(app, retried.body.refresh_token)).status).toBe(200)
  })

  it('after the grace from another network ends the session: token_reused, and the newest tokens are dead too', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    const newest = await refresh(app, grant.refresh_token)
    app.clock.advance(61)
    expect(await refresh(app, grant.refresh_token, ELSEWHERE)).toMatchObject({ status: 401, body: { code: 'token_reused' } })
    expect(await refresh(app, newest.body.refresh_token)).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
    expect(await isAccepted(app, newest.body.access_token)).toBe(false)
  })

  it('after two more exchanges ends the session although the grace is not over', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    const second = await refresh(app, grant.refresh_token)
    const third = await refresh(app, second.body.refresh_token)
    expect(await refresh(app, grant.refresh_token)).toMatchObject({ status: 401, body: { code: 'token_reused' } })
    expect((await refresh(app, third.body.refresh_token)).status).toBe(401)
  })

  it('after the grace gives the same successor, that nobody used, to the device that asked, and to no other', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    const from = (ip: string, agent: string) =>
      app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token }, ip, headers: { 'User-Agent': agent } })
    const lost = await from('203.0.113.7', 'App/1.0')
    app.clock.advance(9 * DAY)
    expect((await from('203.0.113.8', 'App/1.1')).body.refresh_token).toBe(lost.body.refresh_token)
    expect((await from('192.0.2.1', 'App/1.1')).body.code).toBe('token_reused')
    expect((await from('203.0.113.8', 'App/1.1')).status).toBe(401)
  })

  it('leaves the other sessions of the user alone', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const stolen = await app.signIn(email)
    const other = await app.signIn(email)
    await refresh(app, stolen.refresh_token)
    app.clock.advance(61)
    expect((await refresh(app, stolen.refresh_token, ELSEWHERE)).status).toBe(401)
    expect((await refresh(app, other.refresh_token)).status).toBe(200)
  })

  it('is judged by the grace that is configured', async () => {
    const app = await startApp({ vars: { REFRESH_GRACE_SECONDS: '0' } })
    const grant = await signedIn(app)
    await refresh(app, grant.refresh_token)
    app.clock.advance(1)
    expect((await refresh(app, grant.refresh_token, ELSEWHERE)).body.code).toBe('token_reused')
  })
})

describe('an outage during a refresh', () => {
  it('of D1 is 503 and does not spend the token', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const grant = await signedIn(app)
    fault.store = 'database'
    const refused = await refresh(app, grant.refresh_token)
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '1'])
    fault.store = null
    const reply = await refresh(app, grant.refresh_token)
    expect(claimsOf(reply.body.refresh_token).ctr).toBe(1)
  })

  it('that loses the answer of the ledger is 503, and trying again gives the successor that was made', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const grant = await signedIn(app)
    Object.assign(fault, { store: 'ledger', how: 'loses its answer' })
    expect((await refresh(app, grant.refresh_token)).status).toBe(503)
    fault.store = null
    const retried = await refresh(app, grant.refresh_token)
    expect([retried.status, claimsOf(retried.body.refresh_token).ctr]).toEqual([200, 1])
  })
})

describe('the life of a session', () => {
  it('slides with each refresh and ends 30 days after the last one', async () => {
    const app = await startApp()
    let { refresh_token: token } = await signedIn(app)
    app.clock.advance(30 * DAY - 1)
    token = (await refresh(app, token)).body.refresh_token
    app.clock.advance(30 * DAY - 1)
    const last = await refresh(app, token)
    expect(last.status).toBe(200)
    app.clock.advance(30 * DAY)
    expect(await refresh(app, last.body.refresh_token)).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
  })

  it('never passes its absolute end after 90 days, nor do its access tokens', async () => {
    const app = await startApp()
    let grant = await signedIn(app)
    for (let month = 1; month <= 3; month += 1) {
      app.clock.advance(30 * DAY - 100)
      grant = (await refresh(app, grant.refresh_token)).body
    }
    expect(grant.expires_in).toBe(300)
    expect(claimsOf(grant.access_token).exp - app.clock.now).toBe(300)
    app.clock.advance(299)
    expect(await isAccepted(app, grant.access_token)).toBe(true)
    app.clock.advance(1)
    expect(await isAccepted(app, grant.access_token)).toBe(false)
    expect((await refresh(app, grant.refresh_token)).status).toBe(401)
  })

  it('follows the lifetimes that are configured', async () => {
    const app = await startApp({
      vars: { SESSION_TTL_SECONDS: '7200', SESSION_ABSOLUTE_TTL_SECONDS: '10800', ACCESS_TOKEN_TTL_SECONDS: '120' },
    })
    const grant = await signedIn(app)
    expect(grant.expires_in).toBe(120)
    app.clock.advance(2 * HOUR - 1)
    const next = await refresh(app, grant.refresh_token)
    expect(next.status).toBe(200)
    app.clock.advance(HOUR + 1)
    expect((await refresh(app, next.body.refresh_token)).status).toBe(401)
  })
})

describe('a user whose account changed', () => {
  it('cannot refresh while it is disabled, and can again when it is enabled', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    expect(await refresh(app, grant.refresh_token)).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = NULL').run()
    expect((await refresh(app, grant.refresh_token)).status).toBe(200)
  })

  it('cannot refresh a session of an earlier epoch, nor of a later one', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    for (const epoch of [2, 0]) {
      await BINDINGS.DB.prepare('UPDATE users SET session_epoch = ?').bind(epoch).run()
      expect((await refresh(app, grant.refresh_token)).status).toBe(401)
    }
  })

  it('carries its new permissions from the next refresh on', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin","x"]'`).run()
    const reply = await refresh(app, grant.refresh_token)
    expect(reply.body.user).toMatchObject({ is_admin: true, role: 'admin', permissions: ['systemAdmin', 'x'] })
    expect(claimsOf(reply.body.access_token)).toMatchObject({ roles: ['admin'], permissions: ['systemAdmin', 'x'] })
  })

  it('cannot refresh once the account is deleted', async () => {
    const app = await startApp()
    const grant = await signedIn(app)
    await BINDINGS.DB.prepare('DELETE FROM users').run()
    expect((await refresh(app, grant.refresh_token)).status).toBe(401)
  })
})

describe('refresh tokens in D1 and KV', () => {
  it('are nowhere, and a refresh writes to neither', async () => {
    const writes: string[] = []
    const bindings = interceptBindings(async (call, run) => {
      const isWrite = call.store === 'database' ? !/^select/i.test(call.text) : call.store === 'copies' && call.method !== 'get'
      if (isWrite) writes.push(call.text)
      return run()
    })
    const app = await startApp({ bindings })
    const grant = await signedIn(app)
    await app.settle()
    writes.length = 0
    const { body } = await refresh(app, grant.refresh_token)
    expect(writes).toEqual([])
    const { keys } = await BINDINGS.SESSIONS.list()
    const copies = await Promise.all(keys.map(({ name }) => BINDINGS.SESSIONS.get(name)))
    const tables = ['users', 'registrations', 'one_time_tokens', 'signing_keys', 'outbox', 'username_claims']
    const everything = JSON.stringify([copies, await Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)))])
    for (const token of [grant.refresh_token, grant.access_token, body.refresh_token]) {
      expect(everything).not.toContain(token.split('.')[2])
    }
  })
})
