import { describe, expect, it } from 'vitest'
import { DAY } from '../../support/fixtures.ts'
import { tamper } from '../../support/forgery.ts'
import { startApp, type TestApp } from '../../support/harness.ts'
import {
  accessShape,
  changeUser,
  createNamed,
  createSignedIn,
  expectData,
  expectRefused,
  offsetTime,
  signInStable,
  stable,
} from '../../support/http/stable-shapes.ts'

const MESSAGE = 'JWT was revoked'

async function listed(app: TestApp, token: string, query = ''): Promise<[id: string, deactivated: boolean][]> {
  const { body } = await stable(app, 'GET', `/token${query}`, { token })
  return body.data.grantedAccesses.map(({ id, deactivated }: { id: string; deactivated: boolean }) => [id, deactivated])
}

describe.each(['GET', 'DELETE'])('stable: %s /logout', (method) => {
  const logout = (app: TestApp, token: string, query = '') => stable(app, method, `/logout${query}`, { token })

  it("ends the token's own session at once", async () => {
    const app = await startApp()
    const { token, sessionId } = await createSignedIn(app, 'admin')
    expectData(await logout(app, token), { message: MESSAGE, sessionId })
    expectRefused(await stable(app, 'GET', '/whoami', { token }), 403, 'Forbidden')
  })

  it("says the same again of the token's own session, named or not, and opens nothing by it", async () => {
    const app = await startApp()
    const { token, sessionId } = await createSignedIn(app, 'admin')
    const other = await signInStable(app, 'admin')
    await logout(app, token)
    for (const query of ['', `?sessionId=${sessionId}`])
      expectData(await logout(app, token, query), { message: MESSAGE, sessionId })
    expectRefused(await logout(app, token, `?sessionId=${other.sessionId}`), 403, 'Forbidden')
    expectRefused(await logout(app, tamper(token, { claims: { jti: 'x' } })), 401, 'Unauthorized')
    expectRefused(await stable(app, 'GET', '/whoami', { token }), 403, 'Forbidden')
    expect((await stable(app, 'GET', '/whoami', { token: other.token })).status).toBe(200)
  })

  it('ends the session it names, any of one’s own, once', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'admin')
    const other = await signInStable(app, 'admin')
    const query = `?sessionId=${other.sessionId}`
    expectData(await logout(app, token, query), { message: MESSAGE, sessionId: other.sessionId })
    expectRefused(await stable(app, 'GET', '/whoami', { token: other.token }), 403, 'Forbidden')
    expect((await stable(app, 'GET', '/whoami', { token })).status).toBe(200)
    expectRefused(await logout(app, token, query), 404, 'Not found')
  })

  it("ends another user's session for a system administrator only", async () => {
    const app = await startApp()
    const theirs = await createSignedIn(app, 'some-user')
    const manager = await createSignedIn(app, 'manager', ['usersManager'])
    const boss = await createSignedIn(app, 'boss', ['systemAdmin'])
    const query = `?sessionId=${theirs.sessionId}`
    expectRefused(await logout(app, manager.token, query), 403, 'Forbidden')
    expect((await stable(app, 'GET', '/whoami', { token: theirs.token })).status).toBe(200)
    expectData(await logout(app, boss.token, query), { message: MESSAGE, sessionId: theirs.sessionId })
    expectRefused(await stable(app, 'GET', '/whoami', { token: theirs.token }), 403, 'Forbidden')
    expectRefused(await logout(app, boss.token, query), 404, 'Not found')
  })

  it('tells an unknown session from a forbidden one without telling which exist', async () => {
    const app = await startApp()
    const theirs = await createSignedIn(app, 'some-user')
    const plain = await createSignedIn(app, 'plain')
    const boss = await createSignedIn(app, 'boss', ['systemAdmin'])
    const guesses = [theirs.sessionId.slice(0, 32) + '0'.repeat(32), '0'.repeat(64)]
    for (const id of [...guesses, theirs.sessionId]) {
      expectRefused(await logout(app, plain.token, `?sessionId=${id}`), 403, 'Forbidden')
    }
    for (const id of guesses) expectRefused(await logout(app, boss.token, `?sessionId=${id}`), 404, 'Not found')
    const own = plain.sessionId.slice(0, 32) + '0'.repeat(32)
    for (const id of [own, '', 'x', plain.sessionId.toUpperCase(), `${plain.sessionId}0`, '%FF']) {
      expectRefused(await logout(app, plain.token, `?sessionId=${id}`), 404, 'Not found')
    }
    expect((await stable(app, 'GET', '/whoami', { token: plain.token })).status).toBe(200)
  })
})

describe('stable: HEAD /logout', () => {
  it('is refused and ends nothing', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'admin')
    const reply = await stable(app, 'HEAD', '/logout', { token })
    expect([reply.status, reply.headers.get('Allow')]).toEqual([405, 'GET, DELETE, OPTIONS'])
    expect((await stable(app, 'GET', '/whoami', { token })).status).toBe(200)
  })
})

describe('stable: token', () => {
  it('lists what was granted, newest first, exactly', async () => {
    const app = await startApp()
    const start = app.clock.now
    await createNamed(app, 'Some User')
    const first = await signInStable(app, 'some user', { ip: '192.0.2.7' })
    app.clock.advance(100)
    const second = await signInStable(app, 'some user', { ip: '2001:db8::1' })
    const older = {
      id: first.sessionId,
      user: 'Some User',
      CreatedAt: offsetTime(start),
      UpdatedAt: offsetTime(start),
      expiresAt: offsetTime(start + 3650 * DAY),
    }
    expectData(await stable(app, 'GET', '/token', { token: first.token }), {
      grantedAccesses: [
        accessShape(app, { id: second.sessionId, user: 'Some User', requesterIP: '2001:db8::1' }),
        accessShape(app, older),
      ],
    })
  })

  it('goes on listing a revoked one as deactivated, since when, until it would have expired', async () => {
    const app = await startApp()
    const gone = await createSignedIn(app, 'admin')
    app.clock.advance(100)
    const { token, sessionId } = await signInStable(app, 'admin')
    await stable(app, 'DELETE', '/logout', { token: gone.token })
    const { body } = await stable(app, 'GET', '/token', { token })
    expect(body.data.grantedAccesses[1]).toMatchObject({ deactivated: true, UpdatedAt: offsetTime(app.clock.now) })
    app.clock.advance(3650 * DAY - 101)
    expect(await listed(app, token)).toEqual([
      [sessionId, false],
      [gone.sessionId, true],
    ])
    app.clock.advance(1)
    expect(await listed(app, token)).toEqual([[sessionId, false]])
  })

  it('lists those as deactivated that ended with a new epoch, although no ledger heard of it', async () => {
    const app = await startApp()
    const old = await createSignedIn(app, 'admin')
    await changeUser('admin@example.com', 'session_epoch = session_epoch + 1')
    const { token, sessionId } = await signInStable(app, 'admin')
    expect(await listed(app, token)).toEqual([
      [sessionId, false],
      [old.sessionId, true],
    ])
  })

  it("shows another user's to a system administrator, by the name however it is written", async () => {
    const app = await startApp()
    const theirs = await createSignedIn(app, 'Some User')
    const { token } = await createSignedIn(app, 'boss', ['systemAdmin'])
    expect(await listed(app, token, '?userName=SOME%20USER')).toEqual([[theirs.sessionId, false]])
    await changeUser('some-user@example.com', 'disabled_at = 1')
    expect(await listed(app, token, '?userName=some+user')).toEqual([[theirs.sessionId, true]])
    for (const name of ['nobody', '', '%FF', 'a@example.com']) {
      expectRefused(await stable(app, 'GET', `/token?userName=${name}`, { token }), 404, 'Not found')
    }
  })

  it('shows one’s own by name, and nobody else’s without systemAdmin', async () => {
    const app = await startApp()
    await createNamed(app, 'some-user')
    const { token, sessionId } = await createSignedIn(app, 'manager', ['usersManager'])
    expect(await listed(app, token, '?userName=MANAGER')).toEqual([[sessionId, false]])
    for (const name of ['some-user', 'nobody', '', '%FF']) {
      expectRefused(await stable(app, 'GET', `/token?userName=${name}`, { token }), 403, 'Forbidden')
    }
  })
})
