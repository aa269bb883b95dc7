// Every question to Postern has a deadline, and whatever goes wrong on the way is an outage: never a refusal, never a pass.
import type { PosternResult } from './bindings.ts'
import type { Report } from './troubles.ts'

/** @param report is told what went wrong */
export async function withDeadline<T>(
  milliseconds: number,
  report: Report,
  ask: () => Promise<PosternResult<T>>,
): Promise<PosternResult<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  // By hand: Node 20 has no Promise.withResolvers.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([ask(), late])
  } catch (error) {
    report(error)
    return { ok: false, code: 'unavailable', retryAfter: 1 }
  } finally {
    if (timer !== undefined) clearTimeout(timer)
  }
}
