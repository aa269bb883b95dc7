import { expect, it } from 'vitest'
import { HourlyMemory } from '../../../src/platform/runtime/hourly-memory.ts'

it('finds a key new once an hour', () => {
  const memory = new HourlyMemory(10)
  expect([memory.note('a', 3600), memory.note('a', 7199), memory.note('b', 7199)]).toEqual([true, false, true])
  expect([memory.note('a', 7200), memory.note('a', 7200)]).toEqual([true, false])
})

it('forgets the oldest key beyond its limit, and no other', () => {
  const memory = new HourlyMemory(2)
  for (const key of ['a', 'b', 'c']) expect(memory.note(key, 0)).toBe(true)
  expect([memory.note('c', 1), memory.note('b', 1), memory.note('a', 1)]).toEqual([false, false, true])
})
