import { describe, expect, it } from 'vitest'
import { countRows, DAY, HOUR, rows, tally, times, tokensIn } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const EMAIL = 'ada@example.com'
const ROOM = { MAX_PENDING_HASHES: '64' }

function register(app: TestApp, form: Readonly<Record<string, unknown>>, ip = anyAddress()) {
  return app.v1('POST', '/register', { body: { email: EMAIL, password: PASSWORD, ...form }, ip })
}

function confirm(app: TestApp, token: string) {
  return app.v1('GET', `/verify-email?token=${token}`)
}

async function trySignIn(app: TestApp, email: string, password: string): Promise<number> {
  return (await app.v1('POST', '/login', { body: { email, password }, ip: anyAddress() })).status
}

describe('30 parallel registrations of one address', () => {
  it('all get the same 201 and a link each, and one account in the end', async () => {
    const app = await startApp({ vars: ROOM })
    const replies = await times(30, (index) => register(app, { password: `${PASSWORD} ${index}`, username: `ada-${index}` }))
    expect(tally(replies)).toEqual({ 201: 30 })
    expect(new Set(replies.map(({ body }) => body.user.id)).size).toBe(30)
    const links = tokensIn(await app.mailTo(EMAIL))
    expect(new Set(links).size).toBe(30)
    expect(links).toHaveLength(30)

    const confirmed = await times(30, (index) => confirm(app, links[index] ?? ''))
    expect(tally(confirmed)).toEqual({ 200: 1, 400: 29 })
    const [user, ...others] = await rows<{ id: string; username: string }>('SELECT id, username FROM users')
    expect(others).toEqual([])
    expect(replies.map(({ body }) => body.user.id)).toContain(user?.id)
    expect(await trySignIn(app, EMAIL, `${PASSWORD} ${user?.username.slice(4)}`)).toBe(200)
    expect(await countRows('registrations')).toBe(0)
    expect(await rows('SELECT username_key FROM username_claims WHERE expires_at IS NULL')).toEqual([
      { username_key: user?.username },
    ])
  })
})

describe('the link that is confirmed', () => {
  it('decides password, names and username, and the other links die with 400', async () => {
    const app = await startApp()
    await register(app, { password: 'of a stranger', username: 'stranger', first_name: 'Eve' })
    const strangers = await app.mailedToken(EMAIL)
    await register(app, { password: 'of the owner', username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur' })
    const owners = await app.mailedToken(EMAIL)
    await register(app, { password: 'of another stranger', username: 'stranger two' })
    const others = await app.mailedToken(EMAIL)
    expect(new Set([strangers, owners, others]).size).toBe(3)

    expect((await confirm(app, owners)).status).toBe(200)
    for (const dead of [strangers, others]) {
      expect(await confirm(app, dead)).toMatchObject({ status: 400, body: { code: 'invalid_token' } })
    }
    const { user } = await app.signIn(EMAIL, 'of the owner')
    expect(user).toMatchObject({ username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur', email_verified: true })
    expect(await trySignIn(app, EMAIL, 'of a stranger')).toBe(401)
    expect(await trySignIn(app, EMAIL, 'of another stranger')).toBe(401)
  })

  it('gives the account the id that its registration was answered with', async () => {
    const app = await startApp()
    const { body } = await register(app, {})
    await confirm(app, await app.mailedToken(EMAIL))
    expect((await app.signIn(EMAIL)).user.id).toBe(body.user.id)
  })
})

describe('an address that is not proven', () => {
  it('can neither sign in nor keep anybody else from registering it', async () => {
    const app = await startApp()
    await register(app, { password: 'of a squatter' })
    expect(await trySignIn(app, EMAIL, 'of a squatter')).toBe(401)
    app.clock.advance(DAY - 1)
    expect((await register(app, { password: 'of the owner' })).status).toBe(201)
    expect((await confirm(app, await app.mailedToken(EMAIL))).status).toBe(200)
    expect(await trySignIn(app, EMAIL, 'of the owner')).toBe(200)
  })
})

describe('an address that has an account', () => {
  it('gets the same 201 with an invented id, and its owner a mail without a link', async () => {
    const app = await startApp()
    const account = await app.createAccount({ email: EMAIL })
    const { user } = await app.signIn(account)
    const fresh = await register(app, { email: 'fresh@example.com' })
    const known = await register(app, { password: 'of a stranger' })
    expect(known.status).toBe(201)
    const { id, ...said } = known.body.user
    const { id: _, ...saidOfFresh } = fresh.body.user
    expect(said).toEqual({ ...saidOfFresh, email: EMAIL })
    expect(id).toMatch(/^000000[0-9a-f]{2}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(id).not.toBe(user.id)
    expect([...known.headers.keys()].sort()).toEqual([...fresh.headers.keys()].sort())
    const [mail] = await app.mailTo(EMAIL)
    expect(mail?.subject).toBe('You already have an account')
    expect(tokensIn([{ text: mail?.text ?? '' }])).toEqual([])
    expect(await trySignIn(app, EMAIL, 'of a stranger')).toBe(401)
    expect(await trySignIn(app, EMAIL, PASSWORD)).toBe(200)
  })

  it('costs the same rows as one that has none', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL })
    const counts = () => Promise.all(['registrations', 'username_claims', 'one_time_tokens', 'outbox'].map(countRows))
    const before = await counts()
    await register(app, { username: 'first' })
    const afterKnown = await counts()
    await register(app, { email: 'fresh@example.com', username: 'second' })
    const afterFresh = await counts()
    expect(afterKnown.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1, 1])
    expect(afterFresh.map((count, index) => count - (afterKnown[index] ?? 0))).toEqual([1, 1, 1, 1])
  })

  it('has its mail capped in the same way', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL })
    app.clock.advance(DAY)
    for (let count = 1; count <= 8; count += 1) expect((await register(app, {}, '203.0.113.1')).status).toBe(201)
    expect((await app.mailTo(EMAIL)).filter(({ subject }) => subject.startsWith('You already'))).toHaveLength(5)
  })
})

describe('a password that anyone would try first', () => {
  it('is refused in any case, whoever has the address and the username, and nothing is stored', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL, username: 'ada' })
    const before = await countRows('outbox')
    const refusal = { message: 'is one of the commonest passwords', field: 'password' }
    for (const form of [{}, { email: 'fresh@example.com' }, { email: 'fresh@example.com', username: 'Ada' }]) {
      const reply = await register(app, { ...form, password: 'PassWord1' })
      expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [refusal] } })
    }
    expect([await countRows('registrations'), await countRows('outbox')]).toEqual([0, before])
  })
})

describe('a closed sign-up', () => {
  it('answers 403, stores nothing and mails nobody', async () => {
    const app = await startApp({ vars: { SIGN_UP: 'closed' } })
    expect(await register(app, { username: 'ada' })).toMatchObject({ status: 403, body: { code: 'sign_up_closed' } })
    await app.settle()
    for (const table of ['registrations', 'username_claims', 'one_time_tokens', 'outbox', 'users']) {
      expect([table, await countRows(table)]).toEqual([table, 0])
    }
  })

  it('lets a link mailed before still be confirmed', async () => {
    const app = await startApp()
    await register(app, {})
    const link = await app.mailedToken(EMAIL)
    const closed = await startApp({ keepStorage: true, vars: { SIGN_UP: 'closed' } })
    expect((await confirm(closed, link)).status).toBe(200)
    expect(await trySignIn(closed, EMAIL, PASSWORD)).toBe(200)
  })
})

describe('registrations of one client address', () => {
  it('are limited to 20 an hour, sliding, IPv6 by /64', async () => {
    const app = await startApp({ vars: ROOM })
    const replies = await times(30, (index) => register(app, { email: `user-${index}@example.com` }, `2001:db8::${index}`))
    expect(tally(replies)).toEqual({ 201: 20, 429: 10 })
    expect(await countRows('registrations')).toBe(20)
    const refused = await register(app, {}, '2001:db8::ffff')
    expect(refused.headers.get('RateLimit-Policy')).toBe('"registrations";q=20;w=3600')
    expect(refused.headers.get('Retry-After')).toBe('3600')
    expect((await register(app, {}, '2001:db8:0:1::1')).status).toBe(201)
    app.clock.advance(HOUR)
    expect((await register(app, {}, '2001:db8::ffff')).status).toBe(201)
  })

  it('do not count what was refused for its form', async () => {
    const app = await startApp({ vars: { LIMIT_REGISTRATIONS_PER_HOUR: '1' } })
    for (const form of [{ password: 'short' }, { password: 'iloveyou' }, { email: 'no address' }, { username: '@' }]) {
      expect((await register(app, form, '203.0.113.1')).status).toBe(400)
      await app.settle()
    }
    expect((await register(app, {}, '203.0.113.1')).status).toBe(201)
    expect((await register(app, {}, '203.0.113.1')).status).toBe(429)
  })
})
