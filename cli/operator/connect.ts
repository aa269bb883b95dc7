// The admin API of the service that a command works on.
import { fetchHere } from '../../tools/loopback.ts'
import { type AdminClient, createAdminClient } from './admin-client.ts'
import { withLocalService } from './local-service.ts'
import { findRemoteService, type Service } from './remote-service.ts'
import type { Where } from './usage.ts'

/** @throws Error with one sentence; and what `work` throws */
export async function withAdmin<T>(where: Where, work: (admin: AdminClient) => Promise<T>): Promise<T> {
  if (where.isRemote || where.url !== null) return work(clientFor(await findRemoteService(where)))
  return withLocalService(where, (service) => work(clientFor(service)), tellPeople)
}

export function clientFor({ url, key }: Service): AdminClient {
  return createAdminClient(url, key, fetchHere)
}

/** What a program reads is on standard output alone. */
export function tellPeople(line: string): void {
  if (process.stderr.isTTY) console.error(line)
}
