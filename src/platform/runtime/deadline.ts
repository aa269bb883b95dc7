// Every call to a store or an object has a deadline, and every failure of one is the same error: an outage, which is
// told as 503 and never as a refusal. Knows neither which store it is nor what is asked of it.

import { reasonOf } from './log.ts'

/** A store, an object or a resource of this worker could not answer. Told to clients as 503 with `Retry-After`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'

  readonly service: string
  readonly retryAfterSeconds: number

  /** @param service what failed, for the log: "database", "session ledger", … */
  constructor(service: string, options: { cause?: unknown; retryAfterSeconds?: number; reason?: string } = {}) {
    super(`${service}: ${options.reason ?? reasonOf(options.cause)}`, { cause: options.cause })
    this.service = service
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1
  }
}

/**
 * Runs `call` and waits for it at most `milliseconds`.
 * @throws Unavailable when it fails or takes longer; what was asked for may then have happened or not
 */
export async function withDeadline<T>(service: string, milliseconds: number, call: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([call(), late])
  } catch (cause) {
    if (cause instanceof Unavailable) throw cause
    throw new Unavailable(service, { cause })
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}
