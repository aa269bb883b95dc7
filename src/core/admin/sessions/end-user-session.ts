// Ends one session of an account.
import { userIdOfSession } from '../../../objects/session-ledger/session-rules.ts'
import { record } from '../../audit/audit.ts'
import type { Deps } from '../../kernel/deps.ts'
import { revokeLiveSession } from '../../sessions/revoke-live-session.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount, requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function endUserSession(
  deps: Deps,
  caller: OperatorCaller,
  { id, sessionId }: { readonly id: string; readonly sessionId: string },
): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const user = await requireAccount(deps, id)
  if (userIdOfSession(sessionId) !== id) throw noSuchAccount()
  await revokeLiveSession(deps, sessionId, user)
  const event = describeOperatorAct(deps, operator, {
    what: 'session_revoked',
    userId: id,
    reason: `session …${sessionId.slice(-8)}`,
  })
  record(deps, event)
}
