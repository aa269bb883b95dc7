import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createDatabase } from '../../src/stores/database.ts'
import { users } from '../../src/stores/schema.ts'
import { BINDINGS } from '../support/harness.ts'
import { emptyDatabase } from '../support/store-fixtures.ts'

const insertUser = (id: string) =>
  sql`INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES (${id}, ${`${id}@example.com`}, 'secret hash', 0, 0)`

describe('the database', () => {
  it('runs a batch as one transaction: a statement that fails takes the ones before it back', async () => {
    const database = await emptyDatabase()
    await expect(database.transact([insertUser('a'), insertUser('b'), insertUser('a')])).rejects.toMatchObject({
      name: 'Unavailable',
      service: 'database',
    })
    expect(await database.ask(sql`SELECT * FROM users`)).toEqual([])
    await database.transact([insertUser('a'), insertUser('b')])
    expect(await database.ask(sql`SELECT * FROM users`)).toHaveLength(2)
  })

  it('is an outage when it fails, and says nothing of what it was asked', async () => {
    const database = await emptyDatabase()
    await BINDINGS.DB.exec('DROP TABLE users')
    const asking = database.ask(insertUser('ada'))
    const error = await asking.then(
      () => null,
      (reason: Error) => reason,
    )
    expect(error).toMatchObject({ name: 'Unavailable', service: 'database', retryAfterSeconds: 1 })
    expect(error?.message).toContain('no such table')
    expect(error?.message).not.toMatch(/ada@example|secret hash/)
  })

  it('keeps values apart from the text of a statement', async () => {
    const database = await emptyDatabase()
    const odd = "x' OR 1 = 1; DROP TABLE users; -- ?"
    await database.ask(insertUser(odd))
    expect(await database.ask(sql`SELECT id, ${null} AS missing FROM users WHERE id = ${odd}`)).toEqual([
      { id: odd, missing: null },
    ])
    expect(await database.ask(sql`SELECT id FROM users WHERE id = ${'x'}`)).toEqual([])
  })

  it('refuses a statement with a table of the schema in it, which it would not know how to write', async () => {
    const database = await emptyDatabase()
    await expect(database.ask(sql`SELECT * FROM ${users}`)).rejects.toThrow('more than text and values in it')
  })

  it('is an outage when it does not answer in time', async () => {
    const never = () => new Promise<never>(() => {})
    const statement = { bind: () => statement, all: never, raw: never, run: never, first: never }
    const database = createDatabase({ prepare: () => statement, batch: never } as unknown as D1Database, 50)
    await expect(database.ask(sql`SELECT * FROM users`)).rejects.toThrow('database: no answer within 50 ms')
    await expect(database.transact([sql`SELECT 1`])).rejects.toThrow('database: no answer within 50 ms')
  })
})
