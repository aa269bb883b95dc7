import { describe, expect, it } from 'vitest'
import { HashSlots } from '../../src/platform/hash-slots.ts'

const LEASE = 10_000

describe('HashSlots', () => {
  it('gives out as many slots as its limit and then none', () => {
    const slots = new HashSlots(2, LEASE)
    expect(slots.tryReserve(0)).not.toBeNull()
    expect(slots.tryReserve(0)).not.toBeNull()
    expect(slots.tryReserve(0)).toBeNull()
  })

  it('gives a released slot out again', () => {
    const slots = new HashSlots(1, LEASE)
    slots.tryReserve(0)?.release()
    expect(slots.tryReserve(0)).not.toBeNull()
    expect(slots.tryReserve(0)).toBeNull()
  })

  it('frees one slot only, however often it is released', () => {
    const slots = new HashSlots(2, LEASE)
    const first = slots.tryReserve(0)
    slots.tryReserve(0)
    first?.release()
    first?.release()
    expect(slots.tryReserve(0)).not.toBeNull()
    expect(slots.tryReserve(0)).toBeNull()
  })

  it('takes a slot back whose owner vanished, at the end of its lease and not before', () => {
    const slots = new HashSlots(1, LEASE)
    slots.tryReserve(1000)
    expect(slots.tryReserve(1000 + LEASE - 1)).toBeNull()
    expect(slots.tryReserve(1000 + LEASE)).not.toBeNull()
  })

  it('lets a late release free nobody else’s slot', () => {
    const slots = new HashSlots(1, LEASE)
    const lapsed = slots.tryReserve(0)
    expect(slots.tryReserve(LEASE)).not.toBeNull()
    lapsed?.release()
    expect(slots.tryReserve(LEASE)).toBeNull()
  })

  it('lapses only the slots whose own lease is over', () => {
    const slots = new HashSlots(2, LEASE)
    slots.tryReserve(0)
    slots.tryReserve(5000)
    expect(slots.tryReserve(LEASE)).not.toBeNull()
    expect(slots.tryReserve(LEASE)).toBeNull()
  })

  it('takes nothing when its limit is zero', () => {
    expect(new HashSlots(0, LEASE).tryReserve(0)).toBeNull()
  })
})
