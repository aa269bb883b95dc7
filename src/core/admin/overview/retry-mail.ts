// Tries a dead letter again, as if it had just been queued.
import { logEvent } from '../../audit/audit.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { deliverMail } from '../../mail/deliver-mail.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'

/** @returns to whom it goes @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function retryMail(deps: Deps, caller: OperatorCaller, id: string): Promise<string> {
  const operator = await requireOperator(deps, caller, 'change')
  const event = describeOperatorAct(deps, operator, { what: 'mail_retried', userId: null })
  const recipient = await deps.operatorViews.retryMail(id, event)
  if (recipient === null) throw new AuthError('not_found', 'no dead letter that can be sent, or its link has ended')
  logEvent(deps, event)
  deps.defer(deliverMail(deps))
  return recipient
}
