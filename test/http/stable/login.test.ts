import { describe, expect, it } from 'vitest'
import { claimsOf, DAY } from '../../support/fixtures.ts'
import { headerOf } from '../../support/forgery.ts'
import { anyAddress, PASSWORD, startApp } from '../../support/harness.ts'
import {
  changeUser,
  createNamed,
  createSignedIn,
  expectData,
  expectRefused,
  JWT,
  offsetTime,
  stable,
} from '../../support/http/stable-shapes.ts'

const WRONG = 'incorrect Username or Password'

describe('stable: login', () => {
  it('answers with a token, its session and when both end, exactly', async () => {
    const app = await startApp()
    await createNamed(app, 'admin')
    const reply = await stable(app, 'POST', '/login', { body: { username: 'admin', password: PASSWORD } })
    expectData(reply, {
      expire: offsetTime(app.clock.now + 3650 * DAY),
      sessionId: expect.stringMatching(/^[0-9a-f]{64}$/),
      token: expect.stringMatching(JWT),
    })
  })

  it('makes a token of a type of its own that names the session and says nothing of rights', async () => {
    const app = await startApp()
    const { token, sessionId } = await createSignedIn(app, 'admin', ['systemAdmin'])
    expect(headerOf(token)).toEqual({ alg: 'HS256', typ: 'st+jwt', kid: expect.any(String) })
    expect(claimsOf(token)).toEqual({
      iss: 'http://localhost:8787',
      aud: 'http://localhost:8787',
      sub: expect.any(String),
      sid: sessionId,
      jti: expect.any(String),
      iat: app.clock.now,
      exp: app.clock.now + 3650 * DAY,
      auth_time: app.clock.now,
      amr: ['pwd'],
      login: 'admin',
      orig_iat: app.clock.now,
    })
  })

  it('lasts STABLE_TOKEN_TTL_SECONDS to the second, whatever SESSION_TTL_SECONDS says', async () => {
    const app = await startApp({ vars: { STABLE_TOKEN_TTL_SECONDS: '3600', SESSION_TTL_SECONDS: '60' } })
    const { token, expire } = await createSignedIn(app, 'admin')
    expect(expire).toBe(offsetTime(app.clock.now + 3600))
    app.clock.advance(3599)
    expect((await stable(app, 'GET', '/whoami', { token })).status).toBe(200)
    app.clock.advance(1)
    expectRefused(await stable(app, 'GET', '/whoami', { token }), 403, 'Forbidden')
    app.clock.advance(6)
    expectRefused(await stable(app, 'GET', '/whoami', { token }), 401, 'Unauthorized')
  })

  it('takes the username in any case, and not the address', async () => {
    const app = await startApp()
    const email = await createNamed(app, 'Beyhan Oğur')
    const signIn = (username: string) => stable(app, 'POST', '/login', { body: { username, password: PASSWORD } })
    expect((await signIn('BEYHAN OĞUR')).status).toBe(200)
    expectRefused(await signIn(email), 401, WRONG)
  })

  it('says the same of a wrong password and of nobody', async () => {
    const app = await startApp()
    await createNamed(app, 'admin')
    for (const [username, password] of [
      ['admin', 'wrong'],
      ['nobody', PASSWORD],
    ]) {
      expectRefused(await stable(app, 'POST', '/login', { body: { username, password }, ip: anyAddress() }), 401, WRONG)
    }
  })

  it('tells a disabled account only to whoever has its password', async () => {
    const app = await startApp()
    await changeUser(await createNamed(app, 'admin'), 'disabled_at = 1')
    const signIn = (password: string) => stable(app, 'POST', '/login', { body: { username: 'admin', password } })
    expectRefused(await signIn('wrong'), 401, WRONG)
    expectRefused(await signIn(PASSWORD), 403, 'This account is disabled')
  })

  it.each([
    [undefined, 'Username and password are required'],
    [{ username: 'admin' }, 'Username and password are required'],
    [{ email: 'a@example.com', password: PASSWORD }, 'Username and password are required'],
    [{ username: 1, password: ['secret'] }, 'The request is not valid: username must be a string, password must be a string'],
    ['{"username":', 'The body is not a JSON object'],
    ['[]', 'The body is not a JSON object'],
  ])('refuses %j with 400', async (body, message) => {
    const app = await startApp()
    expectRefused(await stable(app, 'POST', '/login', body === undefined ? {} : { body }), 400, message)
  })

  it('is limited like every other sign-in, with the same count', async () => {
    const app = await startApp({ vars: { LIMIT_PAIR_FAILURES: '2' } })
    await createNamed(app, 'admin')
    const body = { username: 'admin', password: 'wrong' }
    await stable(app, 'POST', '/login', { body })
    await app.v1('POST', '/login', { body })
    const limited = await stable(app, 'POST', '/login', { body: { username: 'admin', password: PASSWORD } })
    expectRefused(limited, 429, 'Too many attempts')
    app.clock.advance(Number(limited.headers.get('Retry-After')))
    expect((await stable(app, 'POST', '/login', { body: { username: 'admin', password: PASSWORD } })).status).toBe(200)
  })
})
