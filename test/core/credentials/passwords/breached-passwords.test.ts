// Breached passwords at registration: what each setting does, what is counted, and that nothing of the password gets anywhere.
import { describe, expect, it } from 'vitest'
import { countRows, times } from '../../../support/fixtures.ts'
import { anyAddress, PASSWORD, type RequestOptions, startApp, type TestApp } from '../../../support/harness.ts'
import type { ScriptedAnswer } from '../../../support/internet.ts'
import { playService } from '../../../support/outside-service.ts'

const BREACHED = 'known from breaches'
const OTHER = '0018A45C4D1DEF81644B54AB7F969B88D65:3'
const PROBLEM = { field: 'password', message: 'is in a list of breached passwords' }
const DOWN: ScriptedAnswer = { status: 503 }

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
}

/** An answer that has the rest of the hash of `BREACHED`, whichever range is asked for. */
async function found(): Promise<ScriptedAnswer> {
  return { body: `${OTHER}\r\n${(await sha1(BREACHED)).slice(5)}:12` }
}

async function start(mode: string | undefined, answer: ScriptedAnswer, vars: Readonly<Record<string, string>> = {}) {
  const service = await playService(answer)
  const own = { BREACHED_PASSWORDS: mode, BREACHED_PASSWORDS_URL: `${service.url}/range`, MAX_PENDING_HASHES: '64' }
  return { service, app: await startApp({ vars: { ...own, ...vars } }) }
}

function register(app: TestApp, form: Readonly<Record<string, unknown>> = {}, options: RequestOptions = {}) {
  const body = { email: 'ada@example.com', password: BREACHED, ...form }
  return app.v1('POST', '/register', { body, ip: anyAddress(), ...options })
}

describe('without a setting, and at "off"', () => {
  it.each([undefined, 'off'])('nobody is asked: %s', async (mode) => {
    const { app, service } = await start(mode, await found())
    expect((await register(app)).status).toBe(201)
    expect(await service.seen()).toEqual([])
  })
})

describe.each(['open', 'closed'])('at "%s"', (mode) => {
  it('a breached password is refused by name of the member, and nothing is stored or mailed', async () => {
    const { app } = await start(mode, await found())
    const refused = await register(app, { username: 'ada' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [PROBLEM] } })
    await app.settle()
    for (const table of ['registrations', 'username_claims', 'outbox']) expect(await countRows(table)).toBe(0)
  })

  it('another one is taken, after one question', async () => {
    const { app, service } = await start(mode, await found())
    expect((await register(app, { password: PASSWORD })).status).toBe(201)
    expect((await service.seen()).map(({ url }) => new URL(url).pathname)).toEqual([`/range/${(await sha1(PASSWORD)).slice(0, 5)}`])
  })

  it('a sign-in asks nobody, whatever its password', async () => {
    const { app, service } = await start('off', await found())
    await app.createAccount({ email: 'ada@example.com', password: BREACHED })
    const guarded = await startApp({
      keepStorage: true,
      vars: { BREACHED_PASSWORDS: mode, BREACHED_PASSWORDS_URL: `${service.url}/range` },
    })
    await guarded.signIn('ada@example.com', BREACHED)
    expect(await service.seen()).toEqual([])
  })
})

describe('when the list cannot be asked', () => {
  it('"open" takes the password and says so in the log', async () => {
    const { app } = await start('open', DOWN)
    expect((await register(app)).status).toBe(201)
    expect(app.log.filter(({ event }) => event === 'password not looked up in breaches')).toEqual([
      { level: 'warn', event: 'password not looked up in breaches', fields: { reason: 'breached passwords: answered 503' } },
    ])
  })

  it('"closed" says 503, stores nothing, and does not count the attempt', async () => {
    const { app, service } = await start('closed', DOWN, { LIMIT_REGISTRATIONS_PER_HOUR: '1' })
    for (let count = 1; count <= 3; count += 1) {
      const refused = await register(app, {}, { ip: '203.0.113.1' })
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      expect(refused.headers.get('Retry-After')).toBe('1')
      await app.settle()
    }
    expect(await countRows('registrations')).toBe(0)
    await service.answerWith({ body: OTHER })
    expect((await register(app, {}, { ip: '203.0.113.1' })).status).toBe(201)
  })

  it.each([
    ['open', 201],
    ['closed', 503],
  ])('its time is BREACHED_PASSWORDS_TIMEOUT_MS: "%s" says %i', async (mode, status) => {
    const { app } = await start(mode, { hangs: true, body: OTHER }, { BREACHED_PASSWORDS_TIMEOUT_MS: '150' })
    expect((await register(app)).status).toBe(status)
    const reasons = app.log.map(({ fields }) => fields.reason).filter(Boolean)
    expect(reasons).toEqual([expect.stringContaining('breached passwords: ')])
  })
})

describe('what it costs a stranger', () => {
  it('is a registration for each breached password, so that nobody looks up lists through us', async () => {
    const { app, service } = await start('closed', await found())
    const replies = await times(25, (index) =>
      register(app, { password: `${PASSWORD} ${index}`, email: `a${index}@example.com` }, { ip: '203.0.113.1' }),
    )
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(5)
    expect((await service.seen()).length).toBeLessThanOrEqual(20)
    const breached = await start('closed', await found(), { LIMIT_REGISTRATIONS_PER_HOUR: '1' })
    expect((await register(breached.app, {}, { ip: '203.0.113.1' })).status).toBe(400)
    expect((await register(breached.app, { password: PASSWORD }, { ip: '203.0.113.1' })).status).toBe(429)
  })

  it('is the whole form first: what is refused for anything else is not looked up', async () => {
    const { app, service } = await start('closed', await found())
    await app.createAccount({ username: 'taken', password: PASSWORD })
    const before = (await service.seen()).length
    for (const form of [{ email: 'none' }, { username: '@' }, { password: 'short' }, { username: 'taken' }]) {
      expect((await register(app, form)).status).toBeGreaterThanOrEqual(400)
    }
    expect(await service.seen()).toHaveLength(before)
  })
})

it('tells by no answer and no question whether the address has an account', async () => {
  const { app, service } = await start('closed', await found())
  const account = await app.createAccount({ password: PASSWORD })
  const outcomes: unknown[] = []
  for (const email of [account, 'nobody@example.com']) {
    // Of an isolate of its own, whose list of known ranges is empty.
    const guarded = await startApp({
      keepStorage: true,
      vars: { BREACHED_PASSWORDS: 'closed', BREACHED_PASSWORDS_URL: `${service.url}/range` },
    })
    const before = (await service.seen()).length
    const { status, body } = await register(guarded, { email })
    outcomes.push({ status, body: { ...body, request_id: '' }, asked: (await service.seen()).length - before })
  }
  expect(outcomes[0]).toEqual(outcomes[1])
  expect(outcomes[0]).toMatchObject({ status: 400, asked: 1 })
})

it('logs neither the password nor its hash', async () => {
  const hash = await sha1(BREACHED)
  for (const answer of [await found(), DOWN, { body: `${BREACHED} ${hash}` }]) {
    const { app } = await start('open', answer)
    await register(app)
    const log = JSON.stringify(app.log).toUpperCase()
    expect(log).not.toContain(BREACHED.toUpperCase())
    expect(log).not.toContain(hash.slice(5))
  }
})
