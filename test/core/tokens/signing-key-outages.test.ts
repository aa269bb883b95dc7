import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { tamper } from '../../support/forgery.ts'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'

async function publishedKids(app: TestApp): Promise<string[]> {
  const { body } = await app.request('GET', '/.well-known/jwks.json')
  return body.keys.map(({ kid }: { kid: string }) => kid)
}

describe('while D1 is down', () => {
  it('a worker that knows the keys goes on verifying, however long it lasts', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    fault.store = 'database'
    for (const seconds of [0, 11, 400, 400]) {
      app.clock.advance(seconds)
      await expect(app.auth.authenticate(token, 'edge')).resolves.toMatchObject({ amr: ['pwd'] })
      expect(await publishedKids(app)).toHaveLength(1)
    }
  })

  it('a cold worker verifies with the copy in KV, and without that answers 503, not 401', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    const cold = () => {
      const { bindings, fault } = breakableBindings()
      fault.store = 'database'
      return { keepStorage: true, bindings, now: app.clock.now }
    }
    const verifier = await startApp(cold())
    await expect(verifier.auth.authenticate(token, 'token')).resolves.toMatchObject({ sessionId: claimsOf(token).sid })
    expect(await publishedKids(verifier)).toHaveLength(1)
    await BINDINGS.SESSIONS.delete('jwks')
    const blind = await startApp(cold())
    expect((await blind.v1('GET', '/me', { token })).status).toBe(503)
    expect((await blind.v1('POST', '/logout', { token })).status).toBe(503)
    expect((await blind.request('GET', '/.well-known/jwks.json')).status).toBe(503)
  })
})

describe('while D1 does not answer', () => {
  it('a token with a key id that is not known is 503: it may be a new one', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    const strange = tamper(token, { header: { kid: 'strange' } })
    app.clock.advance(10)
    fault.store = 'database'
    expect((await app.v1('POST', '/logout', { token: strange })).status).toBe(503)
    fault.store = null
    app.clock.advance(10)
    expect((await app.v1('POST', '/logout', { token: strange })).status).toBe(401)
  })

  it.each(['warm', 'cold'])('a %s worker waits for it once in ten seconds, not at each token', async (state) => {
    const { bindings, fault } = breakableBindings()
    const vars = { STORE_TIMEOUT_MS: '400' }
    const warm = await startApp({ bindings, vars })
    const { access_token: token } = await warm.signIn(await warm.createAccount())
    const app = state === 'warm' ? warm : await startApp({ bindings, vars, keepStorage: true, now: warm.clock.now })
    app.clock.advance(301)
    let asked = 0
    const noted = () => {
      asked += 1
      return true
    }
    Object.assign(fault, { store: 'database', how: 'is slow', matches: noted })
    for (let count = 1; count <= 5; count += 1) await app.auth.authenticate(token, 'token')
    expect(asked).toBe(1)
    app.clock.advance(10)
    fault.store = null
    fault.matches = () => false
    await app.auth.authenticate(token, 'token')
    expect(await publishedKids(app)).toHaveLength(1)
    expect((await app.v1('GET', '/me', { token })).status).toBe(200)
  })
})
