// Registrations whose address is not confirmed yet, newest first.
import { parseEmailAddress } from '../../platform/email-address.ts'
import type { Registration } from '../../stores/registrations.ts'
import type { Client, Deps } from '../deps.ts'
import { type OperatorProof, requireOperator } from './operator.ts'
import { requireLimit } from './require-account.ts'

/** @param query.search an address @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function listPendingRegistrations(
  deps: Deps,
  proof: OperatorProof,
  { search = '', limit }: { readonly search?: string | undefined; readonly limit?: string | undefined },
  client: Client,
): Promise<readonly Registration[]> {
  await requireOperator(deps, proof, 'look', client)
  const email = search.trim() === '' ? null : (parseEmailAddress(search.trim()) ?? search)
  return deps.operatorViews.listRegistrations(email, deps.clock(), requireLimit(limit))
}
