import { describe, expect, it } from 'vitest'
import { HashQueue } from '../../../src/platform/hashing/hash-queue.ts'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'

const LEASE = 1000

/** A queue whose time passes as its sleepers sleep, and in jumps. */
function startQueue(limit = 8) {
  let now = 0
  const queue = new HashQueue({
    limit,
    leaseMilliseconds: LEASE,
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((resolve) =>
        setTimeout(() => {
          now += milliseconds
          resolve()
        }, 0),
      ),
  })
  const enter = () => {
    const turn = queue.enter()
    if (!turn) throw new Error('there is no place')
    return turn
  }
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  return { queue, enter, pass }
}

describe('HashQueue', () => {
  it('has as many places as its limit and then none', () => {
    const { queue } = startQueue(2)
    expect(queue.enter()).not.toBeNull()
    expect(queue.hasRoom()).toBe(true)
    expect(queue.enter()).not.toBeNull()
    expect(queue.hasRoom()).toBe(false)
    expect(queue.enter()).toBeNull()
  })

  it('gives a place that was left to the next, once, however often it is left', () => {
    const { queue, enter } = startQueue(2)
    const turn = enter()
    enter()
    turn.leave()
    turn.leave()
    expect(queue.enter()).not.toBeNull()
    expect(queue.enter()).toBeNull()
  })

  it('lets one at a time in, in the order of arrival', async () => {
    const { enter } = startQueue()
    const order: string[] = []
    let inside = 0
    const hash = async (name: string) => {
      const turn = enter()
      for (let slice = 0; slice < 3; slice += 1) {
        await turn.checkpoint()
        if (slice === 0) inside += 1
        expect(inside).toBe(1)
        order.push(name)
      }
      inside -= 1
      turn.leave()
    }
    await Promise.all(['a', 'b', 'c'].map(hash))
    expect(order.join('')).toBe('aaabbbccc')
  })

  it('pauses longer between two slices when a request has arrived, long enough for all its steps', async () => {
    const sleeps: number[] = []
    const queue = new HashQueue({
      limit: 1,
      leaseMilliseconds: LEASE,
      now: () => 0,
      sleep: async (milliseconds) => void sleeps.push(milliseconds),
    })
    const turn = queue.enter()
    await turn?.checkpoint()
    expect(sleeps).toEqual([0])
    const checkpoint = turn?.checkpoint()
    queue.noteRequest()
    await checkpoint
    expect(sleeps).toEqual([0, 0, 0, 0, 0])
    await turn?.checkpoint()
    expect(sleeps).toHaveLength(6)
  })

  it('lets the event loop run between two slices of the same hash', async () => {
    const { enter } = startQueue()
    const turn = enter()
    await turn.checkpoint()
    let served = false
    setTimeout(() => {
      served = true
    }, 0)
    await turn.checkpoint()
    expect(served).toBe(true)
  })

  it('passes over one who went silent, at the end of the lease and not before', async () => {
    const { enter, pass } = startQueue()
    await enter().checkpoint()
    const next = enter()
    let isIn = false
    const waiting = next.checkpoint().then(() => {
      isIn = true
    })
    pass(LEASE / 2)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(isIn).toBe(false)
    pass(LEASE / 2)
    await waiting
  })

  it('ends one who comes back after somebody else had the turn, and lets the other finish', async () => {
    const { enter, pass } = startQueue()
    const silent = enter()
    await silent.checkpoint()
    const next = enter()
    const waiting = next.checkpoint()
    pass(LEASE)
    await waiting
    await expect(silent.checkpoint()).rejects.toThrow(Unavailable)
    await expect(silent.checkpoint()).rejects.toThrow('password hashing: the turn was lost')
    silent.leave()
    await next.checkpoint()
  })

  it('keeps the place of one who was slow while nobody else came', async () => {
    const { enter, pass } = startQueue()
    const turn = enter()
    await turn.checkpoint()
    pass(LEASE * 5)
    await turn.checkpoint()
  })

  it('keeps the places of those who wait, however long the one before takes', async () => {
    const { enter, pass } = startQueue()
    const slow = enter()
    await slow.checkpoint()
    const next = enter()
    const waiting = next.checkpoint()
    for (let slice = 0; slice < 10; slice += 1) {
      pass(LEASE / 2)
      await new Promise((resolve) => setTimeout(resolve, 5))
      await slow.checkpoint()
    }
    slow.leave()
    await waiting
  })

  it('takes the places of the silent back for those who come', () => {
    const { queue, pass } = startQueue(1)
    queue.enter()
    pass(LEASE - 1)
    expect(queue.enter()).toBeNull()
    pass(1)
    expect(queue.enter()).not.toBeNull()
    expect(queue.enter()).toBeNull()
  })
})
