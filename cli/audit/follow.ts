// Goes on with what is written after a place in the record, once and in order, until it is told to end.
import type { AdminEvent } from '../../src/client/admin-binding.ts'
import { Refused } from '../operator/admin-client.ts'
import { clientFor } from '../operator/connect.ts'
import { findLocalServer } from '../operator/local-service.ts'
import { findRemoteService, type Service } from '../operator/remote-service.ts'
import type { Where } from '../operator/usage.ts'
import type { EventFilter } from './command.ts'
import { readLater } from './read.ts'

interface Follow {
  readonly signal: AbortSignal
  /** Between two looks. */
  readonly wait: () => Promise<unknown>
}

/** A server that is not there, or does not answer for a while, is asked again: nothing that it writes later is missed. */
export async function* followEvents(
  where: Where,
  filter: EventFilter,
  from: string,
  { signal, wait }: Follow,
): AsyncGenerator<AdminEvent> {
  let next = from
  while (!signal.aborted) {
    const later = await look(where, filter, next)
    if (later) {
      yield* later.events
      next = later.next
    }
    await wait()
  }
}

async function look(where: Where, filter: EventFilter, next: string) {
  const service = await findService(where)
  if (service === null) return null
  try {
    return await readLater(clientFor(service), filter, next)
  } catch (error) {
    // What it refuses now it will refuse again; 503 it takes back.
    if (error instanceof Refused && error.status !== 503 && error.status !== 429) throw error
    return null
  }
}

/** On local state without a server nothing happens, so that none is started to be asked. */
function findService(where: Where): Promise<Service | null> {
  return where.isRemote || where.url !== null ? findRemoteService(where) : findLocalServer(where)
}
