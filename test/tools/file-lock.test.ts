import { existsSync } from 'node:fs'
import { utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { withFileLock } from '../../tools/file-lock.mjs'
import { temporaryDirectory } from '../support/temporary-directory.ts'

describe('withFileLock()', () => {
  it('lets one in at a time, and tells the one who waits', async () => {
    const path = join(await temporaryDirectory(), 'a', 'lock')
    const onWait = vi.fn()
    let inside = 0
    const work = async () => {
      inside += 1
      expect(inside).toBe(1)
      await sleep(20)
      inside -= 1
    }
    await Promise.all(Array.from({ length: 8 }, () => withFileLock(path, work, onWait)))
    expect(onWait.mock.calls.length).toBe(7)
    expect(existsSync(path)).toBe(false)
  })

  it('hands on what the action answers, and frees the lock when it throws', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    expect(await withFileLock(path, () => 7)).toBe(7)
    await expect(
      withFileLock(path, () => {
        throw new Error('broken')
      }),
    ).rejects.toThrow('broken')
    expect(existsSync(path)).toBe(false)
  })

  it('does not wait for a process of this machine that is dead', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    await writeFile(path, JSON.stringify({ pid: 2 ** 30, host: hostname(), nonce: 'x' }))
    expect(await withFileLock(path, () => 'in')).toBe('in')
  })

  it('does not wait for a holder elsewhere that shows no life, but does for one that does', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere', nonce: 'x' }))
    const entered = withFileLock(path, () => 'in')
    expect(await Promise.race([entered, sleep(200, 'waiting')])).toBe('waiting')
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(path, longAgo, longAgo)
    expect(await entered).toBe('in')
  })

  it('lets exactly one of many waiters in when they find a dead one', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    await writeFile(path, JSON.stringify({ pid: 2 ** 30, host: hostname(), nonce: 'x' }))
    let inside = 0
    const work = async () => {
      inside += 1
      expect(inside).toBe(1)
      await sleep(5)
      inside -= 1
    }
    await Promise.all(Array.from({ length: 10 }, () => withFileLock(path, work)))
  })
})
