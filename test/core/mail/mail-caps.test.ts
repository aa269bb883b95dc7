import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { DAY, HOUR, rows, tally, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const EMAIL = 'ada@example.com'

function register(app: TestApp, ip: string) {
  return app.v1('POST', '/register', { body: { email: EMAIL, password: PASSWORD }, ip })
}

function resend(app: TestApp, ip: string) {
  return app.v1('POST', '/resend-verification', { body: { email: EMAIL }, ip })
}

describe('mail to one recipient', () => {
  it('is capped at 5 an hour for one requesting address, registration and resend together, without changing an answer', async () => {
    const app = await startApp()
    for (let count = 1; count <= 3; count += 1) expect((await register(app, '203.0.113.1')).status).toBe(201)
    for (let count = 1; count <= 6; count += 1) {
      const reply = await resend(app, '203.0.113.1')
      expect([reply.status, reply.body]).toEqual([200, { message: 'verification email has been sent' }])
    }
    expect((await register(app, '203.0.113.1')).status).toBe(201)
    expect(await app.mailTo(EMAIL)).toHaveLength(5)
    await resend(app, '203.0.113.2')
    expect(await app.mailTo(EMAIL)).toHaveLength(6)
  })

  it('counts an IPv6 subscriber by /64', async () => {
    const app = await startApp()
    await register(app, '2001:db8::1')
    for (let count = 1; count <= 8; count += 1) await resend(app, `2001:db8::${count + 1}`)
    expect(await app.mailTo(EMAIL)).toHaveLength(5)
    await resend(app, '2001:db8:0:1::1')
    expect(await app.mailTo(EMAIL)).toHaveLength(6)
  })

  it('slides: each mail makes room for another an hour after it was asked for', async () => {
    const app = await startApp()
    await register(app, '203.0.113.1')
    app.clock.advance(HOUR / 2)
    for (let count = 1; count <= 4; count += 1) await resend(app, '203.0.113.1')
    app.clock.advance(HOUR / 2 - 1)
    await resend(app, '203.0.113.1')
    expect(await app.mailTo(EMAIL)).toHaveLength(5)
    app.clock.advance(1)
    for (let count = 1; count <= 3; count += 1) await resend(app, '203.0.113.1')
    expect(await app.mailTo(EMAIL)).toHaveLength(6)
  })

  it('is capped at 20 a day in all but for a few of each requester, and at a ceiling that no stranger gets past', async () => {
    const app = await startApp({ vars: { LIMIT_MAILS_TO_RECIPIENT_PER_DAY: '50' } })
    await register(app, anyAddress())
    const from = Array.from({ length: 12 }, () => anyAddress())
    for (const ip of from) for (let count = 0; count < 3; count += 1) expect((await resend(app, ip)).status).toBe(200)
    // As long as less than three fifths of the ceiling are used, three of each; after that the first of each.
    expect(await app.mailTo(EMAIL)).toHaveLength(32)
    const replies = await times(60, () => resend(app, anyAddress()))
    expect(tally(replies)).toEqual({ 200: 60 })
    expect(await app.mailTo(EMAIL)).toHaveLength(40)
    app.clock.advance(DAY - 1)
    expect((await register(app, anyAddress())).status).toBe(201)
    expect(await app.mailTo(EMAIL)).toHaveLength(40)
    app.clock.advance(1)
    await resend(app, anyAddress())
    expect(await app.mailTo(EMAIL)).toHaveLength(41)
  })

  it('is still counted after housekeeping, which must not open the caps', async () => {
    const app = await startApp({ vars: { LIMIT_MAILS_TO_RECIPIENT_PER_DAY: '25' } })
    await register(app, anyAddress())
    await times(25, () => resend(app, anyAddress()))
    app.clock.advance(DAY - 1)
    await app.auth.keepHouse()
    await register(app, anyAddress())
    expect(await app.mailTo(EMAIL)).toHaveLength(20)
  })

  it('does not use up the mail of another', async () => {
    const app = await startApp()
    for (let count = 1; count <= 7; count += 1) await register(app, '203.0.113.1')
    await app.v1('POST', '/register', { body: { email: 'other@example.com', password: PASSWORD }, ip: '203.0.113.1' })
    expect(await app.mailTo('other@example.com')).toHaveLength(1)
  })
})

describe('strangers who ask for mail all day', () => {
  const askForReset = (app: TestApp, ip: string) => app.v1('POST', '/forgot-password', { body: { email: EMAIL }, ip })

  it('do not keep the reset link from an address that signed in yesterday', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL })
    const home = anyAddress()
    await app.signIn(EMAIL, PASSWORD, { ip: home })
    app.clock.advance(DAY)
    for (let stranger = 0; stranger < 100; stranger += 1) await askForReset(app, anyAddress())
    const strangers = (await resetLinks(app)).length
    expect(strangers).toBeLessThanOrEqual(80)
    for (let count = 0; count < 2; count += 1) await askForReset(app, home)
    expect(await resetLinks(app)).toHaveLength(strangers + 2)
  })

  it('do not keep the mail of a registration from the person who registers', async () => {
    const app = await startApp()
    for (let stranger = 0; stranger < 20; stranger += 1) await register(app, anyAddress())
    const own = anyAddress()
    await register(app, own)
    expect(await app.mailTo(EMAIL)).toHaveLength(21)
  })

  it('do not make a resend the mail of a stranger', async () => {
    const app = await startApp()
    const own = anyAddress()
    await app.v1('POST', '/register', { body: { email: EMAIL, password: PASSWORD, username: 'victim' }, ip: own })
    for (let stranger = 0; stranger < 54; stranger += 1) await register(app, anyAddress())
    await resend(app, own)
    const [newest] = await app.mailTo(EMAIL)
    expect(newest?.text).toContain(own)
    const token = /token=([0-9a-f]{64})/.exec(newest?.text ?? '')?.[1]
    await app.v1('GET', `/verify-email?token=${token}`)
    expect((await app.v1('POST', '/login', { body: { username: 'victim', password: PASSWORD } })).status).toBe(200)
  })

  const resetLinks = async (app: TestApp) => (await app.mailTo(EMAIL)).filter(({ text }) => text.includes('/reset-password'))
})

describe('an account that has mail sent to other addresses', () => {
  it('is told to wait after ten in an hour, subaddresses or not', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    const move = (index: number) =>
      app.v1('POST', '/change-email', {
        body: { email: `victim+${index}@example.com`, password: PASSWORD },
        token,
        ip: anyAddress(),
      })
    const replies = []
    for (let index = 0; index < 40; index += 1) replies.push(await move(index))
    expect(tally(replies)).toEqual({ 200: 10, 429: 30 })
    expect(Number(replies.at(-1)?.headers.get('Retry-After'))).toBe(HOUR)
    app.clock.advance(HOUR)
    expect((await move(41)).status).toBe(401)
  })
})

describe('a request for mail', () => {
  it('is answered by the cron where nobody could answer it after the reply, once', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    await app.createAccount({ email: EMAIL })
    fault.store = 'database'
    fault.matches = ({ text }) => /FROM users WHERE email/.test(text)
    expect((await app.v1('POST', '/forgot-password', { body: { email: EMAIL } })).status).toBe(200)
    await app.settle()
    fault.store = null
    await app.auth.keepHouse()
    expect(await app.mailTo(EMAIL)).toHaveLength(1)
    app.clock.advance(120)
    await Promise.all([app.auth.keepHouse(), app.auth.keepHouse()])
    expect(await app.mailTo(EMAIL)).toHaveLength(2)
    expect(await rows('SELECT 1 FROM mail_requests')).toEqual([])
  })

  it('that cannot be stored is 503', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    fault.store = 'database'
    for (const path of ['/forgot-password', '/resend-verification']) {
      expect((await app.v1('POST', path, { body: { email: EMAIL } })).status).toBe(503)
    }
  })
})
