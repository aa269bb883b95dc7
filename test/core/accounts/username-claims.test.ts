import { describe, expect, it } from 'vitest'
import { countRows, DAY, HOUR, rows, tally, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

function register(app: TestApp, email: string, username: string, ip = anyAddress()) {
  return app.v1('POST', '/register', { body: { email, password: PASSWORD, username }, ip })
}

describe('a username', () => {
  it('is held by a pending registration for 24 hours and free to the second after', async () => {
    const app = await startApp()
    await register(app, 'first@example.com', 'ada')
    app.clock.advance(DAY - 1)
    const refused = await register(app, 'second@example.com', 'ada')
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'username_taken', errors: [{ field: 'username', message: 'is taken' }] },
    })
    app.clock.advance(1)
    expect((await register(app, 'second@example.com', 'ada')).status).toBe(201)
    await app.v1('GET', `/verify-email?token=${await app.mailedToken('second@example.com')}`)
    expect((await app.signIn('second@example.com')).user).toMatchObject({ username: 'ada' })
  })

  it('is shared by all registrations of one address, and the last of them keeps it longest', async () => {
    const app = await startApp()
    await register(app, 'first@example.com', 'ada')
    app.clock.advance(DAY - 1)
    expect((await register(app, 'first@example.com', 'ada')).status).toBe(201)
    app.clock.advance(DAY - 1)
    expect((await register(app, 'second@example.com', 'ada')).status).toBe(409)
    expect((await app.v1('GET', `/verify-email?token=${await app.mailedToken('first@example.com')}`)).status).toBe(200)
    expect((await app.signIn('first@example.com')).user).toMatchObject({ username: 'ada' })
  })

  it('is refused to others in every case, width and composition', async () => {
    const app = await startApp()
    await register(app, 'first@example.com', 'Beyhan Oğur')
    for (const lookAlike of ['beyhan oğur', 'BEYHAN OĞUR', 'Ｂｅｙｈａｎ Oğur', 'Beyhan Og\u0306ur', 'Beyhan  Oğur']) {
      expect([lookAlike, (await register(app, 'second@example.com', lookAlike)).status]).toEqual([lookAlike, 409])
    }
    expect((await register(app, 'second@example.com', 'Beyhan Ogur')).status).toBe(201)
  })

  it('is held by an account for good, against its own address too', async () => {
    const app = await startApp()
    await app.createAccount({ email: 'first@example.com', username: 'ada' })
    app.clock.advance(400 * DAY)
    await app.auth.keepHouse()
    expect((await register(app, 'second@example.com', 'ADA')).status).toBe(409)
    expect((await register(app, 'first@example.com', 'ada')).status).toBe(409)
  })

  it('is claimed in the same way for an address that has an account', async () => {
    const app = await startApp()
    await app.createAccount({ email: 'owner@example.com', username: 'ada' })
    expect((await register(app, 'owner@example.com', 'countess')).status).toBe(201)
    expect((await register(app, 'second@example.com', 'countess')).status).toBe(409)
    expect((await register(app, 'owner@example.com', 'countess')).status).toBe(201)
    app.clock.advance(DAY)
    expect((await register(app, 'second@example.com', 'countess')).status).toBe(201)
  })

  it('that the account did not take stays held for its day, so that it does not tell when the address got an account', async () => {
    const app = await startApp()
    await register(app, 'first@example.com', 'ada')
    await app.createAccount({ email: 'first@example.com', username: 'countess' })
    app.clock.advance(DAY - 1)
    expect((await register(app, 'second@example.com', 'ada')).status).toBe(409)
    app.clock.advance(1)
    expect((await register(app, 'second@example.com', 'ada')).status).toBe(201)
    expect((await register(app, 'second@example.com', 'countess')).status).toBe(409)
  })

  it('goes to exactly one of 30 addresses that want it at once', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '64' } })
    const replies = await times(30, (index) => register(app, `user-${index}@example.com`, 'ada'))
    expect(tally(replies)).toEqual({ 201: 1, 409: 29 })
    expect([await countRows('registrations'), await countRows('outbox'), await countRows('one_time_tokens')]).toEqual([1, 1, 1])
    const [claim] = await rows<{ email: string }>('SELECT email FROM username_claims')
    expect(replies.find(({ status }) => status === 201)?.body.user.email).toBe(claim?.email)
  })

  it('cannot be tried out for free: a refusal counts as a registration', async () => {
    const app = await startApp({ vars: { LIMIT_REGISTRATIONS_PER_HOUR: '2' } })
    await app.createAccount({ username: 'ada' })
    expect((await register(app, 'x@example.com', 'ada', '203.0.113.1')).status).toBe(409)
    expect((await register(app, 'x@example.com', 'ada', '203.0.113.1')).status).toBe(409)
    expect((await register(app, 'x@example.com', 'ada', '203.0.113.1')).status).toBe(429)
    app.clock.advance(HOUR)
    expect((await register(app, 'x@example.com', 'free', '203.0.113.1')).status).toBe(201)
  })

  it('is not held any longer for asking for the mail again', async () => {
    const app = await startApp()
    await register(app, 'first@example.com', 'ada')
    app.clock.advance(DAY - 1)
    await app.v1('POST', '/resend-verification', { body: { email: 'first@example.com' }, ip: anyAddress() })
    expect((await register(app, 'second@example.com', 'ada')).status).toBe(409)
    app.clock.advance(1)
    expect((await register(app, 'second@example.com', 'ada')).status).toBe(201)
  })
})
