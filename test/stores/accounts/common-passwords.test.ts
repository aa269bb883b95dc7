import { describe, expect, it } from 'vitest'
import { selectCommonPassword } from '../../../src/stores/accounts/common-passwords.ts'
import { BINDINGS } from '../../support/harness.ts'
import { emptyDatabase } from '../../support/store-fixtures.ts'

async function setUp() {
  const database = await emptyDatabase()
  return { isCommon: async (key: string) => (await database.ask(selectCommonPassword(key))).length > 0 }
}

describe('the list of common passwords', () => {
  it.each(['password', '123456789', 'qwertyuiop', 'iloveyou', '!qaz2wsx'])('has %s', async (word) => {
    expect(await (await setUp()).isCommon(word)).toBe(true)
  })

  it.each(['four unusual words', 'Password', 'passwor', '', "' OR 1 = 1 --"])('does not have %j', async (word) => {
    expect(await (await setUp()).isCommon(word)).toBe(false)
  })

  it('holds more than 8000 words, in lower case and of eight characters or more', async () => {
    await setUp()
    const { results } = await BINDINGS.DB.prepare('SELECT password FROM common_passwords').all<{ password: string }>()
    const words = results.map(({ password }) => password)
    expect(words.length).toBeGreaterThan(8000)
    expect(words.filter((word) => word.length < 8 || word !== word.toLowerCase() || word !== word.trim())).toEqual([])
  })
})
