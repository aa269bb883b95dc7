import { describe, expect, it } from 'vitest'
import { compose } from '../../../src/compose.ts'
import { type Mail, MailNotTaken, type MailStamp, type MailTransport } from '../../../src/platform/mail/mail.ts'
import { createBindingTransport } from '../../../src/platform/mail/mail-binding.ts'
import { interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { HOUR, rows, tally, times, tokensIn } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const EMAIL = 'ada@example.com'
const SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'
const NEXT_SECRET = 'Vv7mPq2LxK9sTzR4bYw8cNf1hJd6gAe3uQo5iMkXtB0'

/** A transport that notes what it is given, and does with it what the test says. */
function scriptedTransport() {
  const sent: Mail[] = []
  const stamps: MailStamp[] = []
  const transport = {
    keepsMail: false,
    answer: async () => {},
    async send(mail: Mail, stamp: MailStamp) {
      sent.push(mail)
      stamps.push(stamp)
      await transport.answer()
    },
  } satisfies MailTransport & { answer: () => Promise<void> }
  const fail = async () => {
    throw new MailNotTaken('smtp_421', { detail: 'try again later, ada@example.com' })
  }
  return { sent, stamps, transport, fail }
}

function register(app: TestApp, email = EMAIL) {
  return app.v1('POST', '/register', { body: { email, password: PASSWORD }, ip: anyAddress() })
}

describe('a mail that the transport does not take', () => {
  it('changes nothing about the reply, and is tried again after 1, 2, 4 … minutes until it is through', async () => {
    const { sent, stamps, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport })
    expect((await register(app)).status).toBe(201)
    await app.settle()
    expect(sent).toHaveLength(1)
    for (const [index, minutes] of [1, 2, 4, 8].entries()) {
      app.clock.advance(minutes * 60 - 1)
      await app.auth.keepHouse()
      expect(sent).toHaveLength(index + 1)
      // Up to a quarter more, by chance.
      app.clock.advance(1 + minutes * 15)
      if (minutes === 8) transport.answer = async () => {}
      await app.auth.keepHouse()
      expect(sent).toHaveLength(index + 2)
    }
    expect(new Set(sent.map((mail) => JSON.stringify(mail))).size).toBe(1)
    // Whoever takes it can tell that it is the same one.
    expect(new Set(stamps.map((stamp) => JSON.stringify(stamp))).size).toBe(1)
    expect(stamps[0]?.id).toMatch(/^[0-9a-f-]{36}$/)
    app.clock.advance(HOUR)
    await app.auth.keepHouse()
    expect(sent).toHaveLength(5)
    expect((await app.v1('GET', `/verify-email?token=${tokensIn(sent)[0]}`)).status).toBe(200)
  })

  it('is a dead letter after 17 hours of trying, still sealed, with an error in the log, and empty when its link has expired', async () => {
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
    const look = () => rows('SELECT substr(sealed_mail, 1, 3) AS sealed, sent_at, dead_at, reason FROM outbox')
    const dead = { sent_at: null, dead_at: app.clock.now, reason: 'smtp_421' }
    expect(await look()).toEqual([{ sealed: 'v1.', ...dead }])
    expect(app.log.filter(({ event }) => event === 'mail dropped')).toMatchObject([{ level: 'error', fields: { attempts: 11 } }])
    app.clock.advance(40 * HOUR)
    await app.auth.keepHouse()
    expect(await look()).toEqual([{ sealed: null, ...dead }])
    expect(sent).toHaveLength(11)
    expect(app.log.filter(({ event }) => event === 'mail dropped')).toHaveLength(1)
    expect(JSON.stringify(app.log)).not.toContain(EMAIL)
    expect(JSON.stringify(app.log)).not.toContain(tokensIn(sent)[0])
  })

  it('that refuses it for good is not asked again', async () => {
    const { sent, transport } = scriptedTransport()
    transport.answer = async () => {
      throw new MailNotTaken('smtp_550', { isPermanent: true, detail: `5.1.1 <${EMAIL}>: no such mailbox` })
    }
    const app = await startApp({ mail: transport })
    await register(app)
    await app.settle()
    expect(await rows('SELECT dead_at, reason, attempts FROM outbox')).toEqual([
      { dead_at: app.clock.now, reason: 'smtp_550', attempts: 1 },
    ])
    expect(app.log.filter(({ event }) => event === 'mail dropped')).toMatchObject([
      { level: 'error', fields: { attempts: 1, reason: 'smtp_550: 5.1.1 … no such mailbox' } },
    ])
    app.clock.advance(2 * HOUR)
    await app.auth.keepHouse()
    expect(sent).toHaveLength(1)
  })

  it('is not sent once its link has expired, and that is said', async () => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport, vars: { VERIFICATION_TTL_SECONDS: '300' } })
    await register(app)
    await app.settle()
    transport.answer = async () => {}
    app.clock.advance(300)
    await app.auth.keepHouse()
    expect(sent).toHaveLength(1)
    expect(await rows('SELECT sealed_mail, dead_at, reason FROM outbox')).toEqual([
      { sealed_mail: null, dead_at: app.clock.now, reason: 'smtp_421' },
    ])
    expect(app.log.filter(({ event }) => event === 'mail dropped')).toMatchObject([{ fields: { reason: 'its link has expired' } }])
  })

  it('is tried again with the next request of any kind once it is due, and no request before asks the database', async () => {
    const { sent, transport, fail } = scriptedTransport()
    transport.answer = fail
    const statements: string[] = []
    const bindings = interceptBindings(async ({ text }, run) => {
      statements.push(text)
      return run()
    })
    const app = await startApp({ mail: transport, bindings })
    await register(app)
    await app.settle()
    const asked = () => statements.filter((text) => text.includes('outbox')).length
    const before = asked()
    app.clock.advance(59)
    await app.v1('GET', '/me')
    await app.settle()
    expect([sent.length, asked()]).toEqual([1, before])
    app.clock.advance(16)
    transport.answer = async () => {}
    expect((await app.v1('GET', '/me')).status).toBe(401)
    await app.settle()
    expect(sent).toHaveLength(2)
    const after = asked()
    await app.v1('GET', '/me')
    await app.settle()
    expect([sent.length, asked()]).toEqual([2, after])
  })

  it('comes back at times of its own, so that what failed together does not come back together', async () => {
    const { transport, fail } = scriptedTransport()
    transport.answer = fail
    const app = await startApp({ mail: transport, vars: { MAX_PENDING_HASHES: '64' } })
    await times(20, (index) => register(app, `user-${index}@example.com`))
    await app.settle()
    const due = await rows<{ wait: number }>('SELECT next_attempt_at - created_at AS wait FROM outbox')
    expect(new Set(due.map(({ wait }) => wait)).size).toBeGreaterThan(3)
    for (const { wait } of due) expect(wait).toBeGreaterThanOrEqual(60)
    for (const { wait } of due) expect(wait).toBeLessThan(75)
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
    app.clock.advance(75)
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

  it('since the database did not take the note that it is sent', async () => {
    const { sent, transport } = scriptedTransport()
    let failures = 0
    const bindings = interceptBindings(async ({ text }, run) => {
      if (!text.includes('UPDATE outbox SET sent_at') || failures > 0) return run()
      failures += 1
      throw new Error('the database is busy')
    })
    const app = await startApp({ mail: transport, bindings })
    await register(app)
    await app.settle()
    expect(failures).toBe(1)
    app.clock.advance(HOUR)
    await app.auth.keepHouse()
    expect(sent).toHaveLength(1)
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
    const rotated = await startApp({ keepStorage: true, mail: transport, vars, now: app.clock.now + 75 })
    await rotated.auth.keepHouse()
    expect(sent).toHaveLength(delivered)
    expect(rotated.log.filter(({ event }) => event === 'mail dropped')).toHaveLength(1 - delivered)
    expect(await rows('SELECT sealed_mail FROM outbox')).toEqual([{ sealed_mail: null }])
  })
})

describe('MAIL_TRANSPORT', () => {
  it.each([
    ['http', { MAIL_HTTP_URL: 'http://127.0.0.1:9/emails', MAIL_HTTP_KEY: 're_123' }, /^http_/],
    ['smtp', { SMTP_HOST: '127.0.0.1', SMTP_PORT: '9' }, /^smtp_broken_in_connect$/],
  ])('%s is the way that mail goes, and one that nobody answers on is tried again', async (transport, way, reason) => {
    await startApp()
    const deferred: Promise<unknown>[] = []
    const vars = { ENVIRONMENT: 'development', AUTH_SECRET: SECRET, MAIL_TRANSPORT: transport, ...way }
    const { auth } = compose({ ...BINDINGS, ...vars }, { log: () => {}, defer: (work) => void deferred.push(work) })
    await auth.register({ email: EMAIL, password: PASSWORD }, { address: '192.0.2.1', userAgent: '', face: 'v1' })
    await Promise.all(deferred)
    expect(await rows('SELECT reason, dead_at, sent_at FROM outbox')).toEqual([
      { reason: expect.stringMatching(reason), dead_at: null, sent_at: null },
    ])
  })
})

describe('the send_email binding', () => {
  const mail: Mail = { to: EMAIL, from: 'postern@auth.example.com', subject: 'Subject', text: 'Text', html: '<p>Text</p>' }

  const STAMP: MailStamp = { id: 'b6a1f0f2-6b0a-4f6e-9f51-1f5a7c3d2e10', queuedAt: 1_800_000_000 }

  function binding(send: (message: unknown) => Promise<unknown>): SendEmail {
    return { send } as unknown as SendEmail
  }

  it('is handed exactly what Cloudflare asks for', async () => {
    const messages: unknown[] = []
    await createBindingTransport(
      binding(async (message) => messages.push(message)),
      400,
    ).send(mail, STAMP)
    expect(messages).toEqual([mail])
  })

  it.each([
    ['E_RATE_LIMIT_EXCEEDED', false],
    ['E_DAILY_LIMIT_EXCEEDED', false],
    ['E_DELIVERY_FAILED', false],
    ['E_INTERNAL_SERVER_ERROR', false],
    ['E_SENDER_NOT_VERIFIED', false],
    ['E_RECIPIENT_SUPPRESSED', true],
    ['E_RECIPIENT_NOT_ALLOWED', true],
    ['E_VALIDATION_ERROR', true],
    ['E_CONTENT_TOO_LARGE', true],
  ])('that answers %s refuses for good: %s', async (code, isPermanent) => {
    const send = () => Promise.reject(Object.assign(new Error(`no mail to ${EMAIL}`), { code }))
    const failure = createBindingTransport(binding(send), 100).send(mail, STAMP)
    await expect(failure).rejects.toMatchObject({ name: 'MailNotTaken', code, isPermanent })
    await expect(failure).rejects.not.toThrow(EMAIL)
  })

  it.each(['fails without a code', 'is slow'])('that %s is asked again', async (how) => {
    const send = () => (how === 'is slow' ? new Promise(() => {}) : Promise.reject(new Error('internal error')))
    const failure = createBindingTransport(binding(send), 100).send(mail, STAMP)
    await expect(failure).rejects.toMatchObject({ code: 'binding_failed', isPermanent: false })
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
    await auth.register({ email: EMAIL, password: PASSWORD }, { address: '192.0.2.1', userAgent: '', face: 'v1' })
    await Promise.all(deferred)
    expect(messages).toMatchObject([{ to: EMAIL, from: 'gate@example.com', subject: 'Confirm your e-mail address' }])
    expect(messages[0]?.text).toMatch(/^https:\/\/auth\.example\.com\/verify-email\?token=[0-9a-f]{64}&lang=en$/m)
    expect(await rows('SELECT sealed_mail FROM outbox')).toEqual([{ sealed_mail: null }])
  })
})
