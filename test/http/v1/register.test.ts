// `POST /register`, `POST /resend-verification` and `GET /verify-email` of the `v1` table, word for word.
import { describe, expect, it } from 'vitest'
import { countRows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp } from '../../support/harness.ts'
import { expectRefusal, expectSuccess, REFUSED, userShape } from '../../support/http/v1-shapes.ts'

const REGISTERED = 'registration successful, please verify your email before login'

describe('v1: POST /register', () => {
  it('answers 201 with the user as document 004 shows it, names as typed', async () => {
    const app = await startApp()
    const reply = await app.v1('POST', '/register', {
      body: { email: 'Beyhan@Beyhan.DEV', password: PASSWORD, username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur' },
    })
    expectSuccess(reply, 201, {
      message: REGISTERED,
      user: userShape('beyhan@beyhan.dev', {
        username: 'Beyhan Oğur',
        first_name: 'Beyhan',
        last_name: 'Oğur',
        email_verified: false,
      }),
    })
  })

  it('says null for the names that were left out, null or empty', async () => {
    const app = await startApp()
    const body = { email: 'plain@example.com', password: PASSWORD, username: null, first_name: '', last_name: null }
    const reply = await app.v1('POST', '/register', { body })
    expectSuccess(reply, 201, { message: REGISTERED, user: userShape('plain@example.com', { email_verified: false }) })
  })

  it('gives the account the id that the registration was answered with', async () => {
    const app = await startApp()
    const { body } = await app.v1('POST', '/register', { body: { email: 'same@example.com', password: PASSWORD } })
    await app.v1('GET', `/verify-email?token=${await app.mailedToken('same@example.com')}`)
    expect((await app.signIn('same@example.com')).user.id).toBe(body.user.id)
  })

  it('gives an address that has an account the same 201 with an invented id, and tells its owner by mail', async () => {
    const app = await startApp()
    const email = await app.createAccount({ email: 'owner@example.com' })
    const owner = await app.signIn(email)
    const reply = await app.v1('POST', '/register', { body: { email, password: 'another good one', first_name: 'Eve' } })
    expectSuccess(reply, 201, { message: REGISTERED, user: userShape(email, { email_verified: false, first_name: 'Eve' }) })
    expect(reply.body.user.id).not.toBe(owner.user.id)
    const [mail] = await app.mailTo(email)
    expect(mail).toMatchObject({ to: email, subject: 'You already have an account' })
    expect(mail?.text).not.toMatch(/token=/)
    expect((await app.signIn(email)).user.id).toBe(owner.user.id)
  })

  it('names every member that is not acceptable, and the rule it breaks', async () => {
    const app = await startApp()
    const body = { email: 'nobody', password: 'short', username: 'a@b', first_name: 'a\nb', last_name: 'x'.repeat(101) }
    expectRefusal(
      await app.v1('POST', '/register', { body }),
      REFUSED.invalidRequest(
        ['email', 'must be an e-mail address'],
        ['username', 'must be 1 to 64 letters, digits, spaces inside, or any of . _ -'],
        ['password', 'must have at least 8 characters'],
        ['first_name', 'must be 1 to 100 characters of text on one line'],
        ['last_name', 'must be 1 to 100 characters of text on one line'],
      ),
    )
    expect(await countRows('registrations')).toBe(0)
  })

  it('asks for an address and a password where there is no body at all', async () => {
    const app = await startApp()
    const required = REFUSED.invalidRequest(['email', 'is required'], ['password', 'is required'])
    expectRefusal(await app.v1('POST', '/register'), required)
    expectRefusal(await app.v1('POST', '/register', { body: {} }), required)
  })

  it.each([
    ['iloveyou', 'is one of the commonest passwords'],
    ['policy@example.com', 'must not be your e-mail address or username'],
    ['a'.repeat(257), 'must have at most 256 characters'],
    ['good\0password', 'must not contain the character NUL'],
  ])('refuses the password %j by its rule', async (password, rule) => {
    const app = await startApp()
    const reply = await app.v1('POST', '/register', { body: { email: 'policy@example.com', password } })
    expectRefusal(reply, REFUSED.invalidRequest(['password', rule]))
  })

  it('refuses a username that an account holds, whatever its case and width', async () => {
    const app = await startApp()
    await app.createAccount({ username: 'Strasse' })
    for (const username of ['strasse', 'STRAßE', 'Ｓtrasse']) {
      const body = { email: 'late@example.com', password: PASSWORD, username }
      expectRefusal(await app.v1('POST', '/register', { body, ip: anyAddress() }), REFUSED.usernameTaken)
    }
    expect(await countRows('registrations')).toBe(0)
  })

  it('refuses everybody while sign-up is closed', async () => {
    const app = await startApp({ vars: { SIGN_UP: 'closed' } })
    const reply = await app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD } })
    expectRefusal(reply, REFUSED.signUpClosed)
    expect(await countRows('registrations')).toBe(0)
  })

  it('lets 20 registrations an hour through from one address, and says when the next one will be', async () => {
    const app = await startApp()
    const attempt = (n: number) => app.v1('POST', '/register', { body: { email: `n${n}@example.com`, password: PASSWORD } })
    for (let n = 0; n < 20; n += 1) expect((await attempt(n)).status).toBe(201)
    const refused = await attempt(20)
    expectRefusal(refused, REFUSED.rateLimited)
    expect(refused.headers.get('Retry-After')).toBe('3600')
    expect(refused.headers.get('RateLimit-Policy')).toBe('"registrations";q=20;w=3600')
    expect(refused.headers.get('RateLimit')).toBe('"registrations";r=0;t=3600')
    app.clock.advance(3600)
    expect((await attempt(21)).status).toBe(201)
  })
})

describe('v1: POST /resend-verification', () => {
  const SENT = { message: 'verification email has been sent' }

  it('says the same for a pending address, an account and a stranger', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'pending@example.com', password: PASSWORD } })
    await app.createAccount({ email: 'account@example.com' })
    for (const email of ['pending@example.com', 'account@example.com', 'stranger@example.com']) {
      expectSuccess(await app.v1('POST', '/resend-verification', { body: { email } }), 200, SENT)
    }
    expect(await app.mailTo('pending@example.com')).toHaveLength(2)
    expect((await app.mailTo('account@example.com'))[0]?.subject).toBe('You already have an account')
    expect(await app.mailTo('stranger@example.com')).toEqual([])
  })

  it('mails a link that works as well as the first one', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'again@example.com', password: PASSWORD } })
    await app.v1('POST', '/resend-verification', { body: { email: 'Again@Example.com' } })
    expect((await app.v1('GET', `/verify-email?token=${await app.mailedToken('again@example.com')}`)).status).toBe(200)
  })

  it('asks for an address, and for one that is one', async () => {
    const app = await startApp()
    const resend = (body?: unknown) => app.v1('POST', '/resend-verification', body === undefined ? {} : { body })
    expectRefusal(await resend(), REFUSED.invalidRequest(['email', 'is required']))
    expectRefusal(await resend({ email: 'nobody' }), REFUSED.invalidRequest(['email', 'must be an e-mail address']))
  })
})

describe('v1: GET /verify-email', () => {
  const VERIFIED = { message: 'email verified successfully' }

  it('makes the registration an account, and says the same for the same token again', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'new@example.com', password: PASSWORD } })
    const token = await app.mailedToken('new@example.com')
    expectSuccess(await app.v1('GET', `/verify-email?token=${token}`), 200, VERIFIED)
    expectSuccess(await app.v1('GET', `/verify-email?token=${token}`), 200, VERIFIED)
    expect(await countRows('users')).toBe(1)
  })

  it('refuses the token once its day is over, confirmed or not', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'slow@example.com', password: PASSWORD } })
    const token = await app.mailedToken('slow@example.com')
    app.clock.advance(86_399)
    expectSuccess(await app.v1('GET', `/verify-email?token=${token}`), 200, VERIFIED)
    app.clock.advance(1)
    expectRefusal(await app.v1('GET', `/verify-email?token=${token}`), REFUSED.invalidLink)
  })

  it.each(['', '?token=', `?token=${'0'.repeat(64)}`, '?token=%00', '?TOKEN=x', '?token[]=x'])('refuses %j', async (query) => {
    const app = await startApp()
    expectRefusal(await app.v1('GET', `/verify-email${query}`), REFUSED.invalidLink)
  })

  it('goes by the first of two tokens', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'two@example.com', password: PASSWORD } })
    const token = await app.mailedToken('two@example.com')
    expectRefusal(await app.v1('GET', `/verify-email?token=x&token=${token}`), REFUSED.invalidLink)
    expectSuccess(await app.v1('GET', `/verify-email?token=${token}&token=x`), 200, VERIFIED)
  })
})
