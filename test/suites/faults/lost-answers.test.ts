// A client that never gets its answer asks again, and again: one user, one successor, one change, and no more mail than the cap.
import { describe, expect, it } from 'vitest'
import { ask, forget, NEW_PASSWORD, signInStatus } from '../../support/account-fixtures.ts'
import { countRows, rows, tally, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { breakableBindings } from './intercepted-bindings.ts'

const EMAIL = 'ada@example.com'
const MAILS_PER_HOUR = 5

/** An app whose store does what it is asked and does not say so, while `isLosing` holds. */
async function startLosing(store: 'database' | 'ledger', pattern: RegExp) {
  const { bindings, fault } = breakableBindings()
  const app = await startApp({ bindings })
  const lose = (isLosing: boolean) => {
    Object.assign(fault, {
      store: isLosing ? store : null,
      how: 'loses its answer',
      matches: ({ method, text }: { method: string; text: string }) => pattern.test(method) || pattern.test(text),
    })
  }
  return { app, lose }
}

async function createSession(app: TestApp) {
  await app.createAccount({ email: EMAIL, username: 'ada' })
  return app.signIn(EMAIL)
}

describe('lost answers to', () => {
  it('registrations: nine tries are one user in the end, and five mails', async () => {
    const { app, lose } = await startLosing('database', /insert into registrations/i)
    const ip = anyAddress()
    const send = () => app.v1('POST', '/register', { body: { email: EMAIL, password: PASSWORD, username: 'ada' }, ip })
    lose(true)
    for (let count = 1; count <= 8; count += 1) expect((await send()).status).toBe(503)
    lose(false)
    expect((await send()).status).toBe(201)
    const mails = await app.mailTo(EMAIL)
    expect(mails).toHaveLength(MAILS_PER_HOUR)
    expect((await app.v1('GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)).status).toBe(200)
    expect(await rows('SELECT email, username FROM users')).toEqual([{ email: EMAIL, username: 'ada' }])
    expect([await countRows('registrations'), await signInStatus(app, EMAIL)]).toEqual([0, 200])
  })

  it('a confirmation: it is one user, however often and from how many tabs it is asked for', async () => {
    const { app, lose } = await startLosing('database', /update one_time_tokens/i)
    await ask(app, 'POST', '/register', { email: EMAIL, password: PASSWORD })
    const path = `/verify-email?token=${await app.mailedToken(EMAIL)}`
    lose(true)
    expect(tally(await times(5, () => app.v1('GET', path)))).toEqual({ 503: 5 })
    lose(false)
    expect(tally(await times(5, () => app.v1('GET', path)))).toEqual({ 200: 5 })
    expect([await countRows('users'), await signInStatus(app, EMAIL)]).toEqual([1, 200])
  })

  it('a refresh: all tries within the grace get one and the same successor, which goes on', async () => {
    const { app, lose } = await startLosing('ledger', /^rotate$/)
    const grant = await createSession(app)
    const refresh = (token: string) => app.v1('POST', '/refresh', { body: { refresh_token: token } })
    lose(true)
    expect(tally(await times(3, () => refresh(grant.refresh_token)))).toEqual({ 503: 3 })
    lose(false)
    app.clock.advance(60)
    const replies = await times(5, () => refresh(grant.refresh_token))
    expect(tally(replies)).toEqual({ 200: 5 })
    const successors = new Set(replies.map(({ body }) => body.refresh_token as string))
    expect(successors.size).toBe(1)
    for (const successor of successors) expect((await refresh(successor)).status).toBe(200)
  })

  it('a refresh, asked again when the grace is over: the same successor for the device that asked, the end of the session for another', async () => {
    const { app, lose } = await startLosing('ledger', /^rotate$/)
    const grant = await createSession(app)
    lose(true)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })).status).toBe(503)
    lose(false)
    app.clock.advance(61)
    const again = (ip: string) => app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token }, ip })
    expect((await again('192.0.2.1')).status).toBe(200)
    const late = await again('203.0.113.200')
    expect(late).toMatchObject({ status: 401, body: { code: 'token_reused' } })
    expect((await app.v1('GET', '/me', { token: grant.access_token })).status).toBe(401)
  })

  it('a reset: the password is changed once, told once by mail, and the same request is told so', async () => {
    const { app, lose } = await startLosing('database', /update one_time_tokens/i)
    await createSession(app)
    const token = await forget(app, EMAIL)
    const epoch = async () => (await rows<{ session_epoch: number }>('SELECT session_epoch FROM users'))[0]?.session_epoch ?? 0
    const send = () => ask(app, 'POST', '/reset-password', { token, password: NEW_PASSWORD })
    lose(true)
    expect((await send()).status).toBe(503)
    lose(false)
    const changed = await epoch()
    app.clock.advance(1)
    expect([(await send()).status, (await send()).status]).toEqual([200, 200])
    expect(await epoch()).toBe(changed)
    expect((await app.mailTo(EMAIL)).filter(({ subject }) => /password/i.test(subject) && /changed/i.test(subject))).toHaveLength(1)
    expect([await signInStatus(app, EMAIL, NEW_PASSWORD), await signInStatus(app, EMAIL)]).toEqual([200, 401])
  })

  it('a sign-out: 503 while nobody can tell, 200 from then on, and the session is over from the first try', async () => {
    const { app, lose } = await startLosing('ledger', /^revoke$/)
    const { access_token: token } = await createSession(app)
    lose(true)
    expect((await app.v1('POST', '/logout', { token })).status).toBe(503)
    expect((await app.v1('GET', '/me', { token })).status).toBe(401)
    lose(false)
    expect(tally(await times(3, () => app.v1('POST', '/logout', { token })))).toEqual({ 200: 3 })
  })
})
