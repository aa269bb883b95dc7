import { describe, expect, it } from 'vitest'
import { readPiped } from '../../../cli/user/secrets.ts'

describe('secrets from standard input', () => {
  it('are the whole of it for one, but for the end of its line', () => {
    expect(readPiped('correct horse\n', ['password'])).toEqual({ password: 'correct horse' })
    expect(readPiped(' two\nlines \r\n', ['password'])).toEqual({ password: ' two\nlines ' })
    expect(readPiped('2580', ['pin'])).toEqual({ pin: '2580' })
  })

  it('are a line each for both', () => {
    expect(readPiped('correct horse\n2580\n', ['password', 'pin'])).toEqual({ password: 'correct horse', pin: '2580' })
    expect(readPiped('correct horse\r\n2580\r\n', ['password', 'pin'])).toEqual({ password: 'correct horse', pin: '2580' })
    for (const input of ['correct horse\n', 'a\nb\nc\n'])
      expect(() => readPiped(input, ['password', 'pin'])).toThrow('Cannot read the password and the PIN: each must be one line')
  })
})
