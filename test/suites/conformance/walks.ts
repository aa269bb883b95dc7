// The examples of each document as one client goes through them, successes and refusals, everything it is told written down.
import { createCalls } from '../../../src/rpc/calls.ts'
import { DAY } from '../../support/fixtures.ts'
import { PASSWORD, type Reply, type RequestOptions, type TestApp } from '../../support/harness.ts'
import { changeUser } from '../../support/http/stable-shapes.ts'
import type { Recorder } from './transcript.ts'

export type DocumentNumber = '000' | '001' | '002' | '003' | '004'

type Walk = (app: TestApp, told: Recorder) => Promise<void>

const EMAIL = 'beyhan@example.com'
const WRONG = 'not this password'
const NOBODY = '00000000-0000-4000-8000-000000000000'
const PIN = '2580'

export const WALKS: Readonly<Record<DocumentNumber, Walk>> = {
  '000': async (app, told) => {
    const send = recording(app, told, '/api/v1/auth')
    await app.createAccount({ email: EMAIL, username: 'beyhan', first_name: 'Beyhan', last_name: 'Oğur' })
    const { access_token: token } = (await send('login', 'POST /login', { body: { email: EMAIL, password: PASSWORD } })).body
    await send('login, not JSON', 'POST /login', { body: '{"email"' })
    await send('login, wrong', 'POST /login', { body: { email: EMAIL, password: WRONG } })
    await send('me', 'GET /me', { token })
    app.clock.advance(60)
    const { access_token: extended } = (await send('refresh', 'POST /refresh', { token })).body
    await send('me, refreshed', 'GET /me', { token: extended })
    await send('sessions', 'GET /sessions', { token })
    await send('sessions of somebody else', `GET /sessions?user_id=${NOBODY}`, { token })
    await send('logout', 'POST /logout', { token })
    await send('me, signed out', 'GET /me', { token })
    const again = await app.signIn(EMAIL)
    await send('revoke-all', 'POST /revoke-all', { token: again.access_token })
    await send('me, revoked', 'GET /me', { token: again.access_token })
    for (const route of ['POST /logout', 'GET /me', 'POST /refresh', 'POST /revoke-all', 'GET /sessions']) {
      await send(`${route} without a token`, route)
    }
  },

  '001': async (app, told) => {
    const send = recording(app, told, '/api/v1/auth')
    await app.createAccount({ email: EMAIL })
    const { accessToken: token } = (await send('login', 'POST /login', { body: { email: EMAIL, password: PASSWORD } })).body
    await send('login, no address', 'POST /login', { body: { password: PASSWORD } })
    await send('login, no password', 'POST /login', { body: { email: EMAIL } })
    await send('login, wrong', 'POST /login', { body: { email: EMAIL, password: WRONG } })
    await send('login, text that is no address', 'POST /login', { body: { email: 'beyhan', password: PASSWORD } })
    await send('me', 'GET /me', { token })
    app.clock.advance(3600)
    await send('me, an hour later', 'GET /me', { token })
    app.clock.advance(DAY)
    await send('me, a day later', 'GET /me', { token })
    const { verifyPassword, login, verifyToken } = createCalls(() => ({ auth: app.auth, log: () => {} }), {
      caller: 'archiver',
      rights: ['verify', 'login'],
    })
    const [stored] = (await app.bindings.DB.prepare('SELECT secret AS hash FROM credentials').all<{ hash: string }>()).results
    told.value('verifyPassword()', [await verifyPassword(PASSWORD, stored?.hash), await verifyPassword(WRONG, stored?.hash)])
    const granted = await login(EMAIL, PASSWORD)
    told.value('login()', granted)
    told.value('login(), wrong', [await login(EMAIL, WRONG), await login('beyhan', PASSWORD)])
    told.value('verifyToken()', await verifyToken(granted?.accessToken))
    told.value('verifyToken(), wrong', await verifyToken('your.jwt.token'))
    await send('logout', 'POST /logout', { token: granted?.accessToken ?? '' })
    await send('me, signed out', 'GET /me', { token: granted?.accessToken ?? '' })
    told.value('verifyToken(), signed out', await verifyToken(granted?.accessToken))
  },

  '002': async (app, told) => {
    const send = recording(app, told, '/api/stable/auth')
    for (const name of ['admin', 'some-user']) {
      await app.createAccount({ email: `${name}@example.com`, username: name, first_name: 'Beyhan' })
    }
    await changeUser('admin@example.com', 'permissions = ?', '["systemAdmin"]')
    const login = (username: string, password = PASSWORD) => ({ body: { username, password } })
    const { token } = (await send('login', 'POST /login', login('admin'))).body.data
    await send('login, wrong', 'POST /login', login('admin', WRONG))
    await send('login, less power', 'POST /login', { body: { ...login('admin').body, operationsScope: { elements: [] } } })
    const { token: theirs, sessionId } = (await send('login, some-user', 'POST /login', login('some-user'))).body.data
    await send('user', 'GET /user/some-user', { token })
    await send('user, not allowed', 'GET /user/admin', { token: theirs })
    await send('user, unknown', 'GET /user/nobody', { token })
    await send('whoami', 'GET /whoami', { token })
    await send('token', 'GET /token', { token })
    await send('token of some-user', 'GET /token?userName=some-user', { token })
    await send('logout of some-user', `DELETE /logout?sessionId=${sessionId}`, { token })
    await send('whoami, signed out', 'GET /whoami', { token: theirs })
    await send('logout', 'GET /logout', { token })
    await send('whoami without a token', 'GET /whoami')
    const { token: kept } = (await send('login again', 'POST /login', login('admin'))).body.data
    app.clock.advance(2 * DAY)
    await send('whoami, two days later', 'GET /whoami', { token: kept })
  },

  '003': async (app, told) => {
    const send = recording(app, told, '/auth')
    await app.createAccount({ email: EMAIL, username: 'admin', first_name: 'Beyhan' })
    const { access_token: byPassword } = await app.signIn(EMAIL)
    await app.v1('PUT', '/pin', { token: byPassword, body: { pin: PIN, current_password: PASSWORD } })
    const { access, refresh } = cookiesOf(await send('login', 'POST /login', { body: { name: 'admin', pin: PIN } }))
    await send('login, wrong', 'POST /login', { body: { name: 'admin', pin: '0000' } })
    await send('refresh', 'POST /refresh', cookies(access, refresh))
    app.clock.advance(3600)
    await send('refresh, an hour later', 'POST /refresh', cookies('your_access_token_here', refresh))
    const renewed = cookiesOf(await send('refresh, once more', 'POST /refresh', cookies(null, refresh)))
    told.reply('me by the cookie’s token', await app.v1('GET', '/me', { token: renewed.access }))
    await send('logout', 'POST /logout', cookies(renewed.access, refresh))
    await send('refresh, signed out', 'POST /refresh', cookies(renewed.access, refresh))
    await send('refresh, nonsense', 'POST /refresh', cookies('your_access_token_here', 'your_refresh_token_here'))
    await send('logout, nonsense', 'POST /logout', cookies('your_access_token_here', 'your_refresh_token_here'))
    const guess = { body: { name: 'admin', pin: '0000' }, ip: '203.0.113.5' }
    for (let count = 0; count < 5; count += 1) await app.request('POST', '/auth/login', guess)
    await send('login, guessed too often', 'POST /login', guess)
  },

  '004': async (app, told) => {
    const inner = recording(app, told, '/api/v1/auth')
    const send = (step: string, route: string, options: RequestOptions = {}) =>
      inner(step, route, { ...options, headers: { Origin: 'http://localhost:8080' } })
    const form = { email: EMAIL, username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur', password: PASSWORD }
    await send('register', 'POST /register', { body: form })
    await send('register, too short', 'POST /register', { body: { ...form, password: 'string' } })
    await send('resend-verification', 'POST /resend-verification', { body: { email: EMAIL } })
    await send('verify-email', `GET /verify-email?token=${await app.mailedToken(EMAIL)}`)
    const first = (await send('login', 'POST /login', { body: { email: EMAIL, password: PASSWORD } })).body
    await send('me', 'GET /me', { token: first.access_token })
    app.clock.advance(960)
    await send('me, expired', 'GET /me', { token: first.access_token })
    const refresh = (step: string, token: string) => send(step, 'POST /refresh', { body: { refresh_token: token } })
    const second = (await refresh('refresh', first.refresh_token)).body
    app.clock.advance(30)
    await refresh('refresh, the answer was lost', first.refresh_token)
    await send('me, refreshed', 'GET /me', { token: second.access_token })
    app.clock.advance(3600)
    await refresh('refresh again', second.refresh_token)
    await refresh('refresh by the first one', first.refresh_token)
    await refresh('refresh by the second one', second.refresh_token)
    await send('login, wrong', 'POST /login', { body: { email: EMAIL, password: WRONG } })
  },
}

/** A client of one face; each request is a step. */
function recording(app: TestApp, told: Recorder, prefix: string) {
  return async (step: string, route: string, options?: RequestOptions): Promise<Reply> => {
    const [method = '', path = ''] = route.split(' ')
    return told.reply(step, await app.request(method, prefix + path, options))
  }
}

/** As curl's two `Cookie` fields arrive. */
function cookies(access: string | null, refresh: string): RequestOptions {
  return { headers: { Cookie: [...(access === null ? [] : [`accessToken=${access}`]), `refreshToken=${refresh}`].join(', ') } }
}

function cookiesOf({ headers }: Reply): { access: string; refresh: string } {
  const value = (name: string) =>
    headers
      .getSetCookie()
      .find((line) => line.startsWith(`${name}=`))
      ?.match(/=([^;]*)/)?.[1] ?? ''
  return { access: value('accessToken'), refresh: value('refreshToken') }
}
