// Mail that nobody takes, and secrets that are missing: what is told meanwhile, and that nothing is lost by it.
import { describe, expect, it } from 'vitest'
import { type Mail, MailNotTaken } from '../../../src/platform/mail/mail.ts'
import { ask, NEW_PASSWORD, signInStatus } from '../../support/account-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin, post } from '../../support/http/cookie-browser.ts'
import { stable } from '../../support/http/stable-shapes.ts'

/** A mail service that a test holds in its hands. */
function mailService() {
  const service = { how: 'works' as 'works' | 'fails' | 'loses its answer' | 'hangs', taken: [] as { id: string; mail: Mail }[] }
  const transport = {
    keepsMail: true,
    async send(mail: Mail, { id }: { readonly id: string }) {
      if (service.how === 'hangs') return new Promise<never>(() => {})
      if (service.how === 'fails') throw new MailNotTaken('http_503')
      service.taken.push({ id, mail })
      if (service.how === 'loses its answer') throw new MailNotTaken('http_timeout')
    },
  }
  return { service, transport }
}

/** Everything that sends a mail, asked by or about the same person. */
async function askForMail(app: TestApp, email: string, token: string): Promise<readonly number[]> {
  const replies = [
    await ask(app, 'POST', '/register', { email: `new-${email}`, password: PASSWORD }),
    await ask(app, 'POST', '/register', { email, password: PASSWORD }),
    await ask(app, 'POST', '/resend-verification', { email: `new-${email}` }),
    await ask(app, 'POST', '/forgot-password', { email }),
    await ask(app, 'POST', '/change-email', { email: `next-${email}`, password: PASSWORD }, token),
    await ask(app, 'POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD }, token),
  ]
  return replies.map(({ status }) => status)
}

describe.each(['fails', 'loses its answer'] as const)('a mail service that %s', (how) => {
  it('changes no answer, and each mail is taken once it works', async () => {
    const { service, transport } = mailService()
    const app = await startApp({ mail: transport })
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    await app.settle()
    service.taken.length = 0
    service.how = how
    expect(await askForMail(app, email, token)).toEqual([201, 201, 200, 200, 200, 200])
    await app.settle()
    const queued = await rows<{ id: string }>('SELECT id FROM outbox WHERE sent_at IS NULL')
    expect(queued).toHaveLength(6)
    service.how = 'works'
    service.taken.length = 0
    app.clock.advance(150)
    await app.auth.keepHouse()
    expect(service.taken.map(({ id }) => id).sort()).toEqual(queued.map(({ id }) => id).sort())
    expect(await rows('SELECT id FROM outbox WHERE sent_at IS NULL')).toEqual([])
    app.clock.advance(150)
    await app.auth.keepHouse()
    expect(service.taken).toHaveLength(6)
  })
})

describe('a mail service that does not answer', () => {
  it('keeps nobody waiting, and no answer later for an address that has an account', async () => {
    const { service, transport } = mailService()
    const app = await startApp({ mail: transport })
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    await app.settle()
    service.how = 'hangs'
    expect(await askForMail(app, email, token)).toEqual([201, 201, 200, 200, 200, 200])
    expect(await rows('SELECT id FROM outbox WHERE sent_at IS NULL')).toHaveLength(6)
  })
})

describe('while AUTH_SECRET is missing', () => {
  const missing = { AUTH_SECRET: undefined }

  it('every face says 503 in its own words, never 401, and who was signed in is signed in again when it is back', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    const { access_token: token, refresh_token: refreshToken } = await app.signIn(email)
    const blind = await startApp({ vars: missing, keepStorage: true, now: app.clock.now })
    const before = await rows('SELECT * FROM users')
    const replies = [
      await blind.v1('GET', '/me', { token }),
      await blind.v1('POST', '/refresh', { body: { refresh_token: refreshToken } }),
      await blind.v1('POST', '/logout', { token }),
      await blind.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() }),
      await stable(blind, 'GET', '/whoami', { token }),
      await stable(blind, 'POST', '/login', { body: { username, password: PASSWORD } }),
      await pinLogin(blind, username),
      await post(blind, '/logout', `accessToken=${token}`),
    ]
    for (const reply of replies) {
      expect([reply.status, reply.headers.get('Retry-After'), reply.headers.get('WWW-Authenticate')]).toEqual([503, '60', null])
    }
    expect(await rows('SELECT * FROM users')).toEqual(before)
    expect((await app.v1('GET', '/me', { token })).status).toBe(200)
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })).status).toBe(200)
    expect([await signInStatus(app, email), (await pinLogin(app, username)).status]).toEqual([200, 200])
  })

  it('no secret of another is made up: what is sealed stays as it was', async () => {
    const app = await startApp()
    await app.signIn(await app.createAccount())
    const sealed = await rows('SELECT * FROM signing_keys')
    const blind = await startApp({ vars: missing, keepStorage: true, now: app.clock.now })
    await expect(Promise.resolve().then(() => blind.auth.keepHouse())).rejects.toThrow('AUTH_SECRET is missing')
    expect((await blind.request('GET', '/.well-known/jwks.json')).status).toBe(503)
    expect(await rows('SELECT * FROM signing_keys')).toEqual(sealed)
  })
})
