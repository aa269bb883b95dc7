import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../src/platform/crypto/random.ts'
import { newUserId } from '../../../src/platform/identifiers/user-id.ts'

describe('the id of a new user', () => {
  it('is a UUID of version 8 whose first digits name the place', () => {
    expect(newUserId({ bytes: () => new Uint8Array(16) })).toBe('00000000-0000-8000-8000-000000000000')
    expect(newUserId({ bytes: () => new Uint8Array(16).fill(0xff) })).toBe('000000ff-ffff-8fff-bfff-ffffffffffff')
  })

  it('is nobody else’s', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newUserId(systemRandom))).size).toBe(1000)
  })
})
