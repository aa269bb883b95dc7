import bcryptjs from 'bcryptjs'
import { describe, expect, it } from 'vitest'
import { interceptBindings, type StoreCall } from '../../suites/faults/intercepted-bindings.ts'
import { storePasswordHash } from '../../support/account-fixtures.ts'
import { claimsOf, countRows, DAY, rows, tally, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { hashPassword } from '../../support/hasher.ts'

function trySignIn(app: TestApp, email: string, password: string): Promise<Reply> {
  return app.v1('POST', '/login', { body: { email, password }, ip: anyAddress() })
}

async function passwordHashOf(email: string): Promise<string> {
  const [row] = await rows<{ secret: string }>(
    "SELECT secret FROM credentials JOIN users ON users.id = user_id WHERE kind = 'password' AND email = ?",
    email,
  )
  return row?.secret ?? ''
}

describe('signing in', () => {
  it('opens a session of 30 days that ends for good after 90', async () => {
    const app = await startApp()
    const grant = await app.signIn(await app.createAccount())
    const { sid, sub, auth_time: authTime, amr } = claimsOf(grant.access_token)
    expect([sub, authTime, amr]).toEqual([grant.user.id, app.clock.now, ['pwd']])
    const [session] = await BINDINGS.SESSION_LEDGER.getByName(sub.replaceAll('-', '')).list()
    expect(session).toMatchObject({
      id: sid,
      createdAt: app.clock.now,
      expiresAt: app.clock.now + 30 * DAY,
      absoluteExpiresAt: app.clock.now + 90 * DAY,
      epoch: 1,
      counter: 0,
    })
  })

  it('finds the account by its address or its username, whatever their case and width', async () => {
    const app = await startApp()
    const email = await app.createAccount({ email: 'ada@example.com', username: 'Ada Lovelace' })
    const identifiers = [
      { email: 'ADA@Example.COM' },
      { username: 'ada lovelace' },
      { username: 'ＡＤＡ Lovelace' },
      { email, username: 'x' },
    ]
    for (const identifier of identifiers) {
      const reply = await app.v1('POST', '/login', { body: { ...identifier, password: PASSWORD } })
      expect([reply.status, reply.body.user?.username]).toEqual([200, 'Ada Lovelace'])
    }
  })

  it('accepts the password in whichever composition of Unicode it is typed', async () => {
    const app = await startApp()
    const email = await app.createAccount({ password: 'caf\u00e9 \u00c5ngstr\u00f6m' })
    expect((await trySignIn(app, email, 'cafe\u0301 A\u030angstro\u0308m')).status).toBe(200)
    expect((await trySignIn(app, email, 'cafe A\u030angstro\u0308m')).status).toBe(401)
  })

  it('judges a password with a lone surrogate wrong, for an account of any password', async () => {
    const app = await startApp()
    // U+FFFD is what a lone surrogate turns into when it is encoded carelessly.
    const email = await app.createAccount({ password: 'long enough \ufffd' })
    for (const password of ['long enough \ud800', '\udfff', `${'\ud800'.repeat(300)}`]) {
      const reply = await app.v1('POST', '/login', { body: { email, password }, ip: anyAddress() })
      expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
    }
    expect((await trySignIn(app, email, 'long enough \ufffd')).status).toBe(200)
  })

  it('answers an unknown account, a wrong password and an unverified registration alike', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await app.v1('POST', '/register', { body: { email: 'pending@example.com', password: PASSWORD } })
    const replies = [
      await trySignIn(app, 'nobody@example.com', PASSWORD),
      await trySignIn(app, email, 'wrong password'),
      await trySignIn(app, 'pending@example.com', PASSWORD),
    ]
    const said = replies.map(({ status, body: { request_id: _, ...body } }) => ({ status, body }))
    expect(said[0]).toMatchObject({ status: 401, body: { message: 'Invalid credentials', code: 'invalid_credentials' } })
    expect(said[0]?.body.hint).toContain('mail')
    expect([said[1], said[2]]).toEqual([said[0], said[0]])
  })

  it('tells that an account is disabled only to the right password', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(email).run()
    expect(await trySignIn(app, email, 'wrong password')).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } })
    expect(await trySignIn(app, email, PASSWORD)).toMatchObject({ status: 403, body: { code: 'account_disabled' } })
    const [user] = await rows<{ id: string }>('SELECT id FROM users WHERE email = ?', email)
    expect(await BINDINGS.SESSION_LEDGER.getByName(user?.id.replaceAll('-', '') ?? '').list()).toEqual([])
  })
})

describe('when every hash slot is taken', () => {
  it('sign-in is 503 with Retry-After, and what the limiter counted is given back', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '3', LIMIT_ADDRESS_FAILURES_PER_HOUR: '31' } })
    const send = (index: number) =>
      app.v1('POST', '/login', { body: { email: `nobody-${index}@example.com`, password: PASSWORD }, ip: '203.0.113.1' })
    const replies = await times(30, send)
    const judged = replies.filter(({ status }) => status === 401).length
    expect(judged).toBeGreaterThanOrEqual(3)
    expect(judged).toBeLessThan(20)
    expect(tally(replies)).toEqual({ 401: judged, 503: 30 - judged })
    expect(replies.find(({ status }) => status === 503)?.headers.get('Retry-After')).toBe('2')
    await app.settle()
    // Only those that were judged have used up what the address may fail.
    for (let index = judged; index < 31; index += 1) expect((await send(index)).status).toBe(401)
    expect((await send(31)).status).toBe(429)
  })

  it('registration is 503 with Retry-After, and nothing is stored', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '2' } })
    const replies = await times(20, (index) =>
      app.v1('POST', '/register', { body: { email: `user-${index}@example.com`, password: PASSWORD }, ip: anyAddress() }),
    )
    const stored = await countRows('registrations')
    expect(stored).toBeLessThan(15)
    expect(tally(replies)).toEqual({ 201: stored, 503: 20 - stored })
  })

  it('a burst on one account is told 429 all the same, with as many slots as there are by default', async () => {
    const app = await startApp()
    const send = () => app.v1('POST', '/login', { body: { email: 'nobody@example.com', password: PASSWORD }, ip: '203.0.113.1' })
    expect(tally(await times(60, send))).toEqual({ 401: 5, 429: 55 })
  })
})

describe('a hash weaker than today asks for', () => {
  it('is replaced at the next sign-in, and never by a weaker one', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const strong = await startApp({ keepStorage: true, vars: { SCRYPT_LN: '5' } })
    await strong.signIn(email)
    await strong.settle()
    expect(await passwordHashOf(email)).toContain('$scrypt$ln=5,r=1,p=1$')
    const replaced = await passwordHashOf(email)
    await app.signIn(email)
    await app.settle()
    expect(await passwordHashOf(email)).toBe(replaced)
    await strong.signIn(email)
  })

  it('is not replaced when the password was wrong', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const before = await passwordHashOf(email)
    const strong = await startApp({ keepStorage: true, vars: { SCRYPT_LN: '5' } })
    await trySignIn(strong, email, 'wrong password')
    await strong.settle()
    expect(await passwordHashOf(email)).toBe(before)
  })

  it('gives way to a password changed in the meantime', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const changed = await hashPassword('another password', { ln: 4, r: 1, p: 1 }, new Uint8Array(16))
    const changePasswordFirst = async (call: StoreCall, run: () => Promise<unknown>) => {
      if (call.store === 'ledger' && call.method === 'create') {
        await storePasswordHash(email, changed)
      }
      return run()
    }
    const bindings = interceptBindings(changePasswordFirst)
    const strong = await startApp({ keepStorage: true, bindings, vars: { SCRYPT_LN: '5' } })
    await strong.signIn(email)
    await strong.settle()
    expect(await passwordHashOf(email)).toBe(changed)
  })
})

/** Each with its password: the first three are published vectors, the last is Python's hashlib.scrypt at better-auth's parameters. */
const OTHER_SYSTEMS = [
  ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['argon2id', 'password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['PBKDF2', 'password', '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ'],
  [
    'better-auth',
    'correct horse',
    '0123456789abcdef0123456789abcdef:' +
      'c967f8a4438e68448871a4fbb9b41b2aacaa6d9d98bf76d9740467af6a3305c6' +
      '601235ae3706eaeaafd4c037201f630b3c3670caf74d8be1d22256672828773e',
  ],
] as const

describe.each(OTHER_SYSTEMS)('a password that %s hashed', (_, password, hash) => {
  it('signs its user in, and is hashed anew by that', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await storePasswordHash(email, hash)
    expect((await trySignIn(app, email, 'another password')).status).toBe(401)
    await app.settle()
    expect(await passwordHashOf(email)).toBe(hash)

    expect((await trySignIn(app, email, password)).status).toBe(200)
    await app.settle()
    expect(await passwordHashOf(email)).toMatch(/^\$scrypt\$ln=4,r=1,p=1[,$]/)
    expect((await trySignIn(app, email, password)).status).toBe(200)
    expect((await trySignIn(app, email, 'another password')).status).toBe(401)
  })
})

/** Two texts that the old system took for one password. */
const CONFUSED = [
  [
    'bcrypt, which reads 72 bytes',
    `${'x'.repeat(72)} the end`,
    `${'x'.repeat(72)} teh edn`,
    (text: string) => bcryptjs.hashSync(text, 4),
  ],
  ['better-auth, which unites full width and ASCII', 'correct horse', 'ｃｏｒｒｅｃｔ ｈｏｒｓｅ', () => OTHER_SYSTEMS[3][2]],
] as const

describe.each(CONFUSED)('a password that was stored by %s', (_, password, slip, hashOf) => {
  it('goes on opening the account however it was typed at the sign-in that hashed it anew', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await storePasswordHash(email, hashOf(password))
    expect((await trySignIn(app, email, slip)).status).toBe(200)
    await app.settle()
    expect(await passwordHashOf(email)).toMatch(/^\$scrypt\$ln=4,r=1,p=1,input=/)
    for (const typed of [password, slip]) expect((await trySignIn(app, email, typed)).status).toBe(200)
    expect((await trySignIn(app, email, `another ${password}`)).status).toBe(401)
  })
})

describe('a sign-in that races with what ends all sessions', () => {
  it('leaves a session that is dead, since it carries the number read together with the hash', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const bumpBeforeCreate = async (call: StoreCall, run: () => Promise<unknown>) => {
      if (call.store === 'ledger' && call.method === 'create') {
        await BINDINGS.DB.prepare('UPDATE users SET session_epoch = session_epoch + 1 WHERE email = ?').bind(email).run()
      }
      return run()
    }
    const racing = await startApp({ keepStorage: true, bindings: interceptBindings(bumpBeforeCreate) })
    const grant = await racing.signIn(email)
    expect((await app.v1('GET', '/me', { token: grant.access_token })).status).toBe(401)
    expect(await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    })
    expect((await app.v1('POST', '/refresh', { token: grant.access_token })).status).toBe(401)
    expect((await app.v1('GET', '/me', { token: (await app.signIn(email)).access_token })).status).toBe(200)
  })
})
