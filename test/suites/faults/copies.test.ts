// KV is a convenience: whatever it does, sign-ins and strict checks go on, and what has ended does not come back.
import { describe, expect, it, vi } from 'vitest'
import { claimsOf, HOUR, MINUTE } from '../../support/fixtures.ts'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'
import { breakableBindings, type Fault, staleBindings } from './intercepted-bindings.ts'

const meStatus = async (app: TestApp, token: string) => (await app.v1('GET', '/me', { token })).status

/** What an `edge` check says. */
async function atEdge(app: TestApp, token: string): Promise<'live' | 'ended'> {
  try {
    await app.auth.authenticate(token, 'edge')
    return 'live'
  } catch (error) {
    if (error instanceof Error && /invalid_access_token/.test(error.message)) return 'ended'
    throw error
  }
}

/** The ledger writes the copy without anybody waiting for it, except this. */
async function copied(token: string, revoked: boolean): Promise<void> {
  const read = () => BINDINGS.SESSIONS.get<{ revoked: boolean }>(`session:${claimsOf(token).sid}`, 'json')
  await vi.waitFor(async () => expect((await read())?.revoked).toBe(revoked), { timeout: 5000 })
}

describe.each<Fault>(['fails', 'is slow', 'answers 429', 'loses its answer'])('while KV %s', (how) => {
  it('people sign in, refresh and sign out, and a session that ended is refused at edge and strict', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '400' } })
    const email = await app.createAccount()
    Object.assign(fault, { store: 'copies', how })
    const grant = await app.signIn(email)
    expect([await meStatus(app, grant.access_token), await atEdge(app, grant.access_token)]).toEqual([200, 'live'])
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })
    expect(refreshed.status).toBe(200)
    expect((await app.v1('POST', '/logout', { token: grant.access_token })).status).toBe(200)
    for (const token of [grant.access_token, refreshed.body.access_token as string]) {
      expect([await meStatus(app, token), await atEdge(app, token)]).toEqual([401, 'ended'])
    }
    fault.store = null
    expect([await meStatus(app, grant.access_token), await atEdge(app, grant.access_token)]).toEqual([401, 'ended'])
  })
})

describe('an edge that is a minute behind', () => {
  /** @param seconds how long it keeps what it has read, or that there was nothing */
  async function startBehind(seconds: number) {
    const clock = { now: Math.floor(Date.now() / 1000) }
    const app = await startApp({ bindings: staleBindings(seconds, () => clock.now), now: clock.now })
    const advance = (by: number) => {
      clock.now += by
      app.clock.advance(by)
    }
    return { app, advance, grant: await app.signIn(await app.createAccount()) }
  }

  it('accepts a session that was signed out for that minute at edge, never at strict, and not a second more', async () => {
    const { app, advance, grant } = await startBehind(MINUTE)
    await copied(grant.access_token, false)
    expect(await atEdge(app, grant.access_token)).toBe('live')
    await app.v1('POST', '/logout', { token: grant.access_token })
    await copied(grant.access_token, true)
    expect([await meStatus(app, grant.access_token), await atEdge(app, grant.access_token)]).toEqual([401, 'live'])
    advance(MINUTE - 1)
    expect([await meStatus(app, grant.access_token), await atEdge(app, grant.access_token)]).toEqual([401, 'live'])
    advance(1)
    for (const seconds of [0, 1, MINUTE, 5 * MINUTE]) {
      advance(seconds)
      expect([await meStatus(app, grant.access_token), await atEdge(app, grant.access_token)]).toEqual([401, 'ended'])
    }
  })

  it('that remembers to have found nothing asks the ledger, and so refuses at once', async () => {
    const { app, advance, grant } = await startBehind(HOUR)
    await copied(grant.access_token, false)
    await BINDINGS.SESSIONS.delete(`session:${claimsOf(grant.access_token).sid}`)
    expect(await atEdge(app, grant.access_token)).toBe('live')
    await app.v1('POST', '/logout', { token: grant.access_token })
    await copied(grant.access_token, true)
    expect(await atEdge(app, grant.access_token)).toBe('ended')
    advance(MINUTE)
    expect(await atEdge(app, grant.access_token)).toBe('ended')
  })

  it('however far behind accepts no token past its own fifteen minutes', async () => {
    const { app, advance, grant } = await startBehind(24 * HOUR)
    await copied(grant.access_token, false)
    expect(await atEdge(app, grant.access_token)).toBe('live')
    await app.v1('POST', '/logout', { token: grant.access_token })
    advance(14 * MINUTE)
    expect(await atEdge(app, grant.access_token)).toBe('live')
    advance(2 * MINUTE)
    expect(await atEdge(app, grant.access_token)).toBe('ended')
  })

  it('asks the ledger when the copy is gone, which nothing puts back', async () => {
    const { app, grant } = await startBehind(0)
    await app.v1('POST', '/logout', { token: grant.access_token })
    await copied(grant.access_token, true)
    const key = `session:${claimsOf(grant.access_token).sid}`
    await BINDINGS.SESSIONS.delete(key)
    expect([await atEdge(app, grant.access_token), await meStatus(app, grant.access_token)]).toEqual(['ended', 401])
    expect(await BINDINGS.SESSIONS.get(key)).toBeNull()
  })
})
