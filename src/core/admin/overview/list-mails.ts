// What became of mail, newest first. Its text is sealed and stays so.
import type { ListedMail, MailState } from '../../../stores/audit/operator-views.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'
import { requireLimit } from '../require-account.ts'

export const MAIL_STATES = ['waiting', 'sent', 'dead'] as const

export interface MailsQuery {
  readonly state?: string | undefined
  /** The id of the last mail of the answer before. */
  readonly before?: string | undefined
  readonly limit?: string | undefined
}

/** @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function listMails(
  deps: Deps,
  caller: OperatorCaller,
  { state, before, limit }: MailsQuery,
): Promise<readonly ListedMail[]> {
  await requireOperator(deps, caller, 'look')
  if (state && !MAIL_STATES.some((each) => each === state)) {
    throw new AuthError('invalid_request', 'unknown state', {
      fields: [{ field: 'state', message: `must be one of ${MAIL_STATES.join(', ')}` }],
    })
  }
  const filter = { ...(state && { state: state as MailState }), ...(before && { before }) }
  return deps.operatorViews.listMails(filter, deps.clock(), requireLimit(limit, 200))
}
