import { describe, expect, it } from 'vitest'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../support/harness.ts'
import { DAY, HOUR, tally, times } from './fixtures.ts'

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

  it('is capped at 20 a day in all, over any number of requesting addresses', async () => {
    const app = await startApp()
    await register(app, anyAddress())
    const replies = await times(30, () => resend(app, anyAddress()))
    expect(tally(replies)).toEqual({ 200: 30 })
    expect(await app.mailTo(EMAIL)).toHaveLength(20)
    app.clock.advance(DAY - 1)
    expect((await register(app, anyAddress())).status).toBe(201)
    expect(await app.mailTo(EMAIL)).toHaveLength(20)
    app.clock.advance(1)
    await resend(app, anyAddress())
    expect(await app.mailTo(EMAIL)).toHaveLength(21)
  })

  it('is still counted after housekeeping, which must not open the caps', async () => {
    const app = await startApp()
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
