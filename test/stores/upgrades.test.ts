// A database that the version before has filled, on the schema of this one: what was there before is there still, and both versions can
// work on it, since the one before does so while it is replaced and after a roll-back.
import { applyD1Migrations, reset } from 'cloudflare:test'
import { beforeEach, describe, expect, it } from 'vitest'
import { createKeyring } from '../../src/platform/crypto/keyring.ts'
import { hashPin } from '../../src/platform/hashing/pin-hash.ts'
import { createCredentials } from '../../src/stores/accounts/credentials.ts'
import { createUsers } from '../../src/stores/accounts/users.ts'
import { createDatabase } from '../../src/stores/database.ts'
import { rows } from '../support/fixtures.ts'
import { BINDINGS, PASSWORD, startApp } from '../support/harness.ts'
import { atOnce, hasher, hashPassword } from '../support/hasher.ts'
import { AUTH_SECRET, PIN, pinLogin } from '../support/http/cookie-browser.ts'
import { newEvent, secret } from '../support/store-fixtures.ts'

const CHEAP = { ln: 4, r: 1, p: 1 }
/** How the version before says that no password is behind a hash. */
const NO_PASSWORD = `$scrypt$ln=4,r=1,p=1$${'B'.repeat(22)}$${'A'.repeat(43)}`

const database = () => createDatabase(BINDINGS.DB, 5000)
const run = (statement: string, ...values: unknown[]) =>
  BINDINGS.DB.prepare(statement)
    .bind(...values)
    .run()

/** With the columns that the version before wrote. */
async function insertUser(user: Readonly<Record<string, unknown>>): Promise<void> {
  const row = { created_at: 1, updated_at: 2, email_verified_at: 1, ...user }
  const columns = Object.keys(row)
  await run(`INSERT INTO users (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, ...Object.values(row))
}

const pinOf = (pin: string) =>
  hashPin({ hasher, keyring: createKeyring({ current: AUTH_SECRET }) }, pin, CHEAP, new Uint8Array(16), atOnce)

const idOf = (digit: number) => `${digit}f8fad5b-d9cb-469f-a165-70867728950e`

const credentialsIn = () => rows('SELECT user_id, kind, id, data, secret FROM credentials ORDER BY user_id, kind')

describe('an upgrade', () => {
  beforeEach(async () => {
    await reset()
    await applyD1Migrations(BINDINGS.DB, BINDINGS.TEST_MIGRATIONS.slice(0, 6))
  })

  it('leaves everybody their password and PIN, and nobody one that they had not', async () => {
    const [password_hash, { pinHash, pinKeyId }] = [await hashPassword(PASSWORD, CHEAP, new Uint8Array(16)), await pinOf(PIN)]
    const pin = { pin_hash: pinHash, pin_key_id: pinKeyId }
    await insertUser({
      id: idOf(1),
      email: 'ada@example.com',
      username: 'Ada',
      username_key: 'ada',
      password_hash,
      ...pin,
      pin_id: 'first',
    })
    await insertUser({
      id: idOf(2),
      email: 'bob@example.com',
      username: 'Bob',
      username_key: 'bob',
      password_hash: NO_PASSWORD,
      ...pin,
    })
    await insertUser({ id: idOf(3), email: 'eve@example.com', password_hash: NO_PASSWORD })
    const app = await startApp({ keepStorage: true })
    const users = createUsers(database())
    expect(await users.findById(idOf(1))).toMatchObject({ hasPassword: true, pinName: 'first' })
    expect(await users.findById(idOf(2))).toMatchObject({ hasPassword: false, pinName: '' })
    expect(await users.findById(idOf(3))).toMatchObject({ hasPassword: false, pinName: null })
    expect((await app.v1('POST', '/login', { body: { email: 'ada@example.com', password: PASSWORD } })).status).toBe(200)
    for (const name of ['ada', 'bob']) expect((await pinLogin(app, name)).status).toBe(200)
    expect((await app.v1('POST', '/login', { body: { email: 'eve@example.com', password: PASSWORD } })).status).toBe(401)
  })
})

describe('the version before, on the schema of this one', () => {
  beforeEach(async () => {
    await reset()
    await applyD1Migrations(BINDINGS.DB, BINDINGS.TEST_MIGRATIONS)
  })

  it('makes accounts whose password and PIN this version knows', async () => {
    const pin = { pin_hash: 'pin', pin_key_id: 'key', pin_id: 'name' }
    await insertUser({ id: '1', email: 'ada@example.com', password_hash: 'hash', ...pin })
    await insertUser({ id: '2', email: 'bob@example.com', password_hash: NO_PASSWORD })
    expect(await credentialsIn()).toEqual([
      { user_id: '1', kind: 'password', id: '', data: null, secret: 'hash' },
      { user_id: '1', kind: 'pin', id: 'name', data: '{"keyId":"key"}', secret: 'pin' },
    ])
  })

  it.each<[string, string, object]>([
    ['another password', "password_hash = 'new', pin_hash = NULL, pin_key_id = NULL, pin_id = NULL", { password: 'new' }],
    ['a password hashed anew', "password_hash = 'new'", { password: 'new', pin: 'name {"keyId":"key"} pin' }],
    ['another PIN', "pin_hash = 'new', pin_key_id = 'k2', pin_id = 'n2'", { password: 'hash', pin: 'n2 {"keyId":"k2"} new' }],
    ['a PIN keyed anew', "pin_hash = 'new', pin_key_id = 'k2'", { password: 'hash', pin: 'name {"keyId":"k2"} new' }],
    ['no PIN', 'pin_hash = NULL, pin_key_id = NULL, pin_id = NULL', { password: 'hash' }],
    ['no credential', `password_hash = '${NO_PASSWORD}', pin_hash = NULL, pin_key_id = NULL, pin_id = NULL`, {}],
    ['nothing of either', "first_name = 'Ada'", { password: 'hash', pin: 'name {"keyId":"key"} pin' }],
  ])('gives an account %s, which this version knows', async (_, assignments, expected) => {
    const pin = { pin_hash: 'pin', pin_key_id: 'key', pin_id: 'name' }
    await insertUser({ id: '1', email: 'ada@example.com', password_hash: 'hash', ...pin })
    await run(`UPDATE users SET ${assignments} WHERE id = '1'`)
    const found = await rows<Record<string, string>>('SELECT * FROM credentials')
    expect(
      Object.fromEntries(found.map((row) => [row.kind, row.kind === 'pin' ? `${row.id} ${row.data} ${row.secret}` : row.secret])),
    ).toEqual(expected)
  })

  it('deletes accounts with what they were proven by', async () => {
    await insertUser({ id: '1', email: 'ada@example.com', password_hash: 'hash' })
    await run('DELETE FROM users')
    expect(await credentialsIn()).toEqual([])
  })

  it('finds what this version has written', async () => {
    await insertUser({ id: '1', email: 'ada@example.com', password_hash: NO_PASSWORD })
    const columns = async () => {
      const [row] = await rows('SELECT password_hash, pin_hash, pin_key_id, pin_id FROM users')
      return row
    }
    const without = { pin_hash: null, pin_key_id: null, pin_id: null }
    await run("INSERT INTO credentials (user_id, kind, id, secret, created_at) VALUES ('1', 'password', '', 'hash', 1)")
    expect(await columns()).toEqual({ password_hash: 'hash', ...without })
    const credentials = createCredentials(database())
    await credentials.replacePassword('1', secret('hash'), secret('renewed'))
    const insertPin = `INSERT INTO credentials (user_id, kind, id, data, secret, created_at) VALUES ('1', 'pin', 'name', '{"keyId":"key"}', 'pin', 1)`
    await run(insertPin)
    expect(await columns()).toEqual({ password_hash: 'renewed', pin_hash: 'pin', pin_key_id: 'key', pin_id: 'name' })
    await credentials.replacePin('1', secret('pin'), { pinHash: secret('again'), pinKeyId: 'k2' })
    expect(await columns()).toEqual({ password_hash: 'renewed', pin_hash: 'again', pin_key_id: 'k2', pin_id: 'name' })
    await run('DELETE FROM credentials')
    expect(await columns()).toEqual({ password_hash: expect.stringMatching(/\$A{43}$/), ...without })
  })

  it('ends the sessions that this version ends', async () => {
    await insertUser({ id: '1', email: 'ada@example.com', password_hash: 'hash' })
    await createUsers(database()).bumpSessionEpoch('1', newEvent(), 10)
    expect(await rows('SELECT session_epoch, password_hash FROM users')).toEqual([{ session_epoch: 10, password_hash: 'hash' }])
  })
})
