import { describe, expect, it } from 'vitest'
import { countRows, DAY, HOUR, tokensIn } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const EMAIL = 'ada@example.com'
const OWNER = '203.0.113.1'
const STRANGER = '198.51.100.1'

function register(app: TestApp, password: string, ip: string) {
  return app.v1('POST', '/register', { body: { email: EMAIL, password }, ip })
}

function resend(app: TestApp, email: string, ip: string) {
  return app.v1('POST', '/resend-verification', { body: { email }, ip })
}

function confirm(app: TestApp, token: string) {
  return app.v1('GET', `/verify-email?token=${token}`)
}

describe('asking for the mail again', () => {
  it('sends a link of its own, and the one sent before goes on working', async () => {
    const app = await startApp()
    await register(app, PASSWORD, OWNER)
    const first = await app.mailedToken(EMAIL)
    expect((await resend(app, EMAIL, OWNER)).status).toBe(200)
    const second = await app.mailedToken(EMAIL)
    expect(second).not.toBe(first)
    expect((await confirm(app, first)).status).toBe(200)
    expect((await confirm(app, second)).status).toBe(400)
  })

  it('gives a link that lasts as long as its registration, which asking does not prolong, and says so', async () => {
    const app = await startApp()
    await register(app, PASSWORD, OWNER)
    app.clock.advance(DAY - HOUR)
    await resend(app, EMAIL, OWNER)
    expect((await app.mailTo(EMAIL))[0]?.text).toContain('The link works for 1 hour.')
    const link = await app.mailedToken(EMAIL)
    app.clock.advance(HOUR - 1)
    await app.auth.keepHouse()
    app.clock.advance(1)
    expect((await confirm(app, link)).status).toBe(400)
    app.clock.advance(-1)
    expect((await confirm(app, link)).status).toBe(200)
    await app.signIn(EMAIL)
  })

  it('keeps no link that a cap has held back', async () => {
    const app = await startApp()
    await register(app, PASSWORD, OWNER)
    for (let count = 1; count <= 10; count += 1) await resend(app, EMAIL, OWNER)
    expect(await app.mailTo(EMAIL)).toHaveLength(5)
    expect(await countRows('one_time_tokens')).toBe(5)
  })

  it('sends nothing once the registration is over', async () => {
    const app = await startApp()
    await register(app, PASSWORD, OWNER)
    app.clock.advance(DAY)
    expect((await resend(app, EMAIL, OWNER)).status).toBe(200)
    expect(await app.mailTo(EMAIL)).toHaveLength(1)
    expect(await countRows('one_time_tokens')).toBe(1)
  })

  it('prefers the registration made from the same client address to a later one of a stranger', async () => {
    const app = await startApp()
    await register(app, 'of the owner', OWNER)
    app.clock.advance(HOUR)
    await register(app, 'of a stranger', STRANGER)
    await resend(app, EMAIL, OWNER)
    expect((await confirm(app, await app.mailedToken(EMAIL))).status).toBe(200)
    await app.signIn(EMAIL, 'of the owner')
  })

  it('knows an IPv6 subscriber again by its /64', async () => {
    const app = await startApp()
    await register(app, 'of the owner', '2001:db8:1:2::1')
    await register(app, 'of a stranger', '2001:db8:1:3::1')
    await resend(app, EMAIL, '2001:db8:1:2:ffff::9')
    expect((await confirm(app, await app.mailedToken(EMAIL))).status).toBe(200)
    await app.signIn(EMAIL, 'of the owner')
  })

  it('takes the newest registration where none came from this client address', async () => {
    const app = await startApp()
    await register(app, 'the older one', OWNER)
    await register(app, 'the newer one', STRANGER)
    await resend(app, EMAIL, '192.0.2.77')
    expect((await confirm(app, await app.mailedToken(EMAIL))).status).toBe(200)
    await app.signIn(EMAIL, 'the newer one')
  })

  it('names in the mail where the registration came from, not who asks again', async () => {
    const app = await startApp()
    await register(app, PASSWORD, STRANGER)
    await resend(app, EMAIL, OWNER)
    const [mail] = await app.mailTo(EMAIL)
    expect(mail?.text).toContain(STRANGER)
    expect(mail?.text).not.toContain(OWNER)
  })

  it('answers every address the same: pending, registered, unknown', async () => {
    const app = await startApp()
    await app.createAccount({ email: 'registered@example.com' })
    await register(app, PASSWORD, OWNER)
    const replies = [EMAIL, 'registered@example.com', 'unknown@example.com', 'UNKNOWN@Example.com'].map((email) =>
      resend(app, email, anyAddress()),
    )
    for (const { status, body, headers } of await Promise.all(replies)) {
      expect([status, body]).toEqual([200, { message: 'verification email has been sent' }])
      expect([...headers.keys()]).not.toContain('retry-after')
    }
    expect(await app.mailTo(EMAIL)).toHaveLength(2)
    const [notice, ...earlier] = await app.mailTo('registered@example.com')
    expect([notice?.subject, earlier.length]).toEqual(['You already have an account', 1])
    expect(tokensIn([{ text: notice?.text ?? '' }])).toEqual([])
    expect(await app.mailTo('unknown@example.com')).toEqual([])
  })

  it('stores no row for an address that is unknown', async () => {
    const app = await startApp()
    for (let count = 1; count <= 3; count += 1) await resend(app, 'unknown@example.com', OWNER)
    expect([await countRows('one_time_tokens'), await countRows('outbox'), await countRows('registrations')]).toEqual([0, 0, 0])
  })

  it('for an account gives no link that could touch it, whatever was registered since', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL })
    await register(app, 'of a stranger', STRANGER)
    await resend(app, EMAIL, STRANGER)
    const mails = await app.mailTo(EMAIL)
    expect(mails.map(({ subject }) => subject)).toEqual([
      'You already have an account',
      'You already have an account',
      'Confirm your e-mail address',
    ])
    await app.signIn(EMAIL, PASSWORD)
  })

  it('needs an address', async () => {
    const app = await startApp()
    for (const body of [{}, { email: '' }, { email: 'no address' }, { email: 'a@b.example, c@d.example' }]) {
      const reply = await app.v1('POST', '/resend-verification', { body })
      expect([reply.status, reply.body.errors[0].field]).toEqual([400, 'email'])
    }
  })
})
