import { getTableColumns } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { fieldOf, readRow } from '../../src/stores/rows.ts'
import * as schema from '../../src/stores/schema.ts'

const TABLES = Object.entries(schema)

describe('rows', () => {
  it.each(TABLES)('of %s have the names of their columns, in the other spelling', (_, table) => {
    for (const [field, column] of Object.entries(getTableColumns(table))) expect(fieldOf(column.name)).toBe(field)
  })

  it('need no other reading than their names, but for the permissions of users', () => {
    const converted = TABLES.flatMap(([name, table]) =>
      Object.values(getTableColumns(table))
        .filter((column) => column.mapFromDriverValue('["a"]') !== '["a"]')
        .map((column) => `${name}.${column.name}`),
    )
    expect(converted).toEqual(['users.permissions'])
  })

  it('keep what is null', () => {
    expect(readRow({ sent_at: null, sealed_mail: 'x' })).toEqual({ sentAt: null, sealedMail: 'x' })
  })
})
