// Clients of document 002 as they are: one token for years, in programs that nobody looks at.
import { describe, expect, it } from 'vitest'
import { claimsOf, DAY, HOUR, rows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createSignedIn, signInStable, stable } from '../../support/http/stable-shapes.ts'

const YEAR = 365 * DAY
const OTHER_SECRET = 'z8Kq2Lw7Vn4Xb9Rt1Ms6Pd3Gc5Hf0Jy8Qe4UiOaTrWc'

const whoAmI = async (app: TestApp, token: string) => (await stable(app, 'GET', '/whoami', { token })).status

describe('a client of document 002', () => {
  it('holds a token for ten years, which says so, and who and since when', async () => {
    const app = await startApp()
    const { token, expire } = await createSignedIn(app, 'admin')
    const { exp, login, orig_iat } = claimsOf(token)
    expect([login, orig_iat, exp]).toEqual(['admin', app.clock.now, app.clock.now + 3650 * DAY])
    expect(Date.parse(expire) / 1000).toBe(exp)
    app.clock.advance(9 * YEAR)
    expect(await whoAmI(app, token)).toBe(200)
    app.clock.advance(YEAR + DAY)
    expect(await whoAmI(app, token)).toBe(401)
  })

  it('keeps it through rotations of AUTH_SECRET and of signing keys, and makes the public keys no more', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'admin')
    const { AUTH_SECRET: first } = { AUTH_SECRET: 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE' }
    const rotating = await startApp({ keepStorage: true, vars: { AUTH_SECRET: OTHER_SECRET, AUTH_SECRET_PREVIOUS: first } })
    await rotating.auth.keepHouse()
    const later = await startApp({ keepStorage: true, vars: { AUTH_SECRET: OTHER_SECRET } })
    expect(await whoAmI(later, token)).toBe(200)
    for (let month = 0; month < 6; month += 1) {
      later.clock.advance(31 * DAY)
      await later.auth.keepHouse()
    }
    expect((await rows('SELECT 1 FROM signing_keys')).length).toBeLessThanOrEqual(2)
    expect(await whoAmI(later, token)).toBe(200)
    const { keys } = (await later.request('GET', '/.well-known/jwks.json')).body
    expect(JSON.stringify(keys)).not.toContain(JSON.parse(atob(token.split('.')[0] ?? '')).kid)
    expect(await rows("SELECT 1 FROM stable_keys WHERE sealed_key NOT LIKE 'v1.%'")).toEqual([])
  })

  it('is told of an ended session by 403, and of no token or a forged one by 401', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'admin')
    const { token: other } = await signInStable(app, 'admin')
    await stable(app, 'DELETE', '/logout', { token })
    for (const path of ['/whoami', '/token', '/user/admin']) {
      const refused = await stable(app, 'GET', path, { token })
      expect([path, refused.status, refused.body.code, refused.headers.get('WWW-Authenticate')]).toEqual([path, 403, 403, null])
    }
    expect(await whoAmI(app, `${other.slice(0, -2)}AA`)).toBe(401)
    expect((await stable(app, 'GET', '/whoami')).status).toBe(401)
    expect(await whoAmI(app, other)).toBe(200)
  })

  it('is not pushed out by sign-ins of others with the same account while it is in use', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '10000' } })
    const { token } = await createSignedIn(app, 'admin')
    for (let day = 0; day < 3; day += 1) {
      app.clock.advance(DAY)
      expect(await whoAmI(app, token)).toBe(200)
      await app.settle()
    }
    app.clock.advance(DAY - 60)
    for (let count = 0; count < 101; count += 1) {
      const body = { username: 'admin', password: PASSWORD }
      expect((await app.request('POST', '/api/stable/auth/login', { body, ip: anyAddress() })).status).toBe(200)
    }
    expect(await whoAmI(app, token)).toBe(200)
  })

  it('is not pushed out on its first day either, once it has been used for an hour', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '10000' } })
    const { token } = await createSignedIn(app, 'admin')
    app.clock.advance(HOUR)
    expect(await whoAmI(app, token)).toBe(200)
    await app.settle()
    // As jobs do that sign in, do their work and forget the token.
    for (let count = 0; count < 101; count += 1) {
      const { token: forgotten } = await signInStable(app, 'admin')
      expect(await whoAmI(app, forgotten)).toBe(200)
      app.clock.advance(60)
    }
    expect(await whoAmI(app, token)).toBe(200)
  })

  it('has its last use noted after an hour, and then once a day at most', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'admin')
    const usedAt = async () => (await stable(app, 'GET', '/whoami', { token })).body.data.grantedAccess.UpdatedAt
    const noted = async (pause: number) => {
      app.clock.advance(pause)
      const before = await usedAt()
      await app.settle()
      return (await usedAt()) !== before
    }
    expect([await noted(HOUR - 1), await noted(1)]).toEqual([false, true])
    expect([await noted(DAY - 1), await noted(1), await noted(HOUR), await noted(DAY - HOUR)]).toEqual([false, true, false, true])
  })

  it('gets no token where it asks for one with less power than its user has', async () => {
    const app = await startApp()
    await createSignedIn(app, 'admin')
    const body = { username: 'admin', password: PASSWORD, operationsScope: { elements: [{ type: 'collection', name: 'x' }] } }
    const refused = await stable(app, 'POST', '/login', { body })
    expect([refused.status, refused.body.message]).toEqual([
      400,
      'The request is not valid: operationsScope is not supported: the token would have all rights of the user',
    ])
    expect((await stable(app, 'POST', '/login', { body: { ...body, operationsScope: null } })).status).toBe(200)
  })

  it.each(['operationsscope', 'OperationsScope', 'OPERATIONSSCOPE', 'operation\u017fScope'])(
    'gets none either where it writes the member as the system before reads it, in any case: %s',
    async (name) => {
      const app = await startApp()
      await createSignedIn(app, 'admin')
      const login = { username: 'admin', password: PASSWORD }
      expect((await stable(app, 'POST', '/login', { body: { ...login, [name]: { elements: [] } } })).status).toBe(400)
      expect((await stable(app, 'POST', '/login', { body: { ...login, [name]: null } })).status).toBe(200)
      const both = { ...login, operationsScope: null, [name]: { elements: [] } }
      expect((await stable(app, 'POST', '/login', { body: both })).status).toBe(400)
    },
  )
})
