import { describe, expect, it } from 'vitest'
import { breakableBindings, interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { actsOf } from '../../support/audit-fixtures.ts'
import { claimsOf, DAY, tally, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const sidOf = (grant: { access_token: string }): string => claimsOf(grant.access_token).sid

async function list(app: TestApp, token: string, query = '') {
  const { status, body } = await app.v1('GET', `/sessions${query}`, { token })
  return status === 200 ? (body.sessions as { id: string; current: boolean; last_used_at: string; expires_at: string }[]) : status
}

async function isAccepted(app: TestApp, token: string): Promise<boolean> {
  return (await app.v1('GET', '/me', { token })).status === 200
}

async function permit(email: string, permission: string): Promise<void> {
  await BINDINGS.DB.prepare('UPDATE users SET permissions = ? WHERE email = ?')
    .bind(JSON.stringify([permission]), email)
    .run()
}

describe('signing out', () => {
  it('ends the session of this token alone', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const here = await app.signIn(email)
    const elsewhere = await app.signIn(email)
    expect(await app.v1('POST', '/logout', { token: here.access_token })).toMatchObject({
      status: 200,
      body: { message: 'Logged out' },
    })
    expect(await isAccepted(app, here.access_token)).toBe(false)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: here.refresh_token } })).body.code).toBe('invalid_token')
    expect(await isAccepted(app, elsewhere.access_token)).toBe(true)
  })

  it('says the same again to the token whose session has ended, since the first answer may have been lost', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    for (let count = 1; count <= 3; count += 1) expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
    expect(await isAccepted(app, token)).toBe(false)
    app.clock.advance(906)
    expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
  })

  it('ends a live session by its expired access token', async () => {
    const app = await startApp()
    const { access_token: token, refresh_token } = await app.signIn(await app.createAccount())
    app.clock.advance(20 * DAY)
    expect(await isAccepted(app, token)).toBe(false)
    expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token } })).status).toBe(401)
  })

  it('ends a session by its refresh token, superseded or not, which counts before a bearer token', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const [one, other] = [await app.signIn(email), await app.signIn(email)]
    const newer = await app.v1('POST', '/refresh', { body: { refresh_token: one.refresh_token } })
    const body = { refresh_token: one.refresh_token }
    for (let count = 0; count < 2; count += 1) {
      const reply = await app.v1('POST', '/logout', { body, token: other.access_token })
      expect([reply.status, reply.body]).toEqual([200, { message: 'Logged out' }])
    }
    expect(await isAccepted(app, newer.body.access_token)).toBe(false)
    expect(await isAccepted(app, other.access_token)).toBe(true)
    expect((await actsOf(app)).filter((act) => act === 'signed_out')).toHaveLength(1)
  })

  it('is refused to what is no refresh token, and to an access token whose signature is forged', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    app.clock.advance(DAY)
    for (const refreshToken of ['x', token]) {
      const reply = await app.v1('POST', '/logout', { body: { refresh_token: refreshToken }, token })
      expect([reply.status, reply.body.code]).toEqual([401, 'invalid_token'])
    }
    const forged = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`
    expect((await app.v1('POST', '/logout', { token: forged })).status).toBe(401)
  })

  it('is refused to a genuine token whose session no ledger knows', async () => {
    const unknown: Record<string, unknown> = { revoke: false, find: null }
    const bindings = interceptBindings(async ({ method }, run) => (method in unknown ? unknown[method] : run()))
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    expect(await app.v1('POST', '/logout', { token })).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
  })

  it('30 times in parallel ends one session, and all are told so', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    expect(tally(await times(30, () => app.v1('POST', '/logout', { token })))).toEqual({ 200: 30 })
    expect((await actsOf(app)).filter((act) => act === 'signed_out')).toHaveLength(1)
  })

  it('works while D1 is down', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    fault.store = 'database'
    expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
    fault.store = null
    expect(await isAccepted(app, token)).toBe(false)
  })

  it('is 503 while the ledger has not confirmed it, and can be tried again', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '400' } })
    const { access_token: token } = await app.signIn(await app.createAccount())
    for (const how of ['fails', 'is slow'] as const) {
      Object.assign(fault, { store: 'ledger', how })
      const reply = await app.v1('POST', '/logout', { token })
      expect([reply.status, reply.headers.get('Retry-After')]).toEqual([503, '1'])
    }
    fault.store = null
    expect((await app.v1('POST', '/logout', { token })).status).toBe(200)
  })
})

describe('signing out everywhere', () => {
  it('counts and ends all live sessions, and lets one made afterwards live', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const grants = [await app.signIn(email), await app.signIn(email), await app.signIn(email)]
    await app.v1('POST', '/logout', { token: grants[2]?.access_token ?? '' })
    const reply = await app.v1('POST', '/revoke-all', { token: grants[0]?.access_token ?? '' })
    expect([reply.status, reply.body]).toEqual([200, { message: 'All sessions revoked', revoked: 2 }])
    for (const grant of grants) {
      expect(await isAccepted(app, grant.access_token)).toBe(false)
      expect((await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })).status).toBe(401)
    }
    const after = await app.signIn(email)
    expect(await isAccepted(app, after.access_token)).toBe(true)
    expect(await list(app, after.access_token)).toHaveLength(1)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: after.refresh_token } })).status).toBe(200)
  })

  it('leaves other users alone', async () => {
    const app = await startApp()
    const own = await app.signIn(await app.createAccount())
    const other = await app.signIn(await app.createAccount())
    await app.v1('POST', '/revoke-all', { token: own.access_token })
    expect(await isAccepted(app, other.access_token)).toBe(true)
  })

  it('is decided by D1: done even when the ledger fails to follow', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const grant = await app.signIn(email)
    Object.assign(fault, { store: 'ledger', matches: ({ method }: { method: string }) => method === 'revokeAll' })
    const reply = await app.v1('POST', '/revoke-all', { token: grant.access_token })
    expect([reply.status, reply.body.revoked]).toEqual([200, 1])
    fault.store = null
    expect(await isAccepted(app, grant.access_token)).toBe(false)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })).status).toBe(401)
    expect(await list(app, (await app.signIn(email)).access_token)).toHaveLength(1)
  })

  it('is 503 and ends nothing while D1 fails to write', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    Object.assign(fault, { store: 'database', matches: ({ text }: { text: string }) => /^update/i.test(text) })
    expect((await app.v1('POST', '/revoke-all', { token })).status).toBe(503)
    expect(await isAccepted(app, token)).toBe(true)
  })
})

describe('ending one session', () => {
  it('by its id ends it at once, and another time there is none', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const here = await app.signIn(email)
    const lost = await app.signIn(email)
    const end = () => app.v1('DELETE', `/sessions/${sidOf(lost)}`, { token: here.access_token })
    expect(await end()).toMatchObject({ status: 200, body: { message: 'Session revoked' } })
    expect(await isAccepted(app, lost.access_token)).toBe(false)
    expect(await isAccepted(app, here.access_token)).toBe(true)
    expect(await end()).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  it('of another user is 404 as for one that does not exist, unless for an administrator', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const own = await app.signIn(email)
    const other = await app.signIn(await app.createAccount())
    const ids = [
      sidOf(other),
      `${sidOf(other).slice(0, 32)}${'0'.repeat(32)}`,
      `${sidOf(own).slice(0, 32)}${'0'.repeat(32)}`,
      '0'.repeat(64),
      'x',
    ]
    for (const id of ids) {
      const reply = await app.v1('DELETE', `/sessions/${id}`, { token: own.access_token })
      expect([id, reply.status, reply.body.code]).toEqual([id, 404, 'not_found'])
    }
    await permit(email, 'usersManager')
    expect((await app.v1('DELETE', `/sessions/${sidOf(other)}`, { token: own.access_token })).status).toBe(404)
    expect(await isAccepted(app, other.access_token)).toBe(true)
    await permit(email, 'systemAdmin')
    expect((await app.v1('DELETE', `/sessions/${sidOf(other)}`, { token: own.access_token })).status).toBe(200)
    expect(await isAccepted(app, other.access_token)).toBe(false)
  })

  it('is 503 while the ledger fails, and the session is left as it was', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    const [here, lost] = [await app.signIn(email), await app.signIn(email)]
    Object.assign(fault, { store: 'ledger', matches: ({ method }: { method: string }) => method === 'revoke' })
    expect((await app.v1('DELETE', `/sessions/${sidOf(lost)}`, { token: here.access_token })).status).toBe(503)
    fault.store = null
    expect(await isAccepted(app, lost.access_token)).toBe(true)
  })
})

describe('the list of sessions', () => {
  it('is newest first and holds live sessions only, this one marked', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const expired = await app.signIn(email)
    app.clock.advance(30 * DAY - 10)
    const older = await app.signIn(email, PASSWORD, { ip: '203.0.113.9', headers: { 'User-Agent': `Browser/${'x'.repeat(300)}` } })
    const revoked = await app.signIn(email)
    app.clock.advance(10)
    const newer = await app.signIn(email)
    await app.v1('POST', '/logout', { token: revoked.access_token })
    const sessions = await list(app, newer.access_token)
    expect(sessions).toMatchObject([
      { id: sidOf(newer), current: true },
      { id: sidOf(older), current: false, ip: '203.0.113.9', user_agent: `Browser/${'x'.repeat(248)}` },
    ])
    expect(JSON.stringify(sessions)).not.toContain(sidOf(expired))
  })

  it('of another user is for administrators; theirs is 403 for everybody else, whether there is such a user or not', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const own = await app.signIn(email)
    const other = await app.signIn(await app.createAccount())
    expect(await list(app, own.access_token, `?user_id=${own.user.id}`)).toHaveLength(1)
    expect(await list(app, own.access_token, `?user_id=${other.user.id}`)).toBe(403)
    expect(await list(app, own.access_token, `?user_id=${crypto.randomUUID()}`)).toBe(403)
    await permit(email, 'usersManager')
    expect(await list(app, own.access_token, `?user_id=${other.user.id}`)).toBe(403)
    await permit(email, 'systemAdmin')
    expect(await list(app, own.access_token, `?user_id=${other.user.id}`)).toMatchObject([{ id: sidOf(other), current: false }])
    expect(await list(app, own.access_token, `?user_id=${crypto.randomUUID()}`)).toBe(404)
  })

  it('holds 100 at most: one more sign-in ends the least recently used', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '64' } })
    const email = await app.createAccount()
    const first = await app.signIn(email)
    app.clock.advance(1)
    // Not all at once: a busy machine would time some of them out.
    for (let round = 0; round < 9; round += 1) await times(11, () => app.signIn(email))
    expect(await isAccepted(app, first.access_token)).toBe(true)
    app.clock.advance(1)
    const newest = await app.signIn(email)
    expect(await isAccepted(app, first.access_token)).toBe(false)
    expect(await list(app, newest.access_token)).toHaveLength(100)
  })
})

describe('extending with an access token', () => {
  it('moves the expiry by the configured time, never past the absolute end, and leaves the refresh token as it was', async () => {
    const app = await startApp()
    const grant = await app.signIn(await app.createAccount(), PASSWORD, { ip: anyAddress() })
    const end = app.clock.now + 90 * DAY
    app.clock.advance(60)
    const extended = await app.v1('POST', '/refresh', { token: grant.access_token })
    expect(extended.body.session).toMatchObject({ id: sidOf(grant), current: true })
    expect(Date.parse(extended.body.session.expires_at) / 1000).toBe(app.clock.now + 30 * DAY)
    expect(await isAccepted(app, extended.body.access_token)).toBe(true)
    let { refresh_token: token } = (await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })).body
    let access = ''
    while (app.clock.now < end - 29 * DAY) {
      app.clock.advance(29 * DAY)
      const { body } = await app.v1('POST', '/refresh', { body: { refresh_token: token } })
      token = body.refresh_token
      access = body.access_token
    }
    const last = await app.v1('POST', '/refresh', { token: access })
    expect(Date.parse(last.body.session.expires_at) / 1000).toBe(end)
  })
})
