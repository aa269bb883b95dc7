// What became of mail, newest first. Its text is sealed and stays so.
import type { ListedMail, MailState } from '../../stores/operator-views.ts'
import type { Client, Deps } from '../deps.ts'
import { AuthError } from '../errors.ts'
import { type OperatorProof, requireOperator } from './operator.ts'
import { requireLimit } from './require-account.ts'

const STATES = ['waiting', 'sent', 'dead'] as const

/** @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function listMails(
  deps: Deps,
  proof: OperatorProof,
  { state, limit }: { readonly state?: string | undefined; readonly limit?: string | undefined },
  client: Client,
): Promise<readonly ListedMail[]> {
  await requireOperator(deps, proof, 'look', client)
  if (state && !STATES.some((each) => each === state)) {
    throw new AuthError('invalid_request', 'unknown state', {
      fields: [{ field: 'state', message: `must be one of ${STATES.join(', ')}` }],
    })
  }
  return deps.operatorViews.listMails(state ? { state: state as MailState } : {}, requireLimit(limit, 200))
}
