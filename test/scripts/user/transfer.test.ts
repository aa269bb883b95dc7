import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderScript, renderStatement } from '../../../scripts/operator/sql.ts'
import { parseImportedUser } from '../../../scripts/user/imported-user.ts'
import { readLines, writeLines } from '../../../scripts/user/line-files.ts'
import { exportUsers, importUsers } from '../../../scripts/user/transfer.ts'
import { batchesOf, importStatements } from '../../../scripts/user/transfer-statements.ts'
import { isRunnable } from '../../../src/platform/password-hash.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { EXPORTED } from '../../platform/imported-hashes/vectors.ts'
import { type SqliteDatabase, sqliteDatabase } from '../operator/sqlite-database.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const NOW = 1_800_000_000
const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
const PBKDF2 = '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ'
const ARGON2 = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
const SCRYPT = `$scrypt$ln=15,r=8,p=3$${'A'.repeat(22)}$${'A'.repeat(43)}`
const BETTER_AUTH = `${'0a'.repeat(16)}:${'1b'.repeat(64)}`

const ADA = {
  email: "o'neil@example.com",
  username: 'Beyhan Oğur',
  first_name: "D'Arcy",
  last_name: '"; DROP TABLE users; --',
  hash: BCRYPT,
  verified: true,
  permissions: ['reports', 'systemAdmin'],
}
const BOB = {
  email: 'bob@example.com',
  username: null,
  first_name: null,
  last_name: null,
  hash: PBKDF2,
  verified: false,
  permissions: [],
}

async function* lined(...lines: readonly unknown[]): AsyncGenerator<string, void, void> {
  for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line)
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines) found.push(line)
  return found
}

describe.each(['bound', 'rendered'] as const)('importing and exporting users, values %s', (way) => {
  let database: SqliteDatabase
  let told: string[]
  const deps = (now = NOW) => ({ database, random: systemRandom, now, report: (line: string) => void told.push(line) })
  const run = (...lines: readonly unknown[]) => importUsers(lined(...lines), deps())
  const rows = (sql: string) => database.sqlite.prepare(sql).all()
  const badLines = () => told.filter((line) => line.startsWith('line '))

  beforeEach(() => {
    told = []
    database = sqliteDatabase(way)
    return () => database.close()
  })

  it('writes users whole, with their usernames', async () => {
    expect(await run(ADA, '', { email: 'Bob@Example.com', hash: PBKDF2 })).toMatch(/^Imported 2 users, 0 were there already\n/)
    expect(rows('SELECT * FROM users ORDER BY email')).toMatchObject([
      {
        email: 'bob@example.com',
        username: null,
        password_hash: PBKDF2,
        email_verified_at: null,
        permissions: '[]',
        disabled_at: null,
      },
      {
        email: ADA.email,
        username: 'Beyhan Oğur',
        first_name: ADA.first_name,
        last_name: ADA.last_name,
        password_hash: BCRYPT,
        email_verified_at: NOW,
        permissions: '["reports","systemAdmin"]',
        session_epoch: 1,
        created_at: NOW,
        updated_at: NOW,
      },
    ])
    expect(rows('SELECT * FROM username_claims')).toMatchObject([{ email: ADA.email, expires_at: null }])
    for (const { id } of rows('SELECT id FROM users')) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('skips users who are there already, so that it may run twice, and changes nothing of them', async () => {
    await run(ADA, BOB)
    database.sqlite.exec(`UPDATE users SET password_hash = '${SCRYPT}', permissions = '["since"]' WHERE email = 'bob@example.com'`)
    const before = rows('SELECT * FROM users ORDER BY email')
    expect(await run(ADA, BOB, { ...BOB, email: 'new@example.com' })).toMatch(/^Imported 1 user, 2 were there already\n/)
    expect(rows("SELECT * FROM users WHERE email <> 'new@example.com' ORDER BY email")).toEqual(before)
  })

  it('says how many users have old hashes left', async () => {
    const current = { ...BOB, email: 'c@example.com', hash: SCRYPT }
    const weak = { ...BOB, email: 'd@example.com', hash: SCRYPT.replace('ln=15', 'ln=13') }
    const strong = { ...BOB, email: 'e@example.com', hash: SCRYPT.replace('p=3', 'p=4') }
    const others = [BETTER_AUTH, ARGON2].map((hash, index) => ({ ...BOB, email: `f${index}@example.com`, hash }))
    expect(await run(BOB, current, weak, strong, ...others)).toContain('4 of 6 users have an old hash left')
  })

  it.each<[string, unknown]>([
    ['is not JSON', '{"email":'],
    ['is not a JSON object', '[]'],
    ['is not a JSON object', 'null'],
    ['email is missing; hash is missing', {}],
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
    ['hash must be a password hash of a known form', { ...BOB, hash: SCRYPT.replace('ln=15', 'ln=25') }],
  ])('tells by its number that a line %s, and writes no other either', async (problem, line) => {
    await expect(run(ADA, line, { ...BOB, email: 'c@example.com' })).rejects.toThrow('Nothing was imported: 1 line cannot be')
    expect(badLines()).toHaveLength(1)
    expect(badLines()[0]).toContain(`line 2: ${problem}`)
    expect(rows('SELECT * FROM users')).toEqual([])
  })

  it('tells every bad line, in order, and repeats neither a hash nor any other value', async () => {
    const secret = 'not a hash but a secret'
    await expect(run({ ...BOB, hash: secret }, ADA, { ...ADA, username: 'x@y' }, { [secret]: 1 })).rejects.toThrow(
      '3 lines cannot be',
    )
    expect(badLines().map((line) => line.split(':')[0])).toEqual(['line 1', 'line 3', 'line 4'])
    expect(told.join('\n')).not.toMatch(/secret|\$|x@y/)
  })

  it('tells lines that repeat an address or a username, however they are written', async () => {
    const lines = [ADA, BOB, { ...BOB, email: 'BOB@example.com' }, { ...BOB, email: 'c@example.com', username: 'BEYHAN OĞUR' }]
    await expect(run(...lines)).rejects.toThrow('2 lines cannot be')
    expect(badLines()).toEqual(['line 3: the e-mail address is on line 2 already', 'line 4: the username is on line 1 already'])
  })

  it('tells lines whose user is there with other data, and whose username somebody else has', async () => {
    await run(ADA, BOB)
    database.sqlite.exec(
      `INSERT INTO username_claims (username_key, email, expires_at) VALUES ('pending', 'stranger@example.com', ${NOW + 60}), ('lapsed', 'stranger@example.com', ${NOW})`,
    )
    const lines = [
      { ...ADA, username: 'another' },
      { ...BOB, first_name: 'Robert' },
      { ...BOB, email: 'c@example.com', username: 'beyhan oğur' },
      { ...BOB, email: 'd@example.com', username: 'Pending' },
      { ...BOB, email: 'e@example.com', username: 'lapsed' },
    ]
    await expect(run(...lines)).rejects.toThrow('4 lines cannot be')
    expect(badLines()).toEqual([
      'line 1: the address has an account already, with another username',
      'line 2: the address has an account already, with other names',
      'line 3: the username is taken by another account',
      'line 4: the username is held by a pending registration',
    ])
    await expect(run({ ...BOB, hash: ARGON2 })).rejects.toThrow('1 line cannot be')
    expect(badLines().at(-1)).toBe('line 1: the address has an account already, with another password hash')
    expect(await run(lines[4])).toContain('Imported 1 user')
    expect(rows("SELECT email, expires_at FROM username_claims WHERE username_key = 'lapsed'")).toMatchObject([
      { email: 'e@example.com', expires_at: null },
    ])
  })

  it('clears the pending registrations of its addresses, and of no other', async () => {
    for (const email of [ADA.email, 'other@example.com']) {
      const text = `'${email.replace("'", "''")}'`
      database.sqlite.exec(`INSERT INTO registrations (id, email, password_hash, ip, user_agent, created_at, expires_at) VALUES (${text}, ${text}, 'h', '', '', 1, 2);
        INSERT INTO one_time_tokens (hash, purpose, email, subject, created_at, expires_at) VALUES (${text}, 'verify_email', ${text}, ${text}, 1, 2);
        INSERT INTO username_claims (username_key, email, expires_at) VALUES ('of ' || ${text}, ${text}, ${NOW + 60})`)
    }
    await run(ADA)
    for (const table of ['registrations', 'one_time_tokens']) {
      expect(rows(`SELECT email FROM ${table}`)).toMatchObject([{ email: 'other@example.com' }])
    }
    expect(rows('SELECT email FROM username_claims WHERE expires_at IS NOT NULL')).toMatchObject([{ email: 'other@example.com' }])
  })

  it('records each account it makes as the operator’s act, once, and nothing of pending registrations that gave way', async () => {
    database.sqlite.exec(`INSERT INTO registrations (id, email, password_hash, ip, user_agent, created_at, expires_at) VALUES ('r', 'bob@example.com', 'h', '192.0.2.1', '', 1, 2);
      INSERT INTO audit_events (id, at, what, outcome, user_id, actor, face) VALUES ('old', 1, 'registered', 'success', 'r', 'anonymous', 'v1')`)
    await run(ADA, BOB)
    await run(ADA, BOB)
    const users = rows('SELECT id FROM users ORDER BY rowid')
    const event = { at: NOW, what: 'account_created', outcome: 'success', reason: 'imported', actor: 'operator', face: 'cli' }
    expect(rows('SELECT * FROM audit_events ORDER BY seq')).toMatchObject(users.map(({ id }) => ({ ...event, user_id: id })))
    expect(users).toHaveLength(2)
  })

  it('tells lines that were overtaken while it wrote, and writes the rest', async () => {
    const overtaken = {
      ...database,
      run: async (statements: Parameters<typeof database.run>[0]) => {
        if (statements[0]?.text.startsWith('INSERT INTO users')) {
          database.sqlite.exec(
            `INSERT INTO username_claims (username_key, email, expires_at) VALUES ('ann', 'stranger@example.com', ${NOW + 60})`,
          )
        }
        return database.run(statements)
      },
    }
    const lines = lined(ADA, { ...BOB, username: 'Ann' })
    await expect(importUsers(lines, { ...deps(), database: overtaken })).rejects.toThrow('Imported 1 user, but not 1 line')
    expect(badLines()).toEqual(['line 2: the address or the username was taken during the import'])
    expect(rows('SELECT email FROM users')).toMatchObject([{ email: ADA.email }])
  })

  it('exports what imports as the same users again', async () => {
    const disabled = { ...BOB, email: 'c@example.com', disabled: true, permissions: ['a'] }
    await run(ADA, BOB, disabled)
    const lines = await all(exportUsers(deps()))
    expect(lines.map((line) => JSON.parse(line))).toEqual([BOB, disabled, ADA])
    const data =
      'SELECT email, username, username_key, first_name, last_name, password_hash, email_verified_at, permissions, disabled_at FROM users ORDER BY email'
    const before = rows(data)
    await database.close()
    database = sqliteDatabase(way)
    await importUsers(lined(...lines), deps())
    expect(rows(data)).toEqual(before)
  })

  it('takes hashes as exports of other systems have them, twice, and exports what sign-in checks', async () => {
    const users = [...EXPORTED, ['string', BCRYPT] as const].map(([, hash], index) => ({
      email: `u${index}@example.com`,
      hash,
      username: '',
    }))
    expect(await run(...users)).toContain(`Imported ${users.length} users`)
    expect(await run(...users)).toContain(`Imported 0 users, ${users.length} were there already`)
    const hashes = (await all(exportUsers(deps()))).map((line) => JSON.parse(line).hash)
    expect(hashes.filter((hash) => typeof hash !== 'string' || !isRunnable(hash))).toEqual([])
  })

  it('takes more users than fit a statement, without one of 100 KB, and shows how far it is', async () => {
    const users = Array.from({ length: 3000 }, (_, index) => ({ ...ADA, email: `u${index}@example.com`, username: `u${index}` }))
    expect(await run(...users)).toContain('Imported 3000 users')
    expect(told.at(-1)).toBe('3000 of 3000 written')
    expect(told.length).toBeGreaterThan(5)
    expect(rows('SELECT count(*) AS n FROM username_claims')).toEqual([{ n: 3000 }])
    expect(await all(exportUsers(deps()))).toHaveLength(3000)
    expect(await run(...users)).toContain('Imported 0 users, 3000 were there already')
  })
})

describe('a batch of users', () => {
  it('stays below the 100 KB of a statement and the 128 KiB of a command, whatever the names hold', () => {
    const name = "'".repeat(100)
    const waiting = Array.from({ length: 1000 }, (_, index) => {
      const user = parseImportedUser(
        JSON.stringify({ ...ADA, email: `u${index}@example.com`, username: null, first_name: name, last_name: 'ü🔑'.repeat(33) }),
      )
      return { id: String(index), user }
    })
    const batches = [...batchesOf(waiting, NOW)]
    expect(batches.flat()).toEqual(waiting)
    for (const batch of batches) {
      const statements = importStatements(batch, NOW)
      expect(Math.max(...statements.map((each) => Buffer.byteLength(renderStatement(each))))).toBeLessThan(100_000)
      expect(Buffer.byteLength(renderScript(statements))).toBeLessThan(128 * 1024)
    }
  })
})

describe('files of lines', () => {
  it('are written for their owner alone, never over another file, and read back', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'users.jsonl')
    expect(await writeLines(file, lined('one', 'zwei ü', ''))).toBe(3)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await all(readLines(file))).toEqual(['one', 'zwei ü', ''])
    await expect(writeLines(file, lined('other'))).rejects.toThrow('EEXIST')
    expect(await all(readLines(file))).toEqual(['one', 'zwei ü', ''])
  })

  it('may end their lines as on Windows, and the last one not at all', async () => {
    const file = join(await temporaryDirectory(), 'lines')
    await writeFile(file, 'a\r\nb')
    expect(await all(readLines(file))).toEqual(['a', 'b'])
    await expect(all(readLines(`${file}.none`))).rejects.toThrow('ENOENT')
  })
})
