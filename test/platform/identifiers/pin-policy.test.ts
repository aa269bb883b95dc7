import { describe, expect, it } from 'vitest'
import { findPinProblem } from '../../../src/platform/identifiers/pin-policy.ts'

describe('findPinProblem()', () => {
  it.each(['2580', '135790246813', '0000', '1234'])('accepts %s', (pin) => {
    expect(findPinProblem(pin)).toBeNull()
  })

  it.each(['', '123', '1234567890123', '12a4', ' 2580', '2580\n', '２５８０', '-258'])('wants 4 to 12 digits: %j', (pin) => {
    expect(findPinProblem(pin)).toBe('be 4 to 12 digits')
  })
})
