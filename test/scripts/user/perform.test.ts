import { beforeEach, describe, expect, it } from 'vitest'
import { atOnce, loadHasher } from '../../../scripts/local-hasher.ts'
import { parseUserCommand } from '../../../scripts/user/command.ts'
import { readLines, writeLines } from '../../../scripts/user/line-files.ts'
import { performUserCommand } from '../../../scripts/user/perform.ts'
import { createKeyring } from '../../../src/platform/keyring.ts'
import { verifyPin } from '../../../src/platform/pin-hash.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { type SqliteDatabase, sqliteDatabase } from '../operator/sqlite-database.ts'

const NOW = 1_800_000_000
const SECRET = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64url')
const PASSWORD = 'four unusual words'
const hasher = await loadHasher()

describe.each(['bound', 'rendered'] as const)('the account tool, values %s', (way) => {
  let database: SqliteDatabase
  const run = (args: string[], now = NOW, authSecret = SECRET) =>
    performUserCommand(parseUserCommand(args).command, {
      database,
      random: systemRandom,
      hasher,
      now,
      choosePassword: async () => 'made up on the spot',
      findAuthSecret: async () => authSecret,
      report: () => {},
      readLines,
      writeLines,
      scrypt: { ln: 2, r: 1, p: 1 },
    })
  const create = (email: string, ...more: string[]) => run(['create', '--email', email, '--password', PASSWORD, ...more])
  const user = (email: string) => database.sqlite.prepare('SELECT * FROM users WHERE email = ?').get(email)
  const count = (table: string) => Number(database.sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)

  beforeEach(() => {
    database = sqliteDatabase(way)
    return () => database.close()
  })

  it('creates a user with everything', async () => {
    await create(
      "o'neil@example.com",
      '--username',
      'Beyhan Oğur',
      '--pin',
      '4711',
      '--verified',
      '--first-name',
      "D'Arcy",
      '--permission',
      'b',
      '--permission',
      'a',
      '--permission',
      'b',
    )
    const row = user("o'neil@example.com")
    expect(row).toMatchObject({ username: 'Beyhan Oğur', first_name: "D'Arcy", last_name: null, permissions: '["a","b"]' })
    expect(row).toMatchObject({ email_verified_at: NOW, created_at: NOW, updated_at: NOW, session_epoch: 1, disabled_at: null })
    expect(await hasher.verify(PASSWORD, String(row?.password_hash), atOnce)).toBe(true)
    const stored = { pinHash: String(row?.pin_hash), pinKeyId: String(row?.pin_key_id) }
    expect(await verifyPin({ hasher, keyring: createKeyring({ current: SECRET }) }, '4711', stored, atOnce)).toBe(true)
    expect(database.sqlite.prepare('SELECT * FROM username_claims').all()).toMatchObject([
      { email: "o'neil@example.com", expires_at: null },
    ])
  })

  it('sets the PIN of an account that is there, and ends no session', async () => {
    await create('a@example.com', '--username', 'ada')
    expect(await run(['set-pin', '--username', 'ada', '--pin', '1234'], NOW + 3)).toBe('Set the PIN of a@example.com')
    const row = user('a@example.com')
    expect(row).toMatchObject({ session_epoch: 1, updated_at: NOW + 3 })
    const stored = { pinHash: String(row?.pin_hash), pinKeyId: String(row?.pin_key_id) }
    expect(await verifyPin({ hasher, keyring: createKeyring({ current: SECRET }) }, '1234', stored, atOnce)).toBe(true)
    expect(() => run(['set-pin', '--email', 'a@example.com'])).toThrow('set-pin needs --pin N')
    expect(() => run(['set-pin', '--email', 'a@example.com', '--pin', '123'])).toThrow('--pin must be 4 to 12 digits')
    await expect(run(['set-pin', '--email', 'nobody@example.com', '--pin', '1234'])).rejects.toThrow('Cannot find a user')
  })

  it('keys a PIN as the worker does, which takes no notice of blanks around its secret', async () => {
    await run(['create', '--email', 'a@example.com', '--username', 'ann', '--pin', '4711'], NOW, ` ${SECRET}\r\n`)
    const row = user('a@example.com')
    const stored = { pinHash: String(row?.pin_hash), pinKeyId: String(row?.pin_key_id) }
    expect(await verifyPin({ hasher, keyring: createKeyring({ current: SECRET }) }, '4711', stored, atOnce)).toBe(true)
  })

  it('creates a user without --verified whose address is not proven', async () => {
    await create('a@example.com')
    expect(user('a@example.com')).toMatchObject({ email_verified_at: null, username: null, pin_hash: null, permissions: '[]' })
  })

  it('refuses an address that has an account, and leaves no claim behind', async () => {
    await create('a@example.com')
    await expect(create('A@example.com', '--username', 'ann')).rejects.toThrow(
      'Cannot create a@example.com: the address has an account already',
    )
    expect([count('users'), count('username_claims')]).toEqual([1, 0])
  })

  it("refuses another account's username, however it is written", async () => {
    await create('a@example.com', '--username', 'Ann')
    await expect(create('b@example.com', '--username', 'ＡＮＮ')).rejects.toThrow('the username is taken by another account')
    expect(count('users')).toBe(1)
  })

  it('refuses a username that a pending registration holds, says until when, and takes it then', async () => {
    database.sqlite.exec(
      `INSERT INTO username_claims (username_key, email, expires_at) VALUES ('ann', 'stranger@example.com', ${NOW + 60})`,
    )
    await expect(create('a@example.com', '--username', 'ann')).rejects.toThrow(
      'held by a pending registration until 2027-01-15T08:01:00.000Z',
    )
    expect(count('users')).toBe(0)
    await run(['create', '--email', 'a@example.com', '--password', PASSWORD, '--username', 'ann'], NOW + 60)
    expect(database.sqlite.prepare('SELECT * FROM username_claims').all()).toMatchObject([
      { email: 'a@example.com', expires_at: null },
    ])
  })

  it('clears the pending registrations of the address, and of no other', async () => {
    for (const email of ['a@example.com', 'b@example.com']) {
      database.sqlite.exec(`INSERT INTO registrations (id, email, password_hash, ip, user_agent, created_at, expires_at) VALUES ('${email}', '${email}', 'h', '', '', 1, 2);
        INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at) VALUES ('${email}', 'verify_email', '${email}', '${email}', 1, 2);
        INSERT INTO username_claims (username_key, email, expires_at) VALUES ('of ${email}', '${email}', ${NOW + 60})`)
    }
    await create('a@example.com')
    for (const table of ['registrations', 'one_time_tokens', 'username_claims']) {
      expect(database.sqlite.prepare(`SELECT email FROM ${table}`).all()).toMatchObject([{ email: 'b@example.com' }])
    }
  })

  it('disables with the end of all sessions, and enables without bringing them back', async () => {
    await create('a@example.com', '--username', 'ann')
    await run(['disable', '--username', 'ANN'], NOW + 1)
    expect(user('a@example.com')).toMatchObject({ disabled_at: NOW + 1, session_epoch: NOW + 1, updated_at: NOW + 1 })
    await run(['disable', '--email', 'a@example.com'], NOW + 2)
    expect(user('a@example.com')).toMatchObject({ disabled_at: NOW + 1, session_epoch: NOW + 2 })
    await run(['enable', '--email', 'a@example.com'], NOW + 3)
    expect(user('a@example.com')).toMatchObject({ disabled_at: null, session_epoch: NOW + 2, updated_at: NOW + 3 })
  })

  it('grants and revokes, sorted and once each', async () => {
    await create('a@example.com', '--permission', 'm')
    expect(await run(['grant', '--email', 'a@example.com', '--permission', 'z', '--permission', 'a', '--permission', 'm'])).toBe(
      'a@example.com has a, m, z',
    )
    expect(user('a@example.com')?.permissions).toBe('["a","m","z"]')
    expect(await run(['revoke', '--email', 'a@example.com', '--permission', 'm', '--permission', 'none'])).toBe(
      'a@example.com has a, z',
    )
    expect(await run(['revoke', '--email', 'a@example.com', '--permission', 'a', '--permission', 'z'])).toBe(
      'a@example.com has no permissions',
    )
    expect(user('a@example.com')?.permissions).toBe('[]')
  })

  it.each([
    [[], 'password_set'],
    [['--pin', '4711'], 'password_set_pin_removed'],
  ])('leaves it to the worker to tell the user of a password that was set, with %j', async (pin, purpose) => {
    await create('a@example.com', '--username', 'ann', ...pin)
    await run(['set-password', '--email', 'a@example.com'], NOW + 1)
    const due = { purpose, email: 'a@example.com', ip: 'unknown', user_agent: '', face: 'cli', caller: null }
    expect(database.sqlite.prepare('SELECT * FROM mail_requests').all()).toMatchObject([{ ...due, next_attempt_at: NOW + 1 }])
  })

  it('sets a password with the end of all sessions', async () => {
    await create('a@example.com')
    await run(['set-password', '--email', 'a@example.com'], NOW + 1)
    const row = user('a@example.com')
    expect(row).toMatchObject({ session_epoch: NOW + 1, updated_at: NOW + 1 })
    expect(await hasher.verify('made up on the spot', String(row?.password_hash), atOnce)).toBe(true)
  })

  it('refuses a password that the policy refuses', async () => {
    await expect(run(['create', '--email', 'a@example.com', '--password', 'short'])).rejects.toThrow(
      'Cannot use this password: it must have at least 8 characters',
    )
    await expect(run(['create', '--email', 'ann@example.com', '--password', 'ann@example.com'])).rejects.toThrow(
      'must not be your e-mail address',
    )
    await expect(run(['create', '--email', 'a@example.com', '--password', 'PassWord'])).rejects.toThrow(
      'Cannot use this password: it is one of the commonest passwords',
    )
    expect(count('users')).toBe(0)
  })

  it.each(['disable', 'enable', 'set-password', 'grant --permission a', 'revoke --permission a'])(
    'says that there is no such user to %s',
    async (line) => {
      await expect(run([...line.split(' '), '--username', 'nobody'])).rejects.toThrow('Cannot find a user with the username nobody')
    },
  )

  it('records each act as the operator’s, with the account it was done to, and no secret', async () => {
    database.sqlite.exec(`INSERT INTO registrations (id, email, password_hash, ip, user_agent, created_at, expires_at) VALUES ('r', 'a@example.com', 'h', '192.0.2.1', '', 1, 2);
      INSERT INTO audit_events (id, at, what, outcome, user_id, actor, face) VALUES ('old', 1, 'registered', 'success', 'r', 'anonymous', 'v1')`)
    await create('a@example.com', '--username', 'ann', '--pin', '4711')
    await run(['disable', '--username', 'ann'], NOW + 1)
    await run(['enable', '--email', 'a@example.com'], NOW + 2)
    await run(['grant', '--email', 'a@example.com', '--permission', 'z', '--permission', 'a'], NOW + 3)
    await run(['revoke', '--email', 'a@example.com', '--permission', 'z'], NOW + 4)
    await run(['set-password', '--email', 'a@example.com', '--password', 'another good one'], NOW + 5)
    const events = database.sqlite.prepare('SELECT * FROM audit_events ORDER BY seq').all()
    const common = { outcome: 'success', actor: 'operator', face: 'cli', ip: null, session_id: null, user_agent: null }
    const acts = [
      ['account_created', null],
      ['account_disabled', null],
      ['account_enabled', null],
      ['permissions_changed', 'grant z, a'],
      ['permissions_changed', 'revoke z'],
      ['password_changed', null],
    ]
    const user_id = user('a@example.com')?.id
    expect(events).toMatchObject(acts.map(([what, reason], index) => ({ ...common, what, reason, user_id, at: NOW + index })))
    expect(new Set(events.map(({ id }) => id)).size).toBe(6)
    expect(JSON.stringify(events)).not.toMatch(/4711|four unusual|another good|scrypt/)
    await run(['delete', '--email', 'a@example.com'], NOW + 6)
    const left = database.sqlite.prepare('SELECT * FROM audit_events').all()
    expect(left).toMatchObject([{ ...common, what: 'account_deleted', user_id, at: NOW + 6 }])
  })

  it('records nothing of what was not done', async () => {
    await create('a@example.com')
    await expect(create('a@example.com')).rejects.toThrow('has an account already')
    await expect(run(['disable', '--username', 'nobody'])).rejects.toThrow('Cannot find')
    await run(['list'])
    expect(count('audit_events')).toBe(1)
  })

  it.each([['--email', 'a@example.com'] as const, ['--username', 'Ann'] as const])(
    'deletes a user named by %s with all that belongs to the account, and nobody else',
    async (option, value) => {
      await create('a@example.com', '--username', 'Ann')
      await create('b@example.com', '--username', 'Ben')
      for (const email of ['a@example.com', 'b@example.com']) {
        const id = String(user(email)?.id)
        const token =
          'INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at) VALUES (?, ?, ?, ?, 1, 2)'
        database.sqlite.prepare(token).run(`reset ${id}`, 'reset_password', email, id)
        database.sqlite.prepare(token).run(`undo ${id}`, 'undo_email_change', 'before@example.com', id)
        database.sqlite.prepare(token).run(`verify ${id}`, 'verify_email', email, 'a registration')
      }
      expect(await run(['delete', option, value])).toBe('Deleted a@example.com: all sessions ended')
      expect(user('a@example.com')).toBeUndefined()
      expect([count('users'), count('username_claims'), count('one_time_tokens')]).toEqual([1, 1, 3])
      expect(database.sqlite.prepare('SELECT email, username_key, created_at FROM erasures').all()).toEqual([
        { email: 'a@example.com', username_key: 'ann', created_at: NOW },
      ])
      await expect(run(['delete', option, value])).rejects.toThrow('Cannot find a user')
      await create('a@example.com', '--username', 'Ann')
    },
  )

  it.each(['set-password --password four-new-words', 'disable'])('ends every mailed link of the account by %s', async (line) => {
    await create('a@example.com')
    const id = String(user('a@example.com')?.id)
    for (const purpose of ['reset_password', 'change_email', 'undo_email_change']) {
      database.sqlite
        .prepare('INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at) VALUES (?, ?, ?, ?, 1, 2)')
        .run(purpose, purpose, 'a@example.com', id)
    }
    await run([...line.split(' '), '--email', 'a@example.com'])
    expect(database.sqlite.prepare('SELECT purpose FROM one_time_tokens').all()).toEqual([])
  })

  it('lists users for people and for programs, and never a hash', async () => {
    expect(await run(['list'])).toBe('No users yet')
    expect(await run(['list', '--json'])).toBe('')
    await create('a@example.com', '--username', 'Ann', '--permission', 'x')
    const table = (await run(['list'])).split('\n')
    expect(table[1]).toMatch(/^a@example\.com +Ann +- +no +no +no +x +2027-/)
    const json = await run(['list', '--json'])
    expect(JSON.parse(json)).toMatchObject({
      email: 'a@example.com',
      permissions: ['x'],
      email_verified: false,
      disabled_at: null,
      has_pin: false,
    })
    expect(json).not.toContain('scrypt')
  })
})
