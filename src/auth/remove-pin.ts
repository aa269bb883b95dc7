// Removes the PIN of the signed-in user, who has given the password not long ago, and ends the sessions that it opened.

import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { authenticateStrictly, requireRecentPassword } from './authenticate.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { endPinSessions } from './end-pin-sessions.ts'
import { AuthError } from './errors.ts'

/**
 * Done, too, where there is none.
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `reauthentication_required`
 * @throws Unavailable
 */
export async function removePin(deps: Deps, accessToken: string | null, client: Client): Promise<void> {
  const principal = await authenticateStrictly(deps, accessToken)
  requireRecentPassword(deps, principal)
  const { user, sessionId } = principal
  const notice = await sealAccountMail(deps, user, client, { kind: 'pin_changed' })
  const event = describeAct(deps, client, { what: 'pin_removed', userId: user.id, sessionId })
  const outcome = await deps.accountChanges.removePin(user, { notice, event }, deps.clock())
  if (outcome === 'gone') throw new AuthError('invalid_access_token', 'account changed meanwhile')
  if (outcome === 'removed') logEvent(deps, event)
  await endPinSessions(deps, user.id)
  deps.defer(deliverMail(deps))
}
