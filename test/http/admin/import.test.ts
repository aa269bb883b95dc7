// Users by the file over the admin API, in and out: checked whole, known by an id that stays, left alone when they come again.
import { describe, expect, it } from 'vitest'
import { isRunnable } from '../../../src/platform/hashing/password-hash.ts'
import { spoilableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { storePasswordHash } from '../../support/account-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { EXPORTED } from '../../support/hash-vectors.ts'
import { ADMIN, ask, KEY } from '../../support/http/operator.ts'

const NOW = 1_800_000_000
const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
const PBKDF2 = '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ'
const ARGON2 = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'

const ADA = {
  email: "o'neil@example.com",
  username: 'Beyhan Oğur',
  first_name: "D'Arcy",
  last_name: '"; DROP TABLE users; --',
  hash: BCRYPT,
  verified: true,
  permissions: ['reports', 'systemAdmin'],
}
const BOB = { email: 'bob@example.com', hash: PBKDF2 }

const linesOf = (values: readonly unknown[]) =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n')

function bring(app: TestApp, values: readonly unknown[], path = '/import', headers = {}): Promise<Reply> {
  return ask(app, 'POST', path, { body: linesOf(values), headers: { 'Content-Type': 'application/x-ndjson', ...headers } })
}

async function take(app: TestApp, after = ''): Promise<Record<string, unknown>[]> {
  const reply = await ask(app, 'GET', `/export${after}`)
  expect([reply.status, reply.headers.get('Content-Type')]).toEqual([200, 'application/x-ndjson'])
  return reply.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

const notesOf = (reply: Reply) =>
  reply.body.errors.map(({ line, message }: { line: number; message: string }) => `${line}: ${message}`)

describe('POST /import', () => {
  it('writes users whole, with their usernames, who sign in at once', async () => {
    const app = await startApp({ now: NOW })
    const reply = await bring(app, [ADA, '', { ...BOB, email: 'Bob@Example.com', hash: PBKDF2 }])
    expect(reply.body).toEqual({ dry_run: false, imported: 2, present: 0, left_alone: [], without_number: [], not_imported: [] })
    expect((await ask(app, 'GET', '/stats')).body.accounts).toMatchObject({ all: 2, old_hashes: 2 })
    expect(await rows('SELECT * FROM users ORDER BY email')).toMatchObject([
      {
        email: 'bob@example.com',
        username: null,
        password_hash: PBKDF2,
        email_verified_at: null,
        permissions: '[]',
        disabled_at: null,
      },
      {
        ...{
          email: ADA.email,
          username: 'Beyhan Oğur',
          first_name: ADA.first_name,
          last_name: ADA.last_name,
          password_hash: BCRYPT,
        },
        ...{ email_verified_at: NOW, permissions: '["reports","systemAdmin"]', session_epoch: 1, created_at: NOW, updated_at: NOW },
      },
    ])
    expect(await rows('SELECT email, expires_at FROM username_claims')).toEqual([{ email: ADA.email, expires_at: null }])
    expect(await rows('SELECT 1 FROM import_lines')).toEqual([])
    expect((await app.v1('POST', '/login', { body: { username: 'beyhan oğur', password: 'U*U' } })).status).toBe(200)
  })

  it('refuses a dry_run that is neither yes nor no, and writes nobody', async () => {
    const app = await startApp()
    const reply = await bring(app, [BOB], '/import?dry_run=yes')
    expect([reply.status, reply.body.errors]).toEqual([400, [{ field: 'dry_run', message: 'must be 1 or 0' }]])
    expect(await rows('SELECT 1 FROM users')).toEqual([])
    expect((await bring(app, [BOB], '/import?dry_run=0')).body).toMatchObject({ dry_run: false, imported: 1 })
  })

  it('takes an id twice where each of its users has an external_id, and else tells the second', async () => {
    const app = await startApp()
    const person = (name: string, ids: object) => ({ email: `${name}@example.com`, ...ids })
    const both = [person('a', { id: 1, external_id: 'a1' }), person('b', { id: 1, external_id: 'b1' })]
    expect((await bring(app, both, '/import?dry_run=1')).body).toMatchObject({ imported: 2 })
    expect(notesOf(await bring(app, [person('a', { id: 1, external_id: 'a1' }), person('b', { id: 1 })]))).toEqual([
      '2: the id is on line 1 already',
    ])
  })

  it('checks everything and writes nobody with dry_run', async () => {
    const app = await startApp()
    expect((await bring(app, [ADA, BOB], '/import?dry_run=1')).body).toMatchObject({ dry_run: true, imported: 2 })
    expect((await bring(app, [ADA, {}], '/import?dry_run=1')).status).toBe(400)
    for (const table of ['users', 'username_claims', 'imported_accounts', 'import_lines', 'audit_events']) {
      expect([table, await rows(`SELECT 1 FROM ${table}`)]).toEqual([table, []])
    }
  })

  it('keeps when the account was made, its language, its external id and what else there was to sign in by', async () => {
    const app = await startApp({ now: NOW })
    const user = {
      ...BOB,
      id: 17,
      external_id: 'crm-4',
      created_at: '2020-02-29T12:00:00Z',
      locale: 'es-MX',
      factors: ['totp', 'passkey'],
    }
    await bring(app, [user])
    const [exported] = await take(app)
    expect(exported).toMatchObject({
      ...{ external_id: 'crm-4', created_at: '2020-02-29T12:00:00Z', locale: 'es', factors: ['passkey', 'totp'], hash: PBKDF2 },
    })
    const { user: shown } = (await ask(app, 'GET', `/users/${exported?.id}`)).body
    expect(shown).toMatchObject({ external_id: 'crm-4', locale: 'es', imported_factors: ['passkey', 'totp'] })
  })

  it('takes users without a hash, who set a password by the link of a forgotten one', async () => {
    const app = await startApp()
    await bring(app, [{ email: 'bob@example.com', verified: true }])
    const [user] = (await ask(app, 'GET', '/users?state=no_password')).body.users
    expect(user).toMatchObject({ email: 'bob@example.com', credentials: [] })
    expect((await ask(app, 'GET', `/users/${user.id}`)).body.cannot_sign_in).toContain('no password')
    expect((await app.v1('POST', '/login', { body: { email: 'bob@example.com', password: PASSWORD } })).status).toBe(401)
    await app.v1('POST', '/forgot-password', { body: { email: 'bob@example.com' } })
    const reset = { token: await app.mailedToken('bob@example.com'), password: PASSWORD }
    expect((await app.v1('POST', '/reset-password', { body: reset })).status).toBe(200)
    expect((await app.v1('POST', '/login', { body: { email: 'bob@example.com', password: PASSWORD } })).status).toBe(200)
    expect((await ask(app, 'GET', '/users?state=no_password')).body.users).toEqual([])
  })

  it('may be repeated: whom it has brought before it leaves alone', async () => {
    const app = await startApp()
    await bring(app, [ADA, BOB])
    await BINDINGS.DB.exec(`UPDATE users SET permissions = '["since"]' WHERE email = 'bob@example.com'`)
    await storePasswordHash('bob@example.com', `$scrypt$ln=4,r=1,p=1$${'A'.repeat(22)}$${'B'.repeat(42)}A`)
    const before = await rows('SELECT * FROM users ORDER BY email')
    const again = await bring(app, [ADA, BOB, { ...BOB, email: 'new@example.com' }])
    expect(again.body).toMatchObject({ imported: 1, present: 2, left_alone: [] })
    expect(await rows("SELECT * FROM users WHERE email <> 'new@example.com' ORDER BY email")).toEqual(before)
    expect((await ask(app, 'GET', '/stats')).body.accounts).toMatchObject({ all: 3, old_hashes: 2 })
  })

  it.each<[string, object]>([
    ['external_id', { external_id: 'x1' }],
    ['id', { id: 'i1' }],
    ['address in the file', {}],
  ])('knows users by their %s: who moved, changed the name or left since is left alone, and told', async (_, id) => {
    const app = await startApp()
    const user = { ...BOB, ...id }
    await bring(app, [user])
    const [{ id: userId } = {}] = await rows<{ id: string }>('SELECT id FROM users')
    await ask(app, 'PATCH', `/users/${userId}`, { body: { username: 'robert' } })
    expect((await bring(app, [user])).body).toMatchObject({
      ...{ imported: 0, present: 1, left_alone: [{ line: 1, message: 'the account has another username since' }] },
    })
    await ask(app, 'PATCH', `/users/${userId}`, { body: { email: 'moved@example.com' } })
    const moved =
      'id' in id
        ? 'the account that came under this id has another e-mail address and no name of this line: changed since, or a user of another system, who needs an external_id'
        : 'the account has another e-mail address since'
    expect((await bring(app, [user])).body.left_alone).toEqual([{ line: 1, message: moved }])
    expect((await bring(app, [{ ...user, username: 'Robert' }])).body.left_alone).toEqual([
      { line: 1, message: 'the account has another e-mail address since' },
    ])
    await ask(app, 'DELETE', `/users/${userId}`)
    expect((await bring(app, [user])).body).toMatchObject({
      ...{ imported: 0, present: 1, left_alone: [{ line: 1, message: 'the account was deleted since' }] },
    })
  })

  it('knows users by their id still in a file that has gained external ids, whether they moved or left', async () => {
    const app = await startApp()
    const people = ['a', 'b', 'c'].map((name, index) => ({
      ...{ id: index + 1, email: `${name}@example.com`, first_name: name, last_name: 'Byron', created_at: '2020-01-01' },
    }))
    await bring(app, people)
    const [moved, gone] = await rows<{ id: string }>('SELECT id FROM users ORDER BY email')
    await ask(app, 'PATCH', `/users/${moved?.id}`, { body: { email: 'moved@example.com' } })
    await ask(app, 'DELETE', `/users/${gone?.id}`)
    const gained = people.map((person) => ({ ...person, external_id: `crm-${person.id}` }))
    for (let count = 0; count < 2; count += 1) {
      expect((await bring(app, gained)).body).toMatchObject({ imported: 0, present: 3, left_alone: [{ line: 1 }, { line: 2 }] })
    }
    // Of another system, whose ids begin at 1 too.
    const others = [{ id: 3, external_id: 'hr-3', email: 'd@example.com', first_name: 'Dora' }]
    expect((await bring(app, others)).body).toMatchObject({ imported: 1, present: 0 })
  })

  it('does not bring back by an older export who has left since, at once or put aside', async () => {
    const app = await startApp()
    const emails = [await app.createAccount({ email: 'gone@example.com' }), await app.createAccount({ email: 'aside@example.com' })]
    const exported = await take(app)
    const [goneId, asideId] = emails.map((address) => exported.find(({ email }) => email === address)?.id)
    await ask(app, 'DELETE', `/users/${goneId}`)
    await rows(
      `INSERT INTO deleted_accounts (user_id, email, permissions, session_epoch, created_at, due_at)
       SELECT id, email, permissions, session_epoch, created_at, 9999999999 FROM users WHERE id = ?`,
      asideId,
    )
    await rows('DELETE FROM users WHERE id = ?', asideId)
    const again = await bring(app, exported)
    expect(again.body).toMatchObject({ imported: 0, present: 2 })
    expect(again.body.left_alone.map(({ message }: { message: string }) => message)).toEqual([
      'the account was deleted since',
      'the account was deleted since',
    ])
    expect(await rows('SELECT 1 FROM users')).toEqual([])
  })

  it('never takes an account for its user by the address', async () => {
    const app = await startApp()
    await bring(app, [{ ...BOB, id: 1 }])
    const [{ id } = {}] = await rows<{ id: string }>('SELECT id FROM users')
    await ask(app, 'PATCH', `/users/${id}`, { body: { email: 'moved@example.com' } })
    await app.createAccount({ email: BOB.email })
    expect((await bring(app, [{ ...BOB, id: 1 }])).body).toMatchObject({ imported: 0, present: 1 })
    expect(notesOf(await bring(app, [{ ...BOB, id: 2 }]))).toEqual([
      '1: the e-mail address has an account already, which this file has not made',
    ])
  })

  it.each<[string, unknown]>([
    ['is not JSON', '{"email":'],
    ['is not a JSON object', '[]'],
    ['is not a JSON object', 'null'],
    ['email is missing', {}],
    ['has members that mean nothing: permission', { ...BOB, permission: [] }],
    ['email must be a plain e-mail address', { ...BOB, email: 'Bob <bob@example.com>' }],
    ['username must be 1 to 64', { ...BOB, username: 'a@b' }],
    ['username must be 1 to 64', { ...BOB, username: 7 }],
    ['first_name must be 1 to 100', { ...BOB, first_name: 'a\nb' }],
    ['last_name must be 1 to 100', { ...BOB, last_name: 'a\ud800' }],
    ['verified must be true or false', { ...BOB, verified: 'yes' }],
    ['disabled must be true or false', { ...BOB, disabled: 1 }],
    ['permissions must be a list of names', { ...BOB, permissions: 'systemAdmin' }],
    ['permissions must be a list of names', { ...BOB, permissions: ['a b'] }],
    ['hash must be a password hash of a known form', { ...BOB, hash: 'secret' }],
    ['hash must be a password hash of a known form', { ...BOB, hash: BCRYPT.replace('$05$', '$31$') }],
    ['id must be a text', { ...BOB, id: 1.5 }],
    ['external_id must be a text', { ...BOB, external_id: 'a\nb' }],
    ['created_at must be a time', { ...BOB, created_at: '2999-01-01T00:00:00Z' }],
    ['created_at must be a time', { ...BOB, created_at: 'yesterday' }],
    ['created_at must be a time such as "2024-02-29T12:00:00Z", since 1970', { ...BOB, created_at: '1969-12-31T23:59:59Z' }],
    ['created_at must be a time', { ...BOB, created_at: '2021-02-30' }],
    ['created_at must be a time', { ...BOB, created_at: '2021-02-29T12:00:00Z' }],
    ['created_at must be a time', { ...BOB, created_at: '2021-02-03T24:00:00Z' }],
    ['username must not mix letters', { ...BOB, username: 'p\u0430ypal' }],
    ['has a member twice', '{"email":"bob@example.com","email":"eve@example.com"}'],
    ['has a member twice', '{"email":"bob@example.com","first_name":"\\":{[","\\u0065mail":"eve@example.com"}'],
    ['factors must be a list', { ...BOB, factors: ['a b'] }],
    ['is longer than 32768 bytes', `{"email":"${'a'.repeat(33_000)}`],
  ])('answers 400 for a line that %s, by its number, and writes no other either', async (problem, line) => {
    const app = await startApp()
    const reply = await bring(app, [ADA, line, { ...BOB, email: 'c@example.com' }])
    expect(reply.status).toBe(400)
    expect(notesOf(reply)).toEqual([expect.stringContaining(`2: ${problem}`)])
    for (const table of ['users', 'import_lines']) expect(await rows(`SELECT 1 FROM ${table}`)).toEqual([])
  })

  it('refuses bytes that are not UTF-8', async () => {
    const app = await startApp()
    const body = new Uint8Array([0x7b, 0xff, 0x7d])
    const headers = { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/x-ndjson' }
    const reply = await app.fetch(new Request(`http://localhost:8787${ADMIN}/import`, { method: 'POST', body, headers }))
    expect([reply.status, ((await reply.json()) as { errors: unknown }).errors]).toEqual([
      400,
      [{ line: 1, message: 'is not UTF-8' }],
    ])
  })

  it('tells every bad line, in order, and repeats neither a hash nor any other value', async () => {
    const app = await startApp()
    const secret = 'not a hash but a secret'
    const reply = await bring(app, [{ ...BOB, hash: secret }, ADA, { ...ADA, username: 'x@y' }, { [secret]: 1 }])
    expect(reply.body.errors.map(({ line }: { line: number }) => line)).toEqual([1, 3, 4])
    expect(reply.text).not.toMatch(/secret|\$|x@y/)
  })

  it('tells lines that repeat an address, a username or an id, however they are written', async () => {
    const app = await startApp()
    const again = { ...BOB, email: 'BOB@example.com', id: 'z' }
    const reply = await bring(app, [
      ...[ADA, { ...BOB, id: 7 }, again, { ...BOB, email: 'c@example.com', username: 'BEYHAN OĞUR' }],
      { ...BOB, email: 'd@example.com', id: '7' },
    ])
    expect(notesOf(reply)).toEqual([
      '3: the e-mail address is on line 2 already',
      '4: the username is on line 1 already',
      '5: the id is on line 2 already',
    ])
  })

  it('tells lines whose address or username somebody else has', async () => {
    const app = await startApp({ now: NOW })
    await app.createAccount({ email: 'taken@example.com', username: 'Taken' })
    await BINDINGS.DB.exec(
      `INSERT INTO username_claims (username_key, email, expires_at) VALUES ('lapsed', 'stranger@example.com', ${NOW})`,
    )
    await BINDINGS.DB.exec(
      `INSERT INTO username_claims (username_key, email, expires_at, user_id) VALUES ('givenup', '', ${NOW + 60}, 'somebody')`,
    )
    const lapsed = { ...BOB, email: 'e@example.com', username: 'lapsed' }
    const lines = [
      { ...BOB, email: 'taken@example.com' },
      { ...BOB, email: 'c@example.com', username: 'TAKEN' },
      { ...BOB, email: 'd@example.com', username: 'GivenUp' },
      lapsed,
    ]
    expect(notesOf(await bring(app, lines))).toEqual([
      '1: the e-mail address has an account already, which this file has not made',
      '2: the username is taken by another account',
      '3: the username is kept for the account that gave it up',
    ])
    expect((await bring(app, [lapsed])).body.imported).toBe(1)
    expect(await rows("SELECT email, expires_at FROM username_claims WHERE username_key = 'lapsed'")).toEqual([
      { email: 'e@example.com', expires_at: null },
    ])
  })

  it('takes no address that is kept for an account which it may take back', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const [{ id } = {}] = await rows<{ id: string }>('SELECT id FROM users')
    await BINDINGS.DB.prepare(
      "INSERT INTO recovery_points (user_id, email, rank, expires_at) VALUES (?, 'oldest@example.com', 1, ?)",
    )
      .bind(id, app.clock.now + 60)
      .run()
    const line = { email: 'oldest@example.com' }
    expect(notesOf(await bring(app, [line]))).toEqual(['1: the e-mail address is kept for an account that it may take back'])
    app.clock.advance(61)
    expect((await bring(app, [line, { email: `x${email}` }])).body.imported).toBe(2)
  })

  it('brings users whose username a stranger only registers, and ends that registration', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'stranger@example.com', password: PASSWORD, username: 'Bob' } })
    await app.settle()
    const token = await app.mailedToken('stranger@example.com')
    expect((await bring(app, [{ ...BOB, username: 'bob' }])).body).toMatchObject({ imported: 1, not_imported: [] })
    expect((await app.v1('GET', `/verify-email?token=${token}`)).status).toBe(400)
    expect(await rows('SELECT 1 FROM registrations')).toEqual([])
    expect(await rows('SELECT email, expires_at FROM username_claims')).toEqual([{ email: BOB.email, expires_at: null }])
  })

  it('tells whose number is not kept, before USER_IDS=number and after', async () => {
    const before = await startApp()
    await before.createAccount({ email: 'first@example.com' })
    const numbered = [
      { email: 'a@example.com', external_id: '1' },
      { email: 'b@example.com', external_id: 77 },
    ]
    const first = await bring(before, numbered)
    expect(first.body).toMatchObject({
      imported: 2,
      without_number: [{ line: 1, message: expect.stringContaining('the number 1 ') }],
    })
    const after = await startApp({ vars: { USER_IDS: 'number' }, keepStorage: true })
    const others = [
      { email: 'c@example.com', external_id: '007' },
      { email: 'd@example.com', external_id: '9007199254740991' },
      { email: 'e@example.com', id: 78 },
      { email: 'f@example.com', id: '7c6d3f0e-0000-4000-8000-000000000000' },
      { email: 'g@example.com', external_id: '79' },
    ]
    expect((await bring(after, others, '/import?dry_run=1')).body.without_number.map(({ line }: { line: number }) => line)).toEqual(
      [1, 2, 3],
    )
    expect((await bring(after, others)).body.without_number).toHaveLength(3)
    expect(await rows('SELECT email, number FROM users WHERE number IN (77, 79) ORDER BY number')).toEqual([
      { email: 'b@example.com', number: 77 },
      { email: 'g@example.com', number: 79 },
    ])
  })

  it('ends the pending registrations of its addresses, and no others', async () => {
    const app = await startApp()
    for (const email of [BOB.email, 'other@example.com']) {
      await app.v1('POST', '/register', { body: { email, password: PASSWORD, username: email.split('@')[0] } })
    }
    await app.settle()
    await bring(app, [BOB])
    for (const table of ['registrations', 'one_time_tokens', 'username_claims']) {
      expect([table, await rows(`SELECT email FROM ${table}`)]).toEqual([table, [{ email: 'other@example.com' }]])
    }
  })

  it('records each account it makes as the operator’s act, once', async () => {
    const app = await startApp({ now: NOW })
    await bring(app, [ADA, BOB])
    await bring(app, [ADA, BOB])
    const events = await rows('SELECT what, reason, actor, face, session_id, user_id FROM audit_events ORDER BY seq')
    const users = await rows<{ id: string }>('SELECT id FROM users ORDER BY rowid')
    const act = { what: 'account_created', reason: 'imported', actor: 'operator', face: 'admin' }
    expect(events).toEqual(users.map(({ id }) => ({ ...act, session_id: expect.stringMatching(/^key:[0-9a-f]{8}$/), user_id: id })))
    expect(users).toHaveLength(2)
  })

  it('takes hashes as exports of other systems have them, and exports what sign-in checks', async () => {
    const app = await startApp()
    const users = [...EXPORTED, ['string', ARGON2] as const].map(([, hash], index) => ({
      email: `u${index}@example.com`,
      hash,
      username: '',
    }))
    expect((await bring(app, users)).body.imported).toBe(users.length)
    const hashes = (await take(app)).map(({ hash }) => hash)
    expect(hashes).toHaveLength(users.length)
    expect(hashes.filter((hash) => typeof hash !== 'string' || !isRunnable(hash))).toEqual([])
  })

  it('tells how far it is to a client that takes lines', async () => {
    const app = await startApp()
    const users = Array.from({ length: 4500 }, (_, index) => ({
      ...BOB,
      email: `u${index}@example.com`,
      username: `u${index}`,
      id: index,
    }))
    const reply = await bring(app, users, '/import', { Accept: 'application/x-ndjson' })
    const told = reply.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(told.slice(0, -1)).toEqual([0, 2000, 4000, 4500].map((written) => ({ written, of: 4500 })))
    expect(told.at(-1)).toMatchObject({ imported: 4500 })
    expect(await take(app)).toHaveLength(4500)
    const bad = await bring(app, [{}], '/import', { Accept: 'application/x-ndjson' })
    expect([bad.status, notesOf(bad)]).toEqual([400, ['1: email is missing']])
  })

  it('wants lines of JSON by their media type, and the right to change', async () => {
    const app = await startApp()
    expect((await bring(app, [BOB], '/import', { 'Content-Type': 'application/json' })).status).toBe(415)
    expect((await bring(app, [BOB], '/import', { 'Content-Encoding': 'gzip' })).status).toBe(415)
    expect((await bring(app, [BOB], '/import', { Authorization: 'Bearer x' })).status).toBe(401)
    expect((await bring(app, [])).body).toMatchObject({ imported: 0 })
    expect(await rows('SELECT 1 FROM users')).toEqual([])
  })
})

describe('GET /export', () => {
  it('writes what imports as the same users again', async () => {
    const app = await startApp({ now: NOW })
    await bring(app, [ADA, BOB, { ...BOB, email: 'c@example.com', disabled: true, permissions: ['a'] }, { email: 'd@example.com' }])
    const data =
      'SELECT email, username, username_key, first_name, last_name, email_verified_at, permissions, disabled_at, created_at FROM users ORDER BY email'
    const before = await rows(data)
    const exported = await take(app)
    const other = await startApp({ now: NOW })
    expect((await bring(other, exported)).body.imported).toBe(4)
    expect(await rows(data)).toEqual(before)
    expect((await take(other)).map(({ hash }) => hash).sort()).toEqual(exported.map(({ hash }) => hash).sort())
    // And into the service that it came from: they are there.
    expect((await bring(other, await take(other))).body).toMatchObject({ imported: 0, present: 4, left_alone: [] })
  })

  it('breaks off where the database fails on the way, so that nobody takes it for whole', async () => {
    const stores = spoilableBindings()
    const app = await startApp({ bindings: stores.bindings })
    await bring(
      app,
      Array.from({ length: 600 }, (_, index) => ({ email: `u${index}@example.com` })),
    )
    const headers = { Authorization: `Bearer ${KEY}` }
    const open = () => app.fetch(new Request(`http://localhost:8787${ADMIN}/export`, { headers }))
    expect((await (await open()).text()).trim().split('\n')).toHaveLength(600)
    stores.spoil(3, 'fails')
    await expect((await open()).text()).rejects.toThrow()
    expect(stores.heal()?.text).toContain('FROM users WHERE users.id > ?')
  })

  it('goes on behind an id, names a PIN without it, and is on record', async () => {
    const app = await startApp()
    await app.createAccount({ username: 'ada' })
    await app.createAccount()
    const [{ id } = {}] = await rows<{ id: string }>("SELECT id FROM users WHERE username = 'ada'")
    await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    const all = await take(app)
    expect(all.find((each) => each.id === id)).toMatchObject({ factors: ['pin'] })
    expect(JSON.stringify(all)).not.toContain('pin_hash')
    expect(await take(app, `?after=${all[0]?.id}`)).toEqual(all.slice(1))
    expect((await ask(app, 'GET', '/export?after=x')).status).toBe(400)
    expect(await rows("SELECT actor, outcome FROM audit_events WHERE what = 'accounts_exported' LIMIT 1")).toEqual([
      { actor: 'operator', outcome: 'success' },
    ])
  })
})
