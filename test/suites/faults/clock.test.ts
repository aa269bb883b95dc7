// The clock an hour ahead and an hour back: nothing that ended comes to life, no limit opens, and nobody is locked out for longer
// than the clock was wrong.
import { describe, expect, it } from 'vitest'
import { ask, forget, NEW_PASSWORD, reset, signInStatus } from '../../support/account-fixtures.ts'
import { countRows, DAY, HOUR } from '../../support/fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const EMAIL = 'ada@example.com'
const STEPS = [
  ['ahead', HOUR],
  ['back', -HOUR],
] as const

async function startSignedIn() {
  const app = await startApp()
  await app.createAccount({ email: EMAIL })
  return { app, grant: await app.signIn(EMAIL) }
}

const meStatus = async (app: TestApp, token: string) => (await app.v1('GET', '/me', { token })).status
const refresh = (app: TestApp, token: string) => app.v1('POST', '/refresh', { body: { refresh_token: token } })

describe.each(STEPS)('a clock that goes an hour %s', (_, step) => {
  it('brings no session back to life that was signed out, revoked or replaced', async () => {
    const { app, grant } = await startSignedIn()
    const [out, all] = [await app.signIn(EMAIL), await app.signIn(EMAIL)]
    await app.v1('POST', '/logout', { token: out.access_token })
    app.clock.advance(step)
    const before = [await meStatus(app, out.access_token), (await refresh(app, out.refresh_token)).status]
    const { body } = await refresh(app, all.refresh_token)
    await app.v1('POST', '/revoke-all', { token: body.access_token })
    app.clock.advance(-step)
    const tokens = [grant, out, all]
    const after = await Promise.all(tokens.map(({ access_token: token }) => meStatus(app, token)))
    const refreshed = await Promise.all(tokens.map(async ({ refresh_token: token }) => (await refresh(app, token)).status))
    expect([before, after, refreshed]).toEqual([
      [401, 401],
      [401, 401, 401],
      [401, 401, 401],
    ])
  })

  it('lets whoever is signed in go on with the refresh token, and sign in anew', async () => {
    const { app, grant } = await startSignedIn()
    app.clock.advance(step)
    const { status, body } = await refresh(app, grant.refresh_token)
    expect([status, await meStatus(app, body.access_token)]).toEqual([200, 200])
    app.clock.advance(-step)
    expect((await refresh(app, body.refresh_token)).status).toBe(200)
    expect(await signInStatus(app, EMAIL)).toBe(200)
  })

  it('does not let a spent link be spent again', async () => {
    const { app } = await startSignedIn()
    const link = await forget(app, EMAIL)
    expect((await reset(app, link)).status).toBe(200)
    app.clock.advance(step)
    expect((await reset(app, link, 'a third password')).status).toBe(400)
    app.clock.advance(-step)
    expect((await reset(app, link, 'a third password')).status).toBe(400)
    expect([await signInStatus(app, EMAIL, NEW_PASSWORD), await signInStatus(app, EMAIL)]).toEqual([200, 401])
  })
})

describe('a clock that goes back an hour', () => {
  it('opens no limit, and once waited for it is open', async () => {
    const { app } = await startSignedIn()
    const guess = (password: string) => app.v1('POST', '/login', { body: { email: EMAIL, password }, ip: '203.0.113.1' })
    for (let count = 1; count <= 5; count += 1) expect((await guess('wrong password')).status).toBe(401)
    app.clock.advance(-HOUR)
    const refused = await guess('wrong password')
    expect(refused.status).toBe(429)
    // As long as it was, and not an hour longer.
    expect(Number(refused.headers.get('Retry-After'))).toBeLessThanOrEqual(60)
    app.clock.advance(Number(refused.headers.get('Retry-After')))
    expect((await guess(PASSWORD)).status).toBe(200)
  })

  it('does not bring back a registration that was swept away', async () => {
    const app = await startApp()
    await ask(app, 'POST', '/register', { email: EMAIL, password: PASSWORD })
    const path = `/verify-email?token=${await app.mailedToken(EMAIL)}`
    app.clock.advance(DAY)
    await app.auth.keepHouse()
    app.clock.advance(-HOUR)
    expect((await app.v1('GET', path)).status).toBe(400)
    expect([await countRows('users'), await countRows('registrations')]).toEqual([0, 0])
  })

  it('refuses tokens that it takes for not yet made, and takes them again when it is right', async () => {
    const { app, grant } = await startSignedIn()
    app.clock.advance(-HOUR)
    expect(await meStatus(app, grant.access_token)).toBe(401)
    app.clock.advance(HOUR)
    expect(await meStatus(app, grant.access_token)).toBe(200)
  })
})

describe('a clock that goes ahead an hour', () => {
  it('and is put right again leaves the session of a refresh token that was used meanwhile alone', async () => {
    const { app, grant } = await startSignedIn()
    app.clock.advance(HOUR)
    const { body } = await refresh(app, grant.refresh_token)
    app.clock.advance(-HOUR)
    expect((await refresh(app, grant.refresh_token)).body.refresh_token).toBe(body.refresh_token)
    expect((await refresh(app, body.refresh_token)).status).toBe(200)
  })

  it('makes guesses wait no longer than they would have', async () => {
    const { app } = await startSignedIn()
    const guess = (password: string) => app.v1('POST', '/login', { body: { email: EMAIL, password }, ip: '203.0.113.1' })
    app.clock.advance(HOUR)
    for (let count = 1; count <= 5; count += 1) await guess('wrong password')
    app.clock.advance(-HOUR)
    const refused = await guess(PASSWORD)
    expect(refused.status).toBe(429)
    app.clock.advance(Number(refused.headers.get('Retry-After')))
    expect((await guess(PASSWORD)).status).toBe(200)
  })
})
