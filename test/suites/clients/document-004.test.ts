// Clients of document 004 as they are: they read names in the token, refresh on 401, some three at once, and some keep the first refresh
// token for ever.
import { describe, expect, it } from 'vitest'
import { claimsOf, DAY, rows } from '../../support/fixtures.ts'
import { ADMIN_KEY, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

let networks = 0

/** As axios with its usual interceptor: each request that is refused refreshes, and is sent again. */
function client(app: TestApp, grant: { access_token: string; refresh_token: string }, { keepsFirst = false } = {}) {
  const held = { access: grant.access_token, refresh: grant.refresh_token }
  const get = async (path: string): Promise<number> => {
    const first = await app.v1('GET', path, { token: held.access })
    if (first.status !== 401) return first.status
    // From wherever it is by then.
    networks += 1
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: held.refresh }, ip: `203.0.${networks}.9` })
    if (refreshed.status !== 200) return refreshed.status
    held.access = refreshed.body.access_token
    if (!keepsFirst) held.refresh = refreshed.body.refresh_token
    return (await app.v1('GET', path, { token: held.access })).status
  }
  return { get, held }
}

const HOUR = 3600

describe('a client of document 004', () => {
  it('reads in the access token who the user is, and leaves the names out where that is asked for', async () => {
    const app = await startApp()
    const email = await app.createAccount({ first_name: 'Beyhan', last_name: 'Oğur' })
    const { access_token, user } = await app.signIn(email)
    const said = { user_id: user.id, is_admin: false, token_type: 'access', email }
    expect(claimsOf(access_token)).toMatchObject({ ...said, first_name: 'Beyhan', last_name: 'Oğur', acr: 'urn:postern:aal1' })
    const bare = await startApp({ keepStorage: true, vars: { TOKEN_PROFILE_CLAIMS: 'off' } })
    const claims = claimsOf((await bare.signIn(email)).access_token)
    expect(claims).toMatchObject(said)
    expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['first_name']))
  })

  it('reads in the refresh token when it ends', async () => {
    const app = await startApp()
    const { refresh_token, user } = await app.signIn(await app.createAccount())
    const told = { token_type: 'refresh', sub: user.id, iat: app.clock.now, exp: app.clock.now + 30 * DAY }
    expect(claimsOf(refresh_token)).toMatchObject(told)
    app.clock.advance(HOUR)
    const next = await app.v1('POST', '/refresh', { body: { refresh_token } })
    expect(claimsOf(next.body.refresh_token)).toMatchObject({ iat: app.clock.now, exp: app.clock.now + 30 * DAY })
    // A lost answer is given again as it was.
    app.clock.advance(30)
    const again = await app.v1('POST', '/refresh', { body: { refresh_token } })
    expect(again.body.refresh_token).toBe(next.body.refresh_token)
  })

  it('refreshes on 401, three requests at once, for months', async () => {
    const app = await startApp()
    const { get } = client(app, await app.signIn(await app.createAccount()))
    for (let day = 0; day < 60; day += 7) {
      app.clock.advance(7 * DAY)
      expect(await Promise.all([get('/me'), get('/sessions'), get('/me')])).toEqual([200, 200, 200])
    }
  })

  it('goes on with its first refresh token under REFRESH_ROTATION=keep, and not without', async () => {
    for (const [rotation, expected] of Object.entries({ keep: 200, rotate: 401 })) {
      const app = await startApp({ vars: { REFRESH_ROTATION: rotation } })
      const { get } = client(app, await app.signIn(await app.createAccount()), { keepsFirst: true })
      const statuses: number[] = []
      for (let turn = 0; turn < 4; turn += 1) {
        app.clock.advance(5 * DAY)
        statuses.push(await get('/me'))
      }
      expect([rotation, statuses.at(-1)]).toEqual([rotation, expected])
    }
  })

  it('is signed out for good by one that was kept, too', async () => {
    const app = await startApp({ vars: { REFRESH_ROTATION: 'keep' } })
    const { access_token, refresh_token } = await app.signIn(await app.createAccount())
    const next = await app.v1('POST', '/refresh', { body: { refresh_token } })
    await app.v1('POST', '/logout', { token: access_token })
    for (const token of [refresh_token, next.body.refresh_token]) {
      expect((await app.v1('POST', '/refresh', { body: { refresh_token: token } })).status).toBe(401)
    }
  })
})

describe('a client of document 004 with USER_IDS=number', () => {
  const vars = { USER_IDS: 'number' }

  it('reads a number for the user wherever there is one, and for nobody else ever again', async () => {
    const app = await startApp({ vars })
    const registered = await app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD } })
    expect(registered.body.user.id).toBe(0)
    const [first, second] = [await app.createAccount(), await app.createAccount()]
    const grant = await app.signIn(first)
    expect([grant.user.id, claimsOf(grant.access_token).user_id]).toEqual([1, 1])
    expect((await app.v1('GET', '/me', { token: grant.access_token })).body.user.id).toBe(1)
    const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })
    expect(refreshed.body.user.id).toBe(1)
    const other = await app.signIn(second)
    expect(other.user.id).toBe(2)
    await app.v1('DELETE', '/me', { token: other.access_token, body: { password: PASSWORD } })
    expect((await app.signIn(await app.createAccount())).user.id).toBe(3)
    // The same account by its uuid, where nothing is set.
    const plain = await startApp({ keepStorage: true })
    expect((await plain.signIn(first)).user.id).toBe(claimsOf(grant.access_token).sub)
  })

  it('asks by a number for somebody’s sessions and activity, as an administrator', async () => {
    const app = await startApp({ vars })
    const [admin, user] = [await app.createAccount(), await app.createAccount()]
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE email = ?`).bind(admin).run()
    const { access_token: token } = await app.signIn(admin)
    const { user: theirs, access_token: own } = await app.signIn(user)
    for (const path of ['/sessions', '/activity']) {
      expect((await app.v1('GET', `${path}?user_id=${theirs.id}`, { token })).status).toBe(200)
      expect((await app.v1('GET', `${path}?user_id=${theirs.id}`, { token: own })).status).toBe(200)
      expect((await app.v1('GET', `${path}?user_id=1`, { token: own })).status).toBe(403)
      expect((await app.v1('GET', `${path}?user_id=99`, { token })).status).toBe(404)
    }
  })

  it('finds the numbers of the system it comes from, kept by the import', async () => {
    const app = await startApp({ vars })
    const early = await app.createAccount()
    const line = (id: number) => JSON.stringify({ external_id: id, email: `u${id}@example.com`, verified: true })
    const bring = (...lines: readonly string[]) =>
      app.request('POST', '/api/admin/v1/import', {
        token: ADMIN_KEY,
        headers: { 'Content-Type': 'application/x-ndjson' },
        body: lines.join('\n'),
      })
    const taken = await bring(line(1))
    expect([taken.status, taken.body.errors]).toEqual([
      400,
      [
        {
          line: 1,
          message: "the number 1 is another user's already: numbers are kept for users that are imported before others are made",
        },
      ],
    ])
    expect((await bring('{"email":"none@example.com","verified":true}', line(6), line(40))).body.imported).toBe(3)
    const numbers = await rows('SELECT email, number FROM users ORDER BY number')
    expect(numbers).toEqual([
      ...[
        { email: early, number: 1 },
        { email: 'u6@example.com', number: 6 },
        { email: 'u40@example.com', number: 40 },
      ],
      { email: 'none@example.com', number: 41 },
    ])
    expect((await app.signIn(await app.createAccount())).user.id).toBe(42)
  })
})
