// What the members of a body get that are of the wrong type, unknown, or text that means trouble: a clear error naming the
// member and never its value, and nothing stored.
import { describe, expect, it } from 'vitest'
import { countRows, rows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { expectRefusal, expectSuccess, REFUSED } from '../../support/http/v1-shapes.ts'

const TABLES = ['users', 'registrations', 'one_time_tokens', 'username_claims', 'outbox']

async function expectNothingStored(app: TestApp): Promise<void> {
  await app.settle()
  for (const table of TABLES) expect([table, await countRows(table)]).toEqual([table, 0])
}

const register = (app: TestApp, members: object | string) =>
  app.v1('POST', '/register', {
    body: typeof members === 'string' ? members : { email: 'someone@example.com', password: PASSWORD, ...members },
    ip: anyAddress(),
  })

describe('members of the wrong type', () => {
  const WRONG = ['0', '-1.5e308', '1e309', 'true', 'false', '[]', '{}', '["text"]', '{"toString":"text"}', '[[]]', '{"length":5}']

  it.each(['email', 'password', 'username', 'first_name', 'last_name'])('are named: %s', async (member) => {
    const app = await startApp()
    for (const value of WRONG) {
      // The later of two members counts.
      const reply = await register(app, `{"email":"a@example.com","password":"${PASSWORD}","${member}":${value}}`)
      expectRefusal(reply, REFUSED.invalidRequest([member, 'must be a string']))
    }
    await expectNothingStored(app)
  })

  it('are named all at once', async () => {
    const app = await startApp()
    const reply = await register(app, { email: ['a@example.com', 'b@example.com'], password: 12345678, username: {} })
    expectRefusal(
      reply,
      REFUSED.invalidRequest(['email', 'must be a string'], ['password', 'must be a string'], ['username', 'must be a string']),
    )
  })
})

describe('unknown members', () => {
  it('are ignored, whatever they would like to be, and never reach storage', async () => {
    const app = await startApp()
    const marker = 'marker-of-an-unknown-member'
    const reply = await register(app, {
      id: marker,
      is_admin: true,
      role: 'admin',
      permissions: ['systemAdmin'],
      email_verified: true,
      emailVerifiedAt: 1,
      session_epoch: 7,
      firstName: marker,
      passwordHash: marker,
      user: { is_admin: true },
    })
    expect(reply.body.user).toMatchObject({
      is_admin: false,
      role: 'user',
      permissions: [],
      email_verified: false,
      first_name: null,
    })
    await app.v1('GET', `/verify-email?token=${await app.mailedToken('someone@example.com')}`)
    const [user] = await rows('SELECT * FROM users')
    expect(JSON.stringify(user)).not.toContain(marker)
    expect(user).toMatchObject({ permissions: '[]', session_epoch: 1, first_name: null })
  })

  it('may be called like the prototype and change nothing', async () => {
    const app = await startApp()
    const body = `{"email":"proto@example.com","password":"${PASSWORD}","__proto__":{"username":"sneaky","is_admin":true},
      "constructor":{"prototype":{"polluted":true}},"prototype":1,"hasOwnProperty":null,"toString":"x","valueOf":[]}`
    const reply = await register(app, body)
    expect(reply.status).toBe(201)
    expect(reply.body.user).toMatchObject({ username: null, is_admin: false })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    const inherited = await app.v1('POST', '/login', { body: '{"__proto__":{"email":"proto@example.com","password":"x"}}' })
    expectRefusal(inherited, REFUSED.missingCredentials)
  })
})

describe('text that means trouble', () => {
  it.each([
    ['a lone surrogate', '\ud800'],
    ['a reversed pair', '\udc00\ud800'],
    ['NUL', 'a\0b'],
    ['a line break', 'a\nBcc: b'],
    ['a carriage return', 'a\rb'],
    ['an escape sequence', 'a\u001b[2Jb'],
    ['a text direction override', 'a\u202eb'],
    ['a line separator', 'a\u2028b'],
  ])('is refused in names: %s', async (_, text) => {
    const app = await startApp()
    for (const member of ['first_name', 'last_name', 'username']) {
      const reply = await register(app, { [member]: text })
      expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request'])
      expect(reply.body.errors.map(({ field }: { field: string }) => field)).toEqual([member])
    }
    await expectNothingStored(app)
  })

  it('is refused in a new password only where it cannot be typed again', async () => {
    const app = await startApp()
    for (const [password, rule] of [
      ['long enough \ud800', 'is not valid Unicode text'],
      ['long enough \0', 'must not contain the character NUL'],
    ]) {
      expectRefusal(await register(app, { password }), REFUSED.invalidRequest(['password', rule ?? '']))
    }
    await expectNothingStored(app)
    expect((await register(app, { password: '\n\t\u202e пароль 密码 🔑' })).status).toBe(201)
  })

  it.each([
    "' OR 1=1 --",
    "'; DROP TABLE users; --",
    '%',
    '_',
    '*',
    '?1',
    '\\',
    `"; SELECT load_extension('x')`,
    '{{7*7}}',
    '<script>alert(1)</script>',
  ])('is text and nothing else in names and look-ups: %j', async (text) => {
    const app = await startApp()
    const email = await app.createAccount({ first_name: text, last_name: text })
    const { user } = (await app.v1('GET', '/me', { token: (await app.signIn(email)).access_token })).body
    expect(user).toMatchObject({ first_name: text, last_name: text })
    for (const credentials of [{ username: text }, { email: text }, { email: `${text}@example.com` }]) {
      const reply = await app.v1('POST', '/login', { body: { ...credentials, password: PASSWORD } })
      expect([400, 401]).toContain(reply.status)
    }
    expectRefusal(await app.v1('POST', '/login', { body: { email, password: text } }), REFUSED.invalidCredentials)
    expect(await countRows('users')).toBe(1)
  })

  it('is never repeated in a refusal', async () => {
    const app = await startApp()
    const marker = 'echo-of-what-was-sent'
    const bodies = [
      { email: `${marker}@`, password: marker, username: `${marker}@`, first_name: `${marker}\n`, last_name: `${marker}\0` },
      { email: [marker], password: { [marker]: marker }, username: { marker }, first_name: [marker], last_name: [marker] },
      `{"${marker}": ${marker}}`,
      { email: `${marker}@example.com`, password: 'short' },
    ]
    for (const body of bodies) {
      for (const path of ['/register', '/login', '/resend-verification', '/refresh']) {
        const reply = await app.v1('POST', path, { body: typeof body === 'string' ? body : { ...body, refresh_token: [marker] } })
        expect(reply.text).not.toContain(marker)
        expect([...reply.headers].join()).not.toContain(marker)
      }
    }
    const odd = [`/verify-email?token=${marker}`, `/sessions?user_id=${marker}`, `/${marker}`, `/sessions/${marker}`]
    for (const path of odd) expect((await app.v1('GET', path, { token: marker })).text).not.toContain(marker)
    expect(JSON.stringify(app.log.map(({ fields }) => fields.reason))).not.toContain(marker)
  })
})

describe('null', () => {
  it('counts as left out', async () => {
    const app = await startApp()
    const required = REFUSED.invalidRequest(['email', 'is required'], ['password', 'is required'])
    expectRefusal(await register(app, { email: null, password: null }), required)
    expectRefusal(
      await app.v1('POST', '/resend-verification', { body: { email: null } }),
      REFUSED.invalidRequest(['email', 'is required']),
    )
    const email = await app.createAccount()
    const login = await app.v1('POST', '/login', { body: { email, username: null, password: PASSWORD } })
    expectSuccess(login, 200, expect.objectContaining({ token_type: 'Bearer' }))
  })
})

describe('empty optional members, as an empty form field sends them', () => {
  it('count as absent at a registration', async () => {
    const app = await startApp()
    const empty = { username: '', first_name: '', last_name: '  ', turnstile_token: '' }
    const reply = await register(app, { email: '  someone@example.com ', ...empty })
    expect(reply.body.user).toMatchObject({ email: 'someone@example.com', username: null, first_name: null, last_name: null })
    expect(await countRows('username_claims')).toBe(0)
  })

  it('count as absent in a sign-in, whose other identifier counts then', async () => {
    const app = await startApp()
    const email = await app.createAccount({ username: 'Ada' })
    for (const identifier of [
      { email: '', username: ' Ada ' },
      { email: ` ${email}`, username: '' },
    ]) {
      expect((await app.v1('POST', '/login', { body: { ...identifier, password: PASSWORD } })).status).toBe(200)
    }
    expectRefusal(await app.v1('POST', '/login', { body: { email: ' ', password: PASSWORD } }), REFUSED.missingCredentials)
  })

  it('count as absent in a profile and a change of the password', async () => {
    const app = await startApp()
    const email = await app.createAccount({ username: 'Ada', first_name: 'Ada' })
    const { access_token: token } = await app.signIn(email)
    const patched = await app.v1('PATCH', '/me', { token, body: { username: '', first_name: '', last_name: 'Byron' } })
    expect(patched.body.user).toMatchObject({ username: 'Ada', first_name: 'Ada', last_name: 'Byron' })
    const change = { current_password: PASSWORD, new_password: 'another long one', end_other_credentials: '' }
    expect((await app.v1('POST', '/change-password', { token, body: change })).status).toBe(200)
  })
})
