// Removes the PIN of the signed-in user, who has given the password not long ago, and ends the sessions that it opened.

import { authenticateStrictly } from '../../access/authenticate.ts'
import { requireRecentPassword } from '../../access/policy.ts'
import { describeAct } from '../../audit/audit.ts'
import type { Caller, Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endPinSessions } from '../../sessions/end-pin-sessions.ts'

/**
 * Done, too, where there is none.
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `reauthentication_required`
 * @throws Unavailable
 */
export async function removePin(deps: Deps, { token, client }: Caller): Promise<void> {
  const principal = await authenticateStrictly(deps, token)
  requireRecentPassword(deps, principal)
  const { user, sessionId } = principal
  const notice = await sealAccountMail(deps, user, client, { kind: 'pin_changed' })
  const event = describeAct(deps, client, { what: 'pin_removed', userId: user.id, sessionId })
  const outcome = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountChanges.removePin(user, { notice, event }, deps.clock()),
  )
  if (outcome === 'gone') throw new AuthError('invalid_access_token', 'account changed meanwhile')
  await endPinSessions(deps, user.id)
}
