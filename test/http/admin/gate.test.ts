// Who is an operator, and what anybody else is told.
import { describe, expect, it } from 'vitest'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, startApp } from '../../support/harness.ts'
import { createPinAccount, pinSignIn } from '../../support/http/cookie-browser.ts'
import { ADMIN, ask, KEY, withSession } from '../../support/http/operator.ts'
import { signInStable } from '../../support/http/stable-shapes.ts'

const OTHER_KEY = `padm_${'zT5nQ8wE2rY6uI1oP4aS7dF3gH9jK0lX'.repeat(2).slice(0, 50)}`

describe('the admin API', () => {
  it.each([
    ['without a token', undefined, 401],
    ['with another key', OTHER_KEY, 401],
    ['with the beginning of the key', KEY.slice(0, -1), 401],
    ['with a word', 'opensesame', 401],
  ])('answers %s by 401', async (_, token, status) => {
    const app = await startApp()
    const refused = await app.request('GET', `${ADMIN}/users`, token === undefined ? {} : { token })
    expect(refused.status).toBe(status)
    expect(refused.text).not.toContain(KEY)
    expect(JSON.stringify(app.log)).not.toContain(token ?? KEY)
  })

  it('takes the key of before while it is set', async () => {
    const app = await startApp({ vars: { ADMIN_KEY: OTHER_KEY, ADMIN_KEY_PREVIOUS: KEY } })
    expect((await ask(app, 'GET', '/users')).status).toBe(200)
    expect((await ask(app, 'GET', '/users', { token: OTHER_KEY })).status).toBe(200)
    const later = await startApp({ keepStorage: true, vars: { ADMIN_KEY: OTHER_KEY } })
    expect((await ask(later, 'GET', '/users')).status).toBe(401)
  })

  it('has no operator by key where none is set', async () => {
    const app = await startApp({ vars: { ADMIN_KEY: '' } })
    expect((await ask(app, 'GET', '/users')).status).toBe(401)
  })

  it('limits wrong keys by address, and never keeps the right one waiting', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '3' } })
    const statuses: number[] = []
    for (let count = 0; count < 5; count += 1) statuses.push((await ask(app, 'GET', '/users', { token: OTHER_KEY })).status)
    expect(statuses).toEqual([401, 401, 401, 429, 429])
    expect((await ask(app, 'GET', '/users')).status).toBe(200)
  })

  it('is for users with systemAdmin, who need a recent password for changes', async () => {
    const app = await startApp()
    const { id, token } = await withSession(app)
    expect((await ask(app, 'GET', '/users', { token })).status).toBe(403)
    await BINDINGS.DB.prepare(`UPDATE users SET permissions = '["systemAdmin"]' WHERE id = ?`).bind(id).run()
    expect((await ask(app, 'GET', '/users', { token })).status).toBe(200)
    expect((await ask(app, 'POST', `/users/${id}/verify`, { token })).status).toBe(200)
    app.clock.advance(601)
    expect((await ask(app, 'GET', '/users', { token })).status).toBe(200)
    const refused = await ask(app, 'POST', `/users/${id}/verify`, { token })
    expect([refused.status, refused.body.code]).toEqual([403, 'reauthentication_required'])
  })

  it('takes no other token of a system administrator for it: none of a PIN, none that lives long, none to refresh with', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    await BINDINGS.DB.exec(`UPDATE users SET permissions = '["systemAdmin"]'`)
    const grant = await app.signIn(email)
    const { token: stable } = await signInStable(app, username)
    const { accessToken: byPin } = await pinSignIn(app, username)
    const statuses = { [grant.access_token]: 200, [stable]: 401, [grant.refresh_token]: 401, [byPin]: 403 }
    for (const [token, status] of Object.entries(statuses)) {
      expect((await ask(app, 'GET', '/users', { token })).status).toBe(status)
    }
  })

  it('gives its key no way into any other API', async () => {
    const app = await startApp()
    expect((await app.v1('GET', '/me', { token: KEY })).status).toBe(401)
    expect((await app.v1('GET', '/sessions', { token: KEY })).status).toBe(401)
    expect((await app.v1('POST', '/refresh', { token: KEY })).status).toBe(401)
  })

  it('knows no CORS, in development either, and no cache', async () => {
    const app = await startApp({ vars: { CORS_ORIGINS: 'https://app.example' } })
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' }
      const reply = await ask(app, method, '/users', { headers })
      expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    expect((await ask(app, 'GET', '/users')).headers.get('Cache-Control')).toBe('no-store')
  })

  it('answers 404 and 405 like v1', async () => {
    const app = await startApp()
    expect((await ask(app, 'GET', '/nothing')).body.code).toBe('not_found')
    const wrong = await ask(app, 'PUT', '/users')
    expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'GET, POST, HEAD, OPTIONS'])
  })

  it.each(['ADMIN_KEY', 'ADMIN_KEY_PREVIOUS'])('does not start on a weak %s', async (name) => {
    const app = await startApp({ vars: { [name]: 'padm_secret' } })
    expect((await ask(app, 'GET', '/users')).status).toBe(503)
    expect(await rows('SELECT 1 FROM audit_events')).toEqual([])
  })
})
