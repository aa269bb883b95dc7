// A worker that may speak for clients and names none asks for all of its visitors as itself: they share one budget of attempts, and one of
// them can keep all others waiting. Whoever runs it is told so, once an isolate for each such worker.
import type { Client } from '../core/kernel/deps.ts'
import { isSharedAddress } from '../platform/identifiers/client-address.ts'
import type { Log } from '../platform/runtime/log.ts'
import type { Caller } from './caller.ts'

const CURE =
  'all visitors behind it share one budget of attempts: give {clientAddress} as the last argument, CF-Connecting-IP of the request that it serves (docs/faces.md, "Speaking for clients")'

/** Names of those that were told, by the service they ask; props of bindings bound their number. */
const told = new WeakMap<object, Set<string>>()

/** @param service that the worker asks, one an isolate */
export function warnOfSharedBudget(service: object, { name, rights }: Caller, { address }: Client, log: Log): void {
  if (!rights.has('clients') || !isSharedAddress(address)) return
  const names = told.get(service) ?? new Set()
  told.set(service, names)
  if (names.has(name)) return
  names.add(name)
  log('warn', 'shared budget', { reason: `the worker ${name} does not say for which client it asks; ${CURE}` })
}
