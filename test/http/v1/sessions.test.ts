// `POST /logout`, `POST /revoke-all`, `GET /sessions` and `DELETE /sessions/:id` of the `v1` table, word for word.
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../support/fixtures.ts'
import { tamper } from '../../support/forgery.ts'
import { BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { expectRefusal, expectSuccess, isoTime, REFUSED, sessionShape } from '../../support/http/v1-shapes.ts'

const DAY = 86_400

const sidOf = (grant: { access_token: string }): string => claimsOf(grant.access_token).sid

/** Makes whoever has this address a system administrator, from the next request on. */
async function promote(email: string): Promise<void> {
  await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE email = ?`).bind(email).run()
}

async function startWithTwoUsers() {
  const app = await startApp()
  const [email, stranger] = [await app.createAccount(), await app.createAccount()]
  return { app, email, grant: await app.signIn(email), stranger, strangerGrant: await app.signIn(stranger) }
}

const isAlive = async (app: TestApp, { access_token: token }: { access_token: string }) =>
  (await app.v1('GET', '/me', { token })).status === 200

describe('v1: POST /logout', () => {
  it('answers 200, and the session has ended for its access and its refresh token', async () => {
    const { app, email, grant } = await startWithTwoUsers()
    const other = await app.signIn(email)
    expectSuccess(await app.v1('POST', '/logout', { token: grant.access_token }), 200, { message: 'Logged out' })
    expect(await isAlive(app, grant)).toBe(false)
    expectRefusal(await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } }), REFUSED.invalidRefreshToken)
    expect(await isAlive(app, other)).toBe(true)
  })

  it('answers the same the second time, and refuses without a token or with one that does not count', async () => {
    const { app, grant } = await startWithTwoUsers()
    await app.v1('POST', '/logout', { token: grant.access_token })
    expectSuccess(await app.v1('POST', '/logout', { token: grant.access_token }), 200, { message: 'Logged out' })
    expectRefusal(await app.v1('POST', '/logout'), REFUSED.unauthorized)
    const forged = await app.v1('POST', '/logout', { token: tamper(grant.access_token, { claims: { jti: 'x' } }) })
    expectRefusal(forged, REFUSED.invalidAccessToken)
    expect(forged.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern", error="invalid_token"')
  })
})

describe('v1: POST /revoke-all', () => {
  it('ends all sessions of the user and of nobody else, and says how many', async () => {
    const { app, email, grant, strangerGrant } = await startWithTwoUsers()
    const [second, third] = [await app.signIn(email), await app.signIn(email)]
    await app.v1('POST', '/logout', { token: third.access_token })
    const reply = await app.v1('POST', '/revoke-all', { token: grant.access_token })
    expectSuccess(reply, 200, { message: 'All sessions revoked', revoked: 2 })
    expect([await isAlive(app, grant), await isAlive(app, second), await isAlive(app, strangerGrant)]).toEqual([false, false, true])
    expect(await isAlive(app, await app.signIn(email))).toBe(true)
  })

  it('refuses without a token that counts', async () => {
    const { app, grant } = await startWithTwoUsers()
    expectRefusal(await app.v1('POST', '/revoke-all'), REFUSED.unauthorized)
    await app.v1('POST', '/revoke-all', { token: grant.access_token })
    expectRefusal(await app.v1('POST', '/revoke-all', { token: grant.access_token }), REFUSED.invalidAccessToken)
  })
})

describe('v1: GET /sessions', () => {
  it('lists the live sessions, newest first, and marks the one that asks', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const [start, grants] = [app.clock.now, [] as { access_token: string }[]]
    for (const agent of ['first', 'second', 'third', 'fourth']) {
      grants.push(await app.signIn(email, PASSWORD, { ip: '2001:DB8::1', headers: { 'User-Agent': agent } }))
      app.clock.advance(10)
    }
    const [first, second, third, fourth] = grants.map(sidOf)
    await app.v1('DELETE', `/sessions/${third}`, { token: grants[0]?.access_token ?? '' })
    const reply = await app.v1('GET', '/sessions', { token: grants[1]?.access_token ?? '' })
    const shape = (id: string | undefined, agent: string, seconds: number) =>
      sessionShape({
        id,
        ip: '2001:db8::1',
        user_agent: agent,
        current: id === second,
        created_at: isoTime(start + seconds),
        last_used_at: isoTime(start + seconds),
        expires_at: isoTime(start + seconds + 30 * DAY),
      })
    expectSuccess(reply, 200, { sessions: [shape(fourth, 'fourth', 30), shape(second, 'second', 10), shape(first, 'first', 0)] })
  })

  it('cuts the user agent at 256 characters', async () => {
    const { app, email } = await startWithTwoUsers()
    const { access_token: token } = await app.signIn(email, PASSWORD, { headers: { 'User-Agent': 'x'.repeat(300) } })
    const { sessions } = (await app.v1('GET', '/sessions', { token })).body
    expect(sessions.find(({ current }: { current: boolean }) => current).user_agent).toBe('x'.repeat(256))
  })

  it('takes ones own user_id for what it is', async () => {
    const { app, grant } = await startWithTwoUsers()
    const reply = await app.v1('GET', `/sessions?user_id=${grant.user.id}`, { token: grant.access_token })
    expectSuccess(reply, 200, { sessions: [sessionShape({ id: sidOf(grant), ip: expect.any(String) })] })
  })

  it('refuses the user_id of somebody else, known or not, without systemAdmin', async () => {
    const { app, grant, strangerGrant } = await startWithTwoUsers()
    for (const id of [strangerGrant.user.id, crypto.randomUUID(), 'x', '%']) {
      const reply = await app.v1('GET', `/sessions?user_id=${encodeURIComponent(id)}`, { token: grant.access_token })
      expectRefusal(reply, REFUSED.forbidden)
    }
  })

  it('shows a system administrator anybody’s sessions, none of them as current', async () => {
    const { app, email, grant, strangerGrant } = await startWithTwoUsers()
    await promote(email)
    const list = (id: string) => app.v1('GET', `/sessions?user_id=${id}`, { token: grant.access_token })
    const shape = sessionShape({ id: sidOf(strangerGrant), ip: expect.any(String), current: false })
    expectSuccess(await list(strangerGrant.user.id), 200, { sessions: [shape] })
    expectRefusal(await list(crypto.randomUUID()), REFUSED.notFound)
    expectRefusal(await list('%25'), REFUSED.notFound)
  })

  it('refuses without a token', async () => {
    const { app } = await startWithTwoUsers()
    expectRefusal(await app.v1('GET', '/sessions'), REFUSED.unauthorized)
  })
})

describe('v1: DELETE /sessions/:id', () => {
  const REVOKED = { message: 'Session revoked' }

  it('ends one of ones own sessions at once, this very one too', async () => {
    const { app, email, grant } = await startWithTwoUsers()
    const other = await app.signIn(email)
    const revoke = (id: string) => app.v1('DELETE', `/sessions/${id}`, { token: grant.access_token })
    expectSuccess(await revoke(sidOf(other)), 200, REVOKED)
    expect([await isAlive(app, other), await isAlive(app, grant)]).toEqual([false, true])
    expectSuccess(await revoke(sidOf(grant)), 200, REVOKED)
    expect(await isAlive(app, grant)).toBe(false)
  })

  it('says 404 for whatever is not a live session of ones own', async () => {
    const { app, email, grant, strangerGrant } = await startWithTwoUsers()
    const ended = await app.signIn(email)
    await app.v1('POST', '/logout', { token: ended.access_token })
    const own = sidOf(grant)
    const ids = [
      sidOf(strangerGrant),
      sidOf(ended),
      own.slice(0, 32) + '0'.repeat(32),
      'f'.repeat(64),
      own.toUpperCase(),
      own.slice(1),
    ]
    for (const id of ids) {
      expectRefusal(await app.v1('DELETE', `/sessions/${id}`, { token: grant.access_token }), REFUSED.notFound)
    }
    expect(await isAlive(app, strangerGrant)).toBe(true)
  })

  it('lets a system administrator end anybody’s session, and says 404 where there is none', async () => {
    const { app, email, grant, strangerGrant } = await startWithTwoUsers()
    await promote(email)
    const revoke = (id: string) => app.v1('DELETE', `/sessions/${id}`, { token: grant.access_token })
    expectSuccess(await revoke(sidOf(strangerGrant)), 200, REVOKED)
    expect(await isAlive(app, strangerGrant)).toBe(false)
    for (const id of [sidOf(strangerGrant), 'f'.repeat(64), 'x']) expectRefusal(await revoke(id), REFUSED.notFound)
  })

  it('refuses without a token, whether the session exists or not', async () => {
    const { app, grant } = await startWithTwoUsers()
    for (const id of [sidOf(grant), 'x']) expectRefusal(await app.v1('DELETE', `/sessions/${id}`), REFUSED.unauthorized)
  })
})
