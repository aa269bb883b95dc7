import { describe, expect, it } from 'vitest'
import { findPinProblem } from '../../src/platform/pin-policy.ts'

describe('findPinProblem()', () => {
  it.each(['2580', '1357', '1123', '135790246813', '0101'])('accepts %s', (pin) => {
    expect(findPinProblem(pin)).toBeNull()
  })

  it.each(['', '123', '1234567890123', '12a4', ' 2580', '2580\n', '２５８０', '-258'])('wants 4 to 12 digits: %j', (pin) => {
    expect(findPinProblem(pin)).toBe('be 4 to 12 digits')
  })

  it.each(['0000', '999999999999', '1234', '7890', '4321', '2109'])('refuses what is tried first: %s', (pin) => {
    expect(findPinProblem(pin)).toBe('not be one digit repeated or digits in sequence')
  })
})
