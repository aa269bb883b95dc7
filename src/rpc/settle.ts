// What surrounds every call: may this caller, what became of it for the log, and plain values for a failure.
import { AuthError } from '../core/kernel/errors.ts'
import { Unavailable } from '../platform/runtime/deadline.ts'
import { consoleLog, type Log, reasonOf } from '../platform/runtime/log.ts'
import type { Caller, Right } from './caller.ts'
import { type RpcResult, renderFailure } from './wire.ts'

/** @param open the core; fails where the configuration is broken */
export function createSettle<Core extends { readonly log: Log }>(open: () => Core, caller: Caller) {
  /** @param right `null`: public anyway */
  return async function settle<T>(method: string, right: Right | null, ask: (core: Core) => Promise<T>): Promise<RpcResult<T>> {
    let core: Core
    try {
      core = open()
    } catch (error) {
      consoleLog('error', 'rpc', { method, caller: caller.name, code: 'unavailable', reason: reasonOf(error) })
      return { ok: false, code: 'unavailable', retryAfter: 60 }
    }
    try {
      if (right && !caller.rights.has(right)) throw new AuthError('forbidden', `the binding has no right "${right}"`)
      const value = await ask(core)
      core.log('info', 'rpc', { method, caller: caller.name, code: 'ok' })
      return { ok: true, value }
    } catch (error) {
      const failure = renderFailure(error)
      const level = failure.code === 'internal_error' || failure.code === 'unavailable' ? 'error' : 'info'
      core.log(level, 'rpc', { method, caller: caller.name, code: failure.code, reason: privateReasonOf(error) })
      return failure
    }
  }
}

function privateReasonOf(error: unknown): string {
  if (error instanceof AuthError) return error.reason
  if (error instanceof Unavailable) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
