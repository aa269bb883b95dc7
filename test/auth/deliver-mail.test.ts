import { describe, expect, it } from 'vitest'
import { compose } from '../../src/compose.ts'
import { createBindingTransport, type Mail, type MailTransport } from '../../src/platform/mail.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../support/harness.ts'
import { HOUR, rows, tally, times, tokensIn } from './fixtures.ts'

const EMAIL = 'ada@example.com'
const SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'
const NEXT_SECRET = 'Vv7mPq2LxK9sTzR4bYw8cNf1hJd6gAe3uQo5iMkXtB0'

/** A transport that notes what it is given, and does with it what the test says. */
function scriptedTransport() {
  const sent: Mail[] = []
  const transport = {
    keepsMail: false,
    answer: async () => {},
    async send(mail: Mail) {
      sent.push(mail)
      await transport.answer()
    },
  } satisfies MailTransport & { answer: () => Promise<void> }
  const fail = async () => {
    throw new Error('421 try again later')
  }
  return { sent, transport, fail }
}

function register(app: TestApp, email = EMAIL) {
  return app.v1('POST', '/register', { body: { email, password: PASSWORD }, ip: anyAddress() })
}

describe('a mail that the transport does not take', () => {
  it('changes nothing about the reply, and is tried again after 1, 2, 4 … minutes until it is through', async () => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport })
    expect((await register(app)).status).toBe(201)
    await app.settle()
    expect(sent).toHaveLength(1)
    for (const [index, minutes] of [1, 2, 4, 8].entries()) {
      app.clock.advance(minutes * 60 - 1)
      await app.auth.keepHouse()
      expect(sent).toHaveLength(index + 1)
      app.clock.advance(1)
      if (minutes === 8) transport.answer = async () => {}
      await app.auth.keepHouse()
      expect(sent).toHaveLength(index + 2)
    }
    expect(new Set(sent.map((mail) => JSON.stringify(mail))).size).toBe(1)
    app.clock.advance(HOUR)
    await app.auth.keepHouse()
    expect(sent).toHaveLength(5)
    expect((await app.v1('GET', `/verify-email?token=${tokensIn(sent)[0]}`)).status).toBe(200)
  })

  it('is dropped after 17 hours of trying, with its text emptied and an error in the log', async () => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport })
    await register(app)
    await app.settle()
    const start = app.clock.now
    for (let attempt = 2; attempt <= 11; attempt += 1) {
      const [row] = await rows<{ next_attempt_at: number }>('SELECT next_attempt_at FROM outbox')
      app.clock.advance((row?.next_attempt_at ?? 0) - app.clock.now)
      await app.auth.keepHouse()
      expect(sent).toHaveLength(attempt)
    }
    expect((app.clock.now - start) / HOUR).toBeGreaterThan(16)
    expect(await rows('SELECT sealed_mail, sent_at FROM outbox')).toEqual([{ sealed_mail: null, sent_at: null }])
    expect(app.log.filter(({ event }) => event === 'mail dropped')).toMatchObject([{ level: 'error', fields: { attempts: 11 } }])
    app.clock.advance(40 * HOUR)
    await app.auth.keepHouse()
    expect(sent).toHaveLength(11)
    expect(JSON.stringify(app.log)).not.toContain(tokensIn(sent)[0])
  })

  it('does not hold up the mail of others', async () => {
    const { sent, transport } = scriptedTransport()
    transport.answer = async () => {
      if (sent.at(-1)?.to === 'broken@example.com') throw new Error('550 no such mailbox')
    }
    const app = await startApp({ mail: transport })
    await register(app, 'broken@example.com')
    await app.settle()
    await register(app, EMAIL)
    await app.settle()
    expect(sent.map(({ to }) => to)).toEqual(['broken@example.com', EMAIL])
  })
})

describe('a mail is never sent twice', () => {
  it('by workers that deliver at the same time', async () => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport })
    for (let count = 1; count <= 5; count += 1) await register(app, `user-${count}@example.com`)
    await app.settle()
    sent.length = 0
    transport.answer = () => new Promise((resolve) => setTimeout(resolve, 30))
    app.clock.advance(60)
    const others = await times(4, () => startApp({ keepStorage: true, mail: transport, now: app.clock.now }))
    await Promise.all([app, ...others].map(({ auth }) => auth.keepHouse()))
    expect(sent.map(({ to }) => to).sort()).toEqual([1, 2, 3, 4, 5].map((count) => `user-${count}@example.com`))
  })

  it('by 20 registrations at once', async () => {
    const { sent, transport } = scriptedTransport()
    const app = await startApp({ mail: transport, vars: { MAX_PENDING_HASHES: '64' } })
    const replies = await times(20, (index) => register(app, `user-${index}@example.com`))
    expect(tally(replies)).toEqual({ 201: 20 })
    await app.settle()
    expect(new Set(sent.map(({ to }) => to)).size).toBe(20)
    expect(sent).toHaveLength(20)
  })

  it('while the first attempt may still be under way: others wait for two minutes', async () => {
    const { sent, transport } = scriptedTransport()
    transport.answer = () => new Promise(() => {})
    const app = await startApp({ mail: transport })
    await register(app)
    await expect.poll(() => sent.length).toBe(1)
    const other = await startApp({ keepStorage: true, mail: transport, now: app.clock.now })
    transport.answer = async () => {}
    other.clock.advance(119)
    await other.auth.keepHouse()
    expect(sent).toHaveLength(1)
    other.clock.advance(1)
    await other.auth.keepHouse()
    expect(sent).toHaveLength(2)
  })
})

describe('a mail in D1', () => {
  it('is sealed: no table holds its link or its words', async () => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport })
    await register(app)
    await app.settle()
    const tables = await rows<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    const everything = JSON.stringify(await Promise.all(tables.map(({ name }) => rows(`SELECT * FROM "${name}"`))))
    const [token] = tokensIn(sent)
    expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect(everything).toContain(EMAIL)
    for (const secret of [token, 'verify-email?token', 'Confirm your', PASSWORD]) expect(everything).not.toContain(secret)
  })

  it('loses its text once it is sent', async () => {
    const { sent, transport } = scriptedTransport()
    const app = await startApp({ mail: transport })
    await register(app)
    await app.settle()
    expect(sent).toHaveLength(1)
    expect(await rows('SELECT sealed_mail, sent_at FROM outbox')).toEqual([{ sealed_mail: null, sent_at: app.clock.now }])
  })

  it.each([
    ['is delivered after AUTH_SECRET changed', SECRET, 1],
    ['is dropped and logged when its AUTH_SECRET is gone', undefined, 0],
  ])('%s', async (_, previous, delivered) => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport })
    await register(app)
    await app.settle()
    sent.length = 0
    transport.answer = async () => {}
    const vars = { AUTH_SECRET: NEXT_SECRET, AUTH_SECRET_PREVIOUS: previous }
    const rotated = await startApp({ keepStorage: true, mail: transport, vars, now: app.clock.now + 60 })
    await rotated.auth.keepHouse()
    expect(sent).toHaveLength(delivered)
    expect(rotated.log.filter(({ event }) => event === 'mail dropped')).toHaveLength(1 - delivered)
    expect(await rows('SELECT sealed_mail FROM outbox')).toEqual([{ sealed_mail: null }])
  })
})

describe('the send_email binding', () => {
  const mail: Mail = { to: EMAIL, from: 'postern@auth.example.com', subject: 'Subject', text: 'Text', html: '<p>Text</p>' }

  function binding(send: (message: unknown) => Promise<unknown>): SendEmail {
    return { send } as unknown as SendEmail
  }

  it('is handed exactly what Cloudflare asks for', async () => {
    const messages: unknown[] = []
    await createBindingTransport(
      binding(async (message) => messages.push(message)),
      400,
    ).send(mail)
    expect(messages).toEqual([mail])
  })

  it.each(['fails', 'is slow'])('that %s is an outage, so that the mail is tried again', async (how) => {
    const send = () => (how === 'fails' ? Promise.reject(new Error('E_RATE_LIMITED')) : new Promise(() => {}))
    await expect(createBindingTransport(binding(send), 100).send(mail)).rejects.toMatchObject({
      name: 'Unavailable',
      service: 'mail',
    })
  })

  it('delivers in production, from the address that is configured, with links to PUBLIC_URL', async () => {
    await startApp()
    const messages: Mail[] = []
    const { DB, SESSIONS, ASSETS, SESSION_LEDGER, LOGIN_LIMITER } = BINDINGS
    const EMAIL_BINDING = binding(async (message) => messages.push(message as Mail))
    const vars = { AUTH_SECRET: SECRET, PUBLIC_URL: 'https://auth.example.com', MAIL_FROM: 'gate@example.com' }
    const deferred: Promise<unknown>[] = []
    const bindings = { DB, SESSIONS, ASSETS, SESSION_LEDGER, LOGIN_LIMITER, EMAIL: EMAIL_BINDING, ...vars }
    const { auth } = compose(bindings, { log: () => {}, defer: (work) => void deferred.push(work) })
    await auth.register({ email: EMAIL, password: PASSWORD }, { address: '192.0.2.1', userAgent: '' })
    await Promise.all(deferred)
    expect(messages).toMatchObject([{ to: EMAIL, from: 'gate@example.com', subject: 'Confirm your e-mail address' }])
    expect(messages[0]?.text).toMatch(/^https:\/\/auth\.example\.com\/verify-email\?token=[0-9a-f]{64}$/m)
    expect(await rows('SELECT sealed_mail FROM outbox')).toEqual([{ sealed_mail: null }])
  })
})
