// Every question to Postern has a deadline, and whatever goes wrong on the way is an outage: never a refusal, never a pass.
import type { PosternResult } from './bindings.ts'

export async function withDeadline<T>(milliseconds: number, ask: () => Promise<PosternResult<T>>): Promise<PosternResult<T>> {
  const unavailable = { ok: false, code: 'unavailable', retryAfter: 1 } as const
  const { promise: late, resolve } = Promise.withResolvers<PosternResult<T>>()
  const timer = setTimeout(() => resolve(unavailable), milliseconds)
  try {
    return await Promise.race([ask(), late])
  } catch {
    return unavailable
  } finally {
    clearTimeout(timer)
  }
}
