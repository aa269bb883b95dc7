import { describe, expect, it, vi } from 'vitest'
import { breakableBindings, interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'

async function me(app: TestApp, token: string) {
  return app.v1('GET', '/me', { token })
}

function readCopy(token: string): Promise<{ revoked: boolean } | null> {
  return BINDINGS.SESSIONS.get(`session:${claimsOf(token).sid}`, 'json')
}

/** The copy follows the ledger without anybody waiting for it, except this. */
async function copied(token: string, revoked: boolean): Promise<void> {
  await vi.waitFor(async () => expect((await readCopy(token))?.revoked).toBe(revoked), { timeout: 5000 })
}

/** KV as an edge sees it that asked a minute ago: once `freeze()` was called, later writes do not show. */
function staleCopies() {
  const seen = new Map<string, unknown>()
  let isFrozen = false
  const bindings = interceptBindings(async (call, run) => {
    if (call.store !== 'copies' || call.method !== 'get') return run()
    if (!isFrozen || !seen.has(call.text)) seen.set(call.text, await run())
    return seen.get(call.text)
  })
  const freeze = () => {
    isFrozen = true
  }
  return { bindings, freeze }
}

async function signedIn(app: TestApp) {
  return app.signIn(await app.createAccount())
}

describe('freshness strict', () => {
  it.each(['/logout', '/revoke-all'])('refuses at once after %s although KV says otherwise', async (path) => {
    const { bindings, freeze } = staleCopies()
    const app = await startApp({ bindings })
    const { access_token: token, refresh_token: refreshToken } = await signedIn(app)
    await copied(token, false)
    await app.auth.authenticate(token, 'edge')
    freeze()
    expect((await app.v1('POST', path, { token })).status).toBe(200)
    await copied(token, true)
    await expect(app.auth.authenticate(token, 'edge')).resolves.toMatchObject({ sessionId: claimsOf(token).sid })
    expect(await me(app, token)).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
    expect((await app.v1('GET', '/sessions', { token })).status).toBe(401)
    expect((await app.v1('POST', '/refresh', { token })).status).toBe(401)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })).status).toBe(401)
    expect((await app.v1('POST', '/revoke-all', { token })).status).toBe(401)
  })

  it('goes by the row of the user: disabled, deleted, other permissions, other epoch', async () => {
    const app = await startApp()
    const { access_token: token } = await signedIn(app)
    const change = (set: string) => BINDINGS.DB.prepare(`UPDATE users SET ${set}`).run()
    await change(`permissions = '["systemAdmin"]'`)
    expect((await me(app, token)).body.user).toMatchObject({ is_admin: true, permissions: ['systemAdmin'] })
    await change('disabled_at = 1')
    expect((await me(app, token)).status).toBe(401)
    await change('disabled_at = NULL')
    expect((await me(app, token)).status).toBe(200)
    await change('session_epoch = 2')
    expect((await me(app, token)).status).toBe(401)
    await change('session_epoch = 1')
    expect((await me(app, token)).status).toBe(200)
    await BINDINGS.DB.prepare('DELETE FROM users').run()
    expect((await me(app, token)).status).toBe(401)
  })

  it.each(['ledger', 'database'] as const)('is 503 and never 401 while the %s fails or is slow', async (store) => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '400' } })
    const { access_token: token } = await signedIn(app)
    for (const how of ['fails', 'is slow'] as const) {
      Object.assign(fault, { store, how })
      const reply = await me(app, token)
      expect([how, reply.status, reply.headers.get('Retry-After'), reply.body.code]).toEqual([how, 503, '1', 'unavailable'])
    }
    fault.store = null
    expect((await me(app, token)).status).toBe(200)
  })

  it('needs no KV', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token: token } = await signedIn(app)
    fault.store = 'copies'
    expect((await me(app, token)).status).toBe(200)
  })
})

describe('freshness edge', () => {
  const EDGE = { SESSION_FRESHNESS: 'edge' }

  it('refuses a session whose copy says revoked, without asking the ledger', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: EDGE })
    const { access_token: token } = await signedIn(app)
    await copied(token, false)
    fault.store = 'ledger'
    expect((await me(app, token)).status).toBe(200)
    fault.store = null
    await app.v1('POST', '/logout', { token })
    await copied(token, true)
    fault.store = 'ledger'
    expect((await me(app, token)).status).toBe(401)
  })

  it('goes on accepting a revoked session while the copy it sees is an old one', async () => {
    const { bindings, freeze } = staleCopies()
    const app = await startApp({ bindings, vars: EDGE })
    const { access_token: token } = await signedIn(app)
    await copied(token, false)
    await me(app, token)
    freeze()
    await app.v1('POST', '/logout', { token })
    expect((await me(app, token)).status).toBe(200)
    // What changes something is strict whatever reading is.
    expect((await app.v1('POST', '/refresh', { token })).status).toBe(401)
  })

  it.each(['has no copy', 'fails', 'is slow', 'holds nonsense'])(
    'asks the ledger when KV %s, and fills nothing in from there',
    async (state) => {
      const puts: string[] = []
      const bindings = interceptBindings(async (call, run) => {
        if (call.store !== 'copies') return run()
        if (call.method !== 'get') puts.push(call.text)
        if (!call.text.includes('session:')) return run()
        if (state === 'fails') throw new Error('KV GET failed: 500')
        if (state === 'is slow') return new Promise(() => {})
        return state === 'holds nonsense' ? '{"v":1,"revoked":"no"}' : null
      })
      const app = await startApp({ bindings, vars: { ...EDGE, STORE_TIMEOUT_MS: '400' } })
      const { access_token: token } = await signedIn(app)
      await copied(token, false)
      puts.length = 0
      const before = await BINDINGS.SESSIONS.list()
      expect((await me(app, token)).status).toBe(200)
      await app.v1('POST', '/logout', { token })
      expect((await me(app, token)).status).toBe(401)
      expect(puts).toEqual([])
      expect((await BINDINGS.SESSIONS.list()).keys.map(({ name }) => name)).toEqual(before.keys.map(({ name }) => name))
    },
  )

  it('is 503 when KV misses and the ledger fails', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: EDGE })
    const { access_token: token } = await signedIn(app)
    await copied(token, false)
    await BINDINGS.SESSIONS.delete(`session:${claimsOf(token).sid}`)
    fault.store = 'ledger'
    expect(await me(app, token)).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  })

  it('refuses a disabled account all the same, as the row is read for the reply', async () => {
    const app = await startApp({ vars: EDGE })
    const { access_token: token } = await signedIn(app)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    expect((await me(app, token)).status).toBe(401)
  })
})

describe('freshness token', () => {
  it('asks no store about the session, and accepts a token until it expires', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings, vars: { SESSION_FRESHNESS: 'token' } })
    const { access_token: token } = await signedIn(app)
    await app.v1('POST', '/logout', { token })
    await copied(token, true)
    for (const store of ['ledger', 'copies'] as const) {
      fault.store = store
      expect((await me(app, token)).status).toBe(200)
    }
    fault.store = 'database'
    await expect(app.auth.authenticate(token, 'token')).resolves.toMatchObject({ amr: ['pwd'], permissions: [] })
    fault.store = null
    app.clock.advance(906)
    expect((await me(app, token)).status).toBe(401)
  })

  it('leaves what changes something strict', async () => {
    const app = await startApp({ vars: { SESSION_FRESHNESS: 'token' } })
    const { access_token: token } = await signedIn(app)
    await app.v1('POST', '/logout', { token })
    for (const path of ['/refresh', '/revoke-all', '/reauthenticate']) {
      expect([path, (await app.v1('POST', path, { token })).status]).toEqual([path, 401])
    }
  })
})
