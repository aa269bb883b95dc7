import { describe, expect, it } from 'vitest'
import { withAttempt } from '../../../src/core/credentials/with-attempt.ts'
import { AuthError } from '../../../src/core/kernel/errors.ts'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'

const NOW = 1_700_000_000

function begin() {
  const done: string[] = []
  const deferred: Promise<unknown>[] = []
  const attempt = {
    giveBack: async () => void done.push('given back'),
    succeed: async (now: number) => void done.push(`succeeded at ${now}`),
  }
  const deps = { clock: () => NOW, defer: (work: Promise<unknown>) => void deferred.push(work) }
  const settle = async () => {
    await Promise.all(deferred)
    return done
  }
  return { deps, begun: { allowed: true, attempt } as const, settle }
}

describe('withAttempt()', () => {
  it('answers what its work does, once that has settled the attempt', async () => {
    const { deps, begun, settle } = begin()
    expect(await withAttempt(deps, begun, async (attempt) => ['now', await attempt.succeed()])).toBe('now')
    expect(await withAttempt(deps, begun, async (attempt) => ['later', attempt.succeedLater()])).toBe('later')
    expect(await withAttempt(deps, begun, async (attempt) => ['stands', attempt.stand()])).toBe('stands')
    expect(await settle()).toEqual([`succeeded at ${NOW}`, `succeeded at ${NOW}`])
  })

  it('lets what is refused stay counted, and gives back what an outage or a fault has kept from being judged', async () => {
    const { deps, begun, settle } = begin()
    const fail = (error: Error) =>
      expect(
        withAttempt(deps, begun, async () => {
          throw error
        }),
      ).rejects.toBe(error)
    await fail(new AuthError('invalid_credentials', 'wrong'))
    expect(await settle()).toEqual([])
    await fail(new Unavailable('database'))
    await fail(new TypeError('a fault'))
    expect(await settle()).toEqual(['given back', 'given back'])
  })

  it('gives back what is refused before it is judged, where the work says so', async () => {
    const { deps, begun, settle } = begin()
    const refused = withAttempt(deps, begun, async (attempt) => {
      attempt.giveBack()
      throw new AuthError('invalid_request', 'its form')
    })
    await expect(refused).rejects.toThrow('its form')
    expect(await settle()).toEqual(['given back'])
  })

  it('does not begin its work at a limit', async () => {
    const { deps } = begin()
    const refusal = { allowed: false, policy: 'account', quota: 1, windowSeconds: 1, retryAfterSeconds: 7 } as const
    const refused = withAttempt(deps, refusal, async () => expect.unreachable())
    await expect(refused).rejects.toMatchObject({ code: 'rate_limited', details: { limit: { retryAfterSeconds: 7 } } })
  })

  it('does not compile with work that settles nothing', async () => {
    const { deps, begun } = begin()
    // @ts-expect-error: nothing says how the attempt has ended
    await withAttempt(deps, begun, async () => ['forgotten'])
    // @ts-expect-error: nobody can make that up
    await withAttempt(deps, begun, async () => ['forgotten', Symbol('settled')])
  })
})
