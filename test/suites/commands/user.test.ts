// `npm run user`, all but the process: what each command does to the real service, and what it says.
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/operator/usage.ts'
import { findAccount } from '../../../cli/user/find-account.ts'
import { rows } from '../../support/fixtures.ts'
import { PASSWORD, startApp } from '../../support/harness.ts'
import { withSession } from '../../support/http/operator.ts'
import { type Printed, runUser } from '../../support/operator-command.ts'

const NEW = 'four unusual words here'
const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

async function withAda() {
  const app = await startApp()
  const ada = await withSession(app, { email: 'ada@example.com', username: 'Ada', first_name: 'Ada', last_name: 'Byron' })
  const run = (...args: readonly string[]) => runUser({ app }, ...args)
  const meStatus = async () => (await app.v1('GET', '/me', { token: ada.token })).status
  const signInStatus = async (password = PASSWORD) =>
    (await app.v1('POST', '/login', { body: { email: ada.email, password } })).status
  return { app, ...ada, run, meStatus, signInStatus }
}

describe('create', () => {
  it('makes a whole account that can sign in, and says what is still missing', async () => {
    const app = await startApp()
    const whole = [
      '--username',
      'Ada',
      '--pin-stdin',
      '--permission',
      'b',
      '--permission',
      'a',
      '--verified',
      '--first-name',
      'Ada',
    ]
    const [line] = (
      await runUser({ app, secrets: { password: NEW, pin: '2580' } }, 'create', '--email', 'Ada@Example.com', ...whole)
    ).out
    expect(line).toMatch(/^Created ada@example\.com \([0-9a-f-]{36}\)$/)
    expect((await app.v1('POST', '/login', { body: { username: 'ada', password: NEW } })).body.user).toMatchObject({
      ...{ first_name: 'Ada', permissions: ['a', 'b'], email_verified: true },
    })
    expect((await app.request('POST', '/auth/login', { body: { name: 'ada', pin: '2580' } })).status).toBe(200)
    const { out } = await runUser({ app }, 'create', '--email', 'b@example.com')
    expect(out[1]).toContain('The address is not proven')
    const [json] = (await runUser({ app }, 'create', '--email', 'c@example.com', '--json')).out
    expect(JSON.parse(json ?? '')).toMatchObject({ email: 'c@example.com', credentials: ['password'] })
  })

  it.each([
    [['--email', 'ada@example.com'], 'Cannot create ada@example.com: the address has an account already'],
    [['--email', 'b@example.com', '--username', 'ADA'], 'Cannot create b@example.com: the username is taken by another account'],
    [['--email', 'b@example.com', '--username', 'аda'], 'Cannot create b@example.com: the username'],
  ])('refuses %j in one sentence, and changes nothing', async (args, sentence) => {
    const { run } = await withAda()
    await expect(run('create', ...args)).rejects.toThrow(sentence)
    expect(await rows('SELECT email FROM users')).toEqual([{ email: 'ada@example.com' }])
  })
})

describe('a secret', () => {
  it.each([
    ['create', { password: 'short' }, 'Cannot create b@example.com: the password must have at least 8 characters'],
    ['create', { password: 'password' }, 'Cannot create b@example.com: the password'],
    ['create --pin-stdin', { pin: '12' }, 'Cannot create b@example.com: the PIN must'],
    ['create --pin-stdin', { pin: '12345678901234' }, 'Cannot create b@example.com: the PIN must'],
  ])('is held to the rules of everybody: %s of %j', async (command, secrets, sentence) => {
    const app = await startApp()
    await expect(runUser({ app, secrets }, ...command.split(' '), '--email', 'b@example.com')).rejects.toThrow(sentence)
    expect(await rows('SELECT email FROM users')).toEqual([])
  })
})

describe('list', () => {
  it('is a table for people, and an object a line for programs, without a hash', async () => {
    const { run, app } = await withAda()
    await runUser({ app, secrets: { pin: '2580' } }, 'set-pin', '--email', 'ada@example.com')
    await app.createAccount({ email: 'b@example.com' })
    const { out } = await run('list')
    expect(out[0]).toMatch(/^EMAIL +USERNAME +NAME +VERIFIED +DISABLED +PIN +PERMISSIONS +CREATED$/)
    expect(out[1]).toMatch(/^ada@example\.com +Ada +Ada Byron +yes +no +yes +- +2/)
    expect(out).toHaveLength(3)
    const lines = (await run('list', '--json')).out
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { email: 'ada@example.com', username: 'Ada', has_pin: true, disabled_at: null },
      { email: 'b@example.com', username: null, has_pin: false },
    ])
    expect(lines.join()).not.toContain('scrypt')
  })

  it('searches, pages, and says how to go on', async () => {
    const { run, app } = await withAda()
    for (const name of ['b', 'c', 'd']) await app.createAccount({ email: `${name}@example.com` })
    const emails = ({ out }: Printed) => out.map((line) => JSON.parse(line).email)
    expect(emails(await run('list', '--json', '--search', 'BYR'))).toEqual(['ada@example.com'])
    const first = await run('list', '--json', '--limit', '2')
    expect([emails(first), first.told]).toEqual([
      ['ada@example.com', 'b@example.com'],
      ['There are more: go on with --after b@example.com'],
    ])
    expect(emails(await run('list', '--json', '--after', 'b@example.com'))).toEqual(['c@example.com', 'd@example.com'])
    await run('disable', '--email', 'c@example.com')
    expect(emails(await run('list', '--json', '--state', 'disabled'))).toEqual(['c@example.com'])
    expect((await run('list', '--search', 'nobody')).out).toEqual(['No such users'])
    await expect(run('list', '--state', 'x')).rejects.toThrow(
      new UsageError('--state must be one of active, disabled, unverified, two_step, no_password'),
    )
    await expect(run('export', '-', '--after', 'x')).rejects.toThrow(new UsageError('--after must be the id of a user'))
  })

  it('says where there is nobody, and lists more than a page', async () => {
    const app = await startApp()
    expect((await runUser({ app }, 'list')).out).toEqual(['No users yet'])
    const file = Array.from({ length: 450 }, (_, index) => `{"email":"u${1000 + index}@example.com"}`).join('\n')
    await runUser({ app, files: { f: file } }, 'import', 'f')
    expect((await runUser({ app }, 'list')).out).toHaveLength(451)
    expect((await runUser({ app }, 'list', '--limit', '201', '--json')).out).toHaveLength(201)
  })
})

describe('a number', () => {
  it('names a user wherever an id does, and nobody by an accident', async () => {
    const { run, id, app } = await withAda()
    await app.createAccount({ email: 'b@example.com' })
    const number = JSON.parse((await run('show', '--id', id, '--json')).out[0] ?? '').user.number
    expect((await run('show', '--id', String(number))).out[0]).toContain('ada@example.com')
    expect((await run('disable', '--id', String(number))).out).toEqual(['Disabled ada@example.com: all sessions ended'])
    for (const command of ['show', 'delete'])
      await expect(run(command, '--id', '123456789')).rejects.toThrow('Cannot find a user with the number 123456789')
  })

  it('names nobody at a service that does not know of it, and answers with everybody', async () => {
    const everybody = [
      { id: 'a', number: 1 },
      { id: 'b', number: 2 },
    ]
    const admin = { get: async () => ({ users: everybody }) } as unknown as Parameters<typeof findAccount>[0]
    expect(await findAccount(admin, { by: 'number', value: '2' })).toMatchObject({ id: 'b' })
    await expect(findAccount(admin, { by: 'number', value: '3' })).rejects.toThrow('Cannot find a user with the number 3')
  })
})

describe('an act', () => {
  it.each([
    ['disable', 401, 403, 'Disabled ada@example.com: all sessions ended'],
    ['sign-out', 401, 200, 'Signed ada@example.com out: all sessions ended'],
  ])('%s ends the open session for its next request', async (name, me, signIn, said) => {
    const { run, meStatus, signInStatus } = await withAda()
    expect((await run(name, '--email', 'ADA@example.com')).out).toEqual([said])
    expect([await meStatus(), await signInStatus()]).toEqual([me, signIn])
  })

  it('set-password ends the open session and the old password', async () => {
    const { app, meStatus, signInStatus } = await withAda()
    const { out } = await runUser({ app, secrets: { password: NEW } }, 'set-password', '--username', 'ADA')
    expect(out).toEqual(['Set the password of ada@example.com: all sessions and other credentials ended'])
    expect([await meStatus(), await signInStatus(), await signInStatus(NEW)]).toEqual([401, 401, 200])
  })

  it('enable, unlock, verify, send-reset, grant, revoke, rename and move say what they did', async () => {
    const { run, id, app } = await withAda()
    const said = async (...args: string[]) => (await run(...args)).out.join()
    expect(await said('disable', '--id', id.toUpperCase())).toContain('Disabled')
    await expect(run('send-reset', '--id', id)).rejects.toThrow('Cannot mail a link to ada@example.com: this account is disabled')
    expect(await said('enable', '--id', id)).toBe('Enabled ada@example.com')
    expect(await said('unlock', '--id', id)).toBe(
      'Unlocked ada@example.com: the wrong passwords and PINs of before do not count any more',
    )
    expect(await said('verify', '--id', id)).toBe('Verified ada@example.com')
    expect(await said('send-reset', '--id', id)).toBe('Mailed ada@example.com a link for a new password')
    expect(await app.mailedToken('ada@example.com')).toHaveLength(64)
    expect(await said('grant', '--id', id, '--permission', 'b', '--permission', 'a')).toBe('ada@example.com has a, b')
    expect(await said('revoke', '--id', id, '--permission', 'a', '--permission', 'b')).toBe('ada@example.com has no permissions')
    expect(await said('rename', '--id', id, '--to', 'Countess', '--first-name', '')).toBe(
      'Renamed ada@example.com: username Countess, name Byron',
    )
    expect(await said('rename', '--id', id, '--to', '')).toBe('Renamed ada@example.com: username none, name Byron')
    expect(await said('move', '--id', id, '--to', 'New@Example.com')).toBe(
      'Moved ada@example.com to new@example.com; the former address is told. It is not proven: sign-in is refused until it is, by the link that the next try mails',
    )
    expect(JSON.parse(await said('verify', '--id', id, '--json'))).toEqual({
      ...{ id, email: 'new@example.com', permissions: [], message: 'Verified new@example.com' },
    })
  })

  it('unlock says what still keeps somebody from signing in', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' } })
    const { email } = await withSession(app, { email: 'ada@example.com' })
    for (let count = 0; count < 3; count += 1)
      await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip: '203.0.113.9' })
    await app.settle()
    expect((await runUser({ app }, 'unlock', '--email', email)).out).toEqual([
      'Unlocked ada@example.com: the wrong passwords and PINs of before do not count any more. The client address 203.0.113.9 has tried too many passwords, of whatever accounts, and waits for 60 minutes.',
    ])
  })

  it('sessions lists those that are live, and sign-out ends one of them', async () => {
    const { run, app, email, meStatus } = await withAda()
    await app.signIn(email)
    const lines = (await run('sessions', '--email', email, '--json')).out.map((line) => JSON.parse(line))
    expect(lines).toHaveLength(2)
    expect((await run('sessions', '--email', email)).out[0]).toMatch(/^ID +SINCE +USED +ENDS +ADDRESS +BY +PROGRAM$/)
    const older = lines.at(-1).id
    expect((await run('sign-out', '--email', email, '--session', older)).out).toEqual([`Ended session ${older} of ${email}`])
    expect(await meStatus()).toBe(401)
    await expect(run('sign-out', '--email', email, '--session', 'x/../y')).rejects.toThrow('Cannot end session x/../y')
    await run('sign-out', '--email', email)
    expect((await run('sessions', '--email', email)).out).toEqual(['No session is live'])
  })

  it('delete takes the account along', async () => {
    const { run, meStatus } = await withAda()
    expect((await run('delete', '--email', 'ada@example.com')).out).toEqual(['Deleted ada@example.com: all sessions ended'])
    expect(await meStatus()).toBe(401)
    await expect(run('delete', '--email', 'ada@example.com')).rejects.toThrow(
      'Cannot find a user with the e-mail address ada@example.com',
    )
  })

  it.each([
    [['--email', 'b@example.com'], 'Cannot find a user with the e-mail address b@example.com'],
    // A search would find the beginning of a name: an act is on the one who has the whole of it.
    [['--username', 'ad'], 'Cannot find a user with the username ad'],
    [['--id', '00000000-0000-4000-8000-000000000000'], 'Cannot find a user with the id 00000000-0000-4000-8000-000000000000'],
  ])('on nobody (%j) is refused', async (who, sentence) => {
    const { run, meStatus } = await withAda()
    await expect(run('disable', ...who)).rejects.toThrow(sentence)
    expect(await meStatus()).toBe(200)
  })

  it('without the right key is refused, and says so', async () => {
    const { app } = await withAda()
    await expect(runUser({ app, key: `padm_${'x'.repeat(43)}` }, 'list')).rejects.toThrow(
      'http://localhost:8787 does not take this admin key',
    )
  })
})

describe('show', () => {
  it('says first why somebody cannot sign in, and tells the story', async () => {
    const { run, app, email } = await withAda()
    await app.settle()
    const { out } = await run('show', '--email', email)
    expect(out.slice(0, 2)).toEqual([email, 'Nothing keeps this user from signing in.'])
    for (const part of ['Username        Ada', 'Signs in by     password', 'Sessions:', 'Mails:', 'Latest events:'])
      expect(out).toContain(part)
    await run('disable', '--email', email)
    expect((await run('show', '--username', 'ada')).out.slice(0, 2)).toEqual([email, 'The account is disabled.'])
    const [json] = (await run('show', '--email', email, '--json')).out
    expect(JSON.parse(json ?? '')).toMatchObject({ user: { email }, cannot_sign_in: 'The account is disabled.' })
  })

  it('names waits and a locked PIN', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '2', LIMIT_PIN_GUESSES_PER_HOUR: '9' } })
    await withSession(app, { email: 'ada@example.com', username: 'ada' })
    await runUser({ app, secrets: { pin: '2580' } }, 'set-pin', '--username', 'ada')
    for (let count = 0; count < 2; count += 1) await app.request('POST', '/auth/login', { body: { name: 'ada', pin: '0000' } })
    for (let count = 0; count < 6; count += 1) {
      await app.v1('POST', '/login', { body: { email: 'ada@example.com', password: 'wrong' }, ip: '203.0.113.9' })
    }
    const { out } = await runUser({ app }, 'show', '--username', 'ada')
    expect(out.find((line) => line.startsWith('Waits'))).toMatch(
      /^Waits {11}the address: 1 client address for up to \d+ s; the PIN is locked after 2 wrong guesses$/,
    )
  })

  it('tells of an address whose person has only registered, and of one that nobody has', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'b@example.com', password: PASSWORD, username: 'bob' } })
    await app.settle()
    const { out } = await runUser({ app }, 'show', '--email', 'b@example.com')
    expect(out[1]).toContain('is not confirmed yet; a link was mailed at')
    expect(out).toContain('Registrations:')
    expect(out).toContain('Mails:')
    expect((await runUser({ app }, 'show', '--email', 'c@example.com')).out[1]).toContain('Nobody has this address')
    const [json] = (await runUser({ app }, 'show', '--email', 'c@example.com', '--json')).out
    expect(JSON.parse(json ?? '')).toMatchObject({ user: null, registrations: [] })
    const byName = (await runUser({ app }, 'show', '--username', 'Bob')).out
    expect(byName[1]).toContain('is not confirmed yet; a link was mailed at')
    expect(byName).toContain('Registrations:')
    expect((await runUser({ app }, 'show', '--username', 'carl')).out[1]).toBe(
      'Nobody has this username: there is no account, and no registration that waits.',
    )
  })
})

describe('import and export', () => {
  const ADA = { id: 1, email: 'ada@example.com', username: 'Ada', hash: BCRYPT, verified: true }
  const BOB = { id: 2, email: 'bob@example.com' }
  const lines = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

  it('bring users and write them out again', async () => {
    const app = await startApp()
    const run = (file: string, ...args: readonly string[]) => runUser({ app, files: { f: file } }, ...args)
    expect((await run(lines(ADA, BOB), 'import', 'f', '--dry-run')).out).toEqual(['Would import 2 users, 0 are there already'])
    const imported = await run(lines(ADA, BOB), 'import', 'f')
    expect(imported.out).toEqual([
      'Imported 2 users, 0 were there already',
      '1 of 2 users has an old hash left, until they sign in',
    ])
    expect(imported.told).toEqual(['2 of 2 written'])
    const { out, files } = await run('', 'export', 'out')
    expect(out).toEqual(['Exported 2 users to out'])
    expect(files.get('out')).toContain(BCRYPT)
    const piped = await run('', 'export', '-')
    expect([piped.out, piped.told]).toEqual([[], ['Exported 2 users']])
    await run('', 'delete', '--email', 'bob@example.com')
    const again = await run(lines(ADA, BOB), 'import', 'f', '--json')
    expect(JSON.parse(again.out[0] ?? '')).toMatchObject({ imported: 0, present: 2 })
    expect(again.told).toEqual(['line 2: left alone, the account was deleted since'])
  })

  it('tell every bad line by its number, and nothing of what is in it', async () => {
    const app = await startApp()
    const bad = lines({ ...BOB, hash: 'my secret' }, ADA, { email: 'x' })
    const failed = await runUser({ app, files: { f: bad } }, 'import', 'f').catch((error) => error)
    expect(failed.message).toBe('Nothing was imported: 2 lines cannot be')
    expect(failed.printed.told).toEqual([
      'line 1: hash must be a password hash of a known form and of a bearable cost',
      'line 3: email must be a plain e-mail address',
    ])
    expect(await rows('SELECT 1 FROM users')).toEqual([])
  })
})

it('stats say how much there is and goes on', async () => {
  const { run, app } = await withAda()
  await app.settle()
  const { out } = await run('stats', '--days', '2')
  expect(out[0]).toBe('1 account: 0 disabled, 0 not proven, 0 with an old hash')
  expect(out[2]).toMatch(/^DAY +REGISTERED +SIGN-INS +WRONG +REFUSED +WAITS +MAILS +DEAD$/)
  expect(out.at(-1)).toMatch(/^\d{4}-\d\d-\d\d +1 +1 +0 +0 +0 +1 +0$/)
  expect(JSON.parse((await run('stats', '--json')).out[0] ?? '').days).toHaveLength(7)
})
