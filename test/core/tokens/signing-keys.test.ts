import { describe, expect, it } from 'vitest'
import { interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { claimsOf, DAY, rows, tally, times } from '../../support/fixtures.ts'
import { headerOf, resign, stealSigningKey, tamper } from '../../support/forgery.ts'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'

const SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'
const NEXT_SECRET = 'Vv7mPq2LxK9sTzR4bYw8cNf1hJd6gAe3uQo5iMkXtB0'

interface KeyRow {
  readonly kid: string
  readonly generation: number
  readonly sealed_private_jwk: string
  readonly active_from: number
}

const keyRows = () => rows<KeyRow>('SELECT * FROM signing_keys ORDER BY generation')

async function publishedKids(app: TestApp): Promise<string[]> {
  const { body } = await app.request('GET', '/.well-known/jwks.json')
  return body.keys.map(({ kid }: { kid: string }) => kid)
}

async function isAccepted(app: TestApp, token: string): Promise<boolean> {
  const { status } = await app.v1('GET', '/me', { token })
  if (status !== 200 && status !== 401) throw new Error(`answered ${status}`)
  return status === 200
}

describe('the first signing key', () => {
  it('is one, although two workers with many requests each need it at once', async () => {
    const one = await startApp()
    const other = await startApp({ keepStorage: true })
    const replies = await times(20, (index) => (index % 2 ? one : other).request('GET', '/.well-known/jwks.json'))
    expect(tally(replies)).toEqual({ 200: 20 })
    const [key, ...rest] = await keyRows()
    expect(rest).toEqual([])
    for (const { body } of replies) expect(body.keys).toMatchObject([{ kid: key?.kid }])
  })

  it('signs at once, for sign-ins at two workers that both verify', async () => {
    const one = await startApp()
    const email = await one.createAccount()
    const other = await startApp({ keepStorage: true })
    const [first, second] = await Promise.all([one.signIn(email), other.signIn(email)])
    expect(headerOf(first.access_token).kid).toBe(headerOf(second.access_token).kid)
    for (const app of [one, other]) {
      for (const grant of [first, second]) expect(await isAccepted(app, grant.access_token)).toBe(true)
    }
  })

  it('is published with its public part only, and lies sealed in D1', async () => {
    const app = await startApp()
    const { body, headers } = await app.request('GET', '/.well-known/jwks.json')
    const [key] = await keyRows()
    expect(body).toEqual({
      keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: key?.kid, x: expect.any(String), y: expect.any(String) }],
    })
    expect(headers.get('Cache-Control')).toBe('public, max-age=600')
    expect(key?.sealed_private_jwk).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/)
    expect(await BINDINGS.SESSIONS.get('jwks', 'json')).toEqual(body)
  })
})

describe('rotation', () => {
  async function rotatedApp(vars = {}) {
    const app = await startApp({ vars })
    const email = await app.createAccount({ username: 'rotated' })
    const grant = await app.signIn(email)
    app.clock.advance(30 * DAY)
    return { app, email, grant }
  }

  it('happens when the key is 30 days old, not a second earlier', async () => {
    const { app } = await rotatedApp()
    app.clock.advance(-1)
    await app.auth.keepHouse()
    expect(await keyRows()).toHaveLength(1)
    app.clock.advance(1)
    await app.auth.keepHouse()
    await app.auth.keepHouse()
    expect(await keyRows()).toHaveLength(2)
  })

  it('makes one key although two workers do it at once', async () => {
    const { app } = await rotatedApp()
    const other = await startApp({ keepStorage: true, now: app.clock.now })
    await Promise.all([app.auth.keepHouse(), other.auth.keepHouse()])
    expect((await keyRows()).map(({ generation }) => generation)).toEqual([1, 2])
  })

  it('publishes the new key long enough before it signs for every cache to have it', async () => {
    const { app, email } = await rotatedApp()
    const other = await startApp({ keepStorage: true, now: app.clock.now })
    await publishedKids(other)
    await app.auth.keepHouse()
    const [old, next] = await keyRows()
    expect((next?.active_from ?? 0) - app.clock.now).toBe(1200)
    expect(await publishedKids(app)).toEqual([old?.kid, next?.kid])
    app.clock.advance(1199)
    const last = await app.signIn(email)
    expect(headerOf(last.access_token).kid).toBe(old?.kid)
    app.clock.advance(1)
    other.clock.advance(1200)
    for (const signer of [app, other]) {
      const grant = await signer.signIn(email)
      expect(headerOf(grant.access_token).kid).toBe(next?.kid)
      for (const verifier of [app, other]) {
        expect(await isAccepted(verifier, grant.access_token)).toBe(true)
        expect(await isAccepted(verifier, last.access_token)).toBe(true)
      }
    }
  })

  it('leaves a retired key worth nothing to whoever has stolen it, in an isolate that has used it either', async () => {
    const { app, email } = await rotatedApp({ ACCESS_TOKEN_TTL_SECONDS: '3600' })
    const stolen = await stealSigningKey(app)
    const forge = async () => {
      const { access_token: token } = await app.signIn(email)
      return isAccepted(app, await resign(app, claimsOf(token), 'at+jwt', stolen))
    }
    expect(await forge()).toBe(true)
    await app.auth.keepHouse()
    app.clock.advance(1200 + 3600 + 601)
    await app.auth.keepHouse()
    expect(await forge()).toBe(false)
  })

  it('retires the old key when the last token it signed, and every cache, has expired', async () => {
    const { app, email } = await rotatedApp({ ACCESS_TOKEN_TTL_SECONDS: '7200' })
    await app.auth.keepHouse()
    const [old, next] = await keyRows()
    app.clock.advance(1199)
    const { access_token: last } = await app.signIn(email)
    expect(headerOf(last).kid).toBe(old?.kid)
    app.clock.advance(7199)
    await app.auth.keepHouse()
    await expect(app.auth.authenticate(last, 'strict')).resolves.toBeDefined()
    app.clock.advance(2)
    await app.auth.keepHouse()
    app.clock.advance(600)
    await app.auth.keepHouse()
    expect(await publishedKids(app)).toEqual([old?.kid, next?.kid])
    app.clock.advance(1)
    await app.auth.keepHouse()
    expect(await publishedKids(app)).toEqual([next?.kid])
    expect(await BINDINGS.SESSIONS.get('jwks')).not.toContain(old?.kid)
  })
})

describe('a key id nobody knows', () => {
  it('makes D1 be asked once a second, however many forgeries there are', async () => {
    let asked = 0
    const bindings = interceptBindings(async (call, run) => {
      if (call.store === 'database' && call.text.includes('signing_keys')) asked += 1
      return run()
    })
    const app = await startApp({ bindings })
    const { access_token: token } = await app.signIn(await app.createAccount())
    app.clock.advance(1)
    asked = 0
    const forge = () => tamper(token, { header: { kid: crypto.randomUUID() } })
    for (let count = 1; count <= 10; count += 1) expect(await isAccepted(app, forge())).toBe(false)
    expect(asked).toBe(1)
    app.clock.advance(1)
    for (let count = 1; count <= 10; count += 1) await isAccepted(app, forge())
    expect(asked).toBe(2)
  })

  it('is found a second later when another worker has made it meanwhile', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await app.signIn(email)
    const other = await startApp({ keepStorage: true, now: app.clock.now, vars: { AUTH_SECRET: NEXT_SECRET } })
    const { access_token: token } = await other.signIn(email)
    app.clock.advance(1)
    expect(await isAccepted(app, token)).toBe(true)
  })
})

describe('a new AUTH_SECRET', () => {
  it('re-seals the keys under the new one, so that the previous one can be dropped', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const before = headerOf((await app.signIn(email)).access_token).kid
    const [old] = await keyRows()
    const vars = { AUTH_SECRET: NEXT_SECRET, AUTH_SECRET_PREVIOUS: SECRET }
    const rotated = await startApp({ keepStorage: true, vars })
    expect(headerOf((await rotated.signIn(email)).access_token).kid).toBe(before)
    await rotated.auth.keepHouse()
    const [resealed] = await keyRows()
    expect(resealed?.sealed_private_jwk.split('.')[1]).not.toBe(old?.sealed_private_jwk.split('.')[1])
    const settled = await startApp({ keepStorage: true, vars: { AUTH_SECRET: NEXT_SECRET } })
    expect(headerOf((await settled.signIn(email)).access_token).kid).toBe(before)
    expect(await keyRows()).toHaveLength(1)
  })

  it('without the previous one makes a new key that signs at once, and the old tokens stay valid', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const old = await app.signIn(email)
    const lost = await startApp({ keepStorage: true, vars: { AUTH_SECRET: NEXT_SECRET } })
    const fresh = await lost.signIn(email)
    expect(headerOf(fresh.access_token).kid).not.toBe(headerOf(old.access_token).kid)
    expect(await isAccepted(lost, fresh.access_token)).toBe(true)
    expect(await isAccepted(lost, old.access_token)).toBe(true)
    await lost.signIn(email)
    expect((await keyRows()).map(({ generation }) => generation)).toEqual([1, 2])
    await lost.auth.keepHouse()
    expect(lost.log.filter(({ event }) => event === 'housekeeping failed')).toEqual([])
  })
})

describe('a sealed key', () => {
  it('moved to the row of another cannot be opened', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    await BINDINGS.DB.prepare("UPDATE signing_keys SET kid = 'moved'").run()
    const restarted = await startApp({ keepStorage: true })
    const grant = await restarted.signIn(email)
    expect(headerOf(grant.access_token).kid).not.toBe('moved')
    await expect(resign(restarted, claimsOf(token))).resolves.toBeTypeOf('string')
  })
})
