import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createUsers } from '../../../src/stores/accounts/users.ts'
import { emptyDatabase, NOW, newEvent } from '../../support/store-fixtures.ts'

async function withOneUser() {
  const database = await emptyDatabase()
  await database.transact([
    sql`INSERT INTO users (id, email, username, username_key, password_hash, permissions, created_at, updated_at)
      VALUES ('id', 'ada@example.com', 'Ada', 'ada', 'old', '["systemAdmin","x y"]', 1, 1)`,
  ])
  return createUsers(database)
}

describe('users', () => {
  it('are found by id, address and username key, with permissions as a list', async () => {
    const users = await withOneUser()
    const user = await users.findById('id')
    expect(user).toMatchObject({ username: 'Ada', permissions: ['systemAdmin', 'x y'], sessionEpoch: 1, disabledAt: null })
    expect(await users.findByEmail('ada@example.com')).toEqual(user)
    expect(await users.findByUsernameKey('ada')).toEqual(user)
  })

  it('that are not there are null', async () => {
    const users = await withOneUser()
    expect([
      await users.findById('other'),
      await users.findByEmail('Ada@example.com'),
      await users.findByUsernameKey('Ada'),
    ]).toEqual([null, null, null])
  })

  it('have their epoch bumped exactly once for each time it is asked, however parallel', async () => {
    const users = await withOneUser()
    const epochs = await Promise.all(Array.from({ length: 20 }, () => users.bumpSessionEpoch('id', newEvent(), NOW)))
    expect(epochs.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, index) => NOW + index))
    expect(await users.findById('id')).toMatchObject({ sessionEpoch: NOW + 19, updatedAt: NOW })
    expect(await users.bumpSessionEpoch('other', newEvent(), NOW)).toBeNull()
  })
})
