import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../src/platform/crypto/random.ts'
import { systemClock } from '../../../src/platform/runtime/clock.ts'

describe('systemRandom', () => {
  it('gives as many bytes as asked for, others each time', () => {
    expect(systemRandom.bytes(0)).toHaveLength(0)
    expect(systemRandom.bytes(32)).toHaveLength(32)
    expect(systemRandom.bytes(32)).not.toEqual(systemRandom.bytes(32))
  })

  it('gives lower-case hex of whole bytes', () => {
    for (let run = 0; run < 100; run += 1) expect(systemRandom.hex(16)).toMatch(/^[0-9a-f]{32}$/)
  })

  it('gives version 4 UUIDs', () => {
    expect(systemRandom.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('systemClock', () => {
  it('tells whole seconds', () => {
    expect(Number.isInteger(systemClock())).toBe(true)
    expect(Math.abs(systemClock() - Date.now() / 1000)).toBeLessThan(2)
  })
})
