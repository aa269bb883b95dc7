import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createCredentials } from '../../../src/stores/accounts/credentials.ts'
import { createUsers } from '../../../src/stores/accounts/users.ts'
import { emptyDatabase, NOW, secret } from '../../support/store-fixtures.ts'

async function withOneUser() {
  const database = await emptyDatabase()
  const none = `$${'A'.repeat(43)}`
  await database.transact([
    sql`INSERT INTO users (id, email, username, username_key, password_hash, created_at, updated_at)
      VALUES ('id', 'ada@example.com', 'Ada', 'ada', ${none}, 1, 1), ('other', 'bob@example.com', NULL, NULL, ${none}, 1, 1)`,
    sql`INSERT INTO credentials (user_id, kind, id, secret, created_at) VALUES ('id', 'password', '', 'old', 1)`,
    sql`INSERT INTO credentials (user_id, kind, id, data, secret, created_at) VALUES ('id', 'pin', 'name', '{"keyId":"key"}', 'hash', 1)`,
  ])
  return { database, users: createUsers(database), credentials: createCredentials(database) }
}

describe('credentials', () => {
  it('are found with their account, and accounts without one too', async () => {
    const { users, credentials } = await withOneUser()
    const account = await users.findById('id')
    expect(account).toMatchObject({ hasPassword: true, pinName: 'name' })
    const password = { account, stored: { hash: 'old', lastUsedAt: null } }
    expect(await credentials.findPasswordByEmail('ada@example.com')).toEqual(password)
    expect(await credentials.findPasswordByUsernameKey('ada')).toEqual(password)
    expect(await credentials.findPinByUsernameKey('ada')).toEqual({
      account,
      stored: { pinHash: 'hash', pinKeyId: 'key', lastUsedAt: null },
    })
    const other = await users.findById('other')
    expect(other).toMatchObject({ hasPassword: false, pinName: null })
    expect(await credentials.findPasswordByEmail('bob@example.com')).toEqual({ account: other, stored: null })
    expect(await credentials.findPasswordByEmail('nobody@example.com')).toBeNull()
    expect(await credentials.findPasswordOf('other')).toBeNull()
  })

  it('are replaced only where they are still what was read, under the same name', async () => {
    const { users, credentials } = await withOneUser()
    expect(await credentials.replacePassword('id', secret('another'), secret('new'))).toBe(false)
    expect(await credentials.findPasswordOf('id')).toMatchObject({ hash: 'old' })
    const replaced = await Promise.all(
      ['new 1', 'new 2'].map((hash) => credentials.replacePassword('id', secret('old'), secret(hash))),
    )
    expect(replaced.toSorted()).toEqual([false, true])
    expect(await credentials.replacePin('id', secret('hash'), { pinHash: secret('renewed'), pinKeyId: 'next' })).toBe(true)
    expect(await credentials.findPinByUsernameKey('ada')).toMatchObject({ stored: { pinHash: 'renewed', pinKeyId: 'next' } })
    expect(await users.findById('id')).toMatchObject({ pinName: 'name' })
  })

  it('say when they were used', async () => {
    const { credentials } = await withOneUser()
    await credentials.noteUse('id', 'password', NOW)
    expect(await credentials.findPasswordOf('id')).toEqual({ hash: 'old', lastUsedAt: NOW })
    expect(await credentials.findPinByUsernameKey('ada')).toMatchObject({ stored: { lastUsedAt: null } })
  })

  it('go with their account', async () => {
    const { database } = await withOneUser()
    await database.ask(sql`DELETE FROM users WHERE id = 'id'`)
    expect(await database.ask(sql`SELECT * FROM credentials`)).toEqual([])
  })
})
