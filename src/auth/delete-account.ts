// The signed-in user deletes the own account: all sessions end, nothing personal stays, the address is free again.

import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { authenticateStrictly, requireRecentPassword } from './authenticate.ts'
import { checkCurrentPassword } from './check-current-password.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { eraseAccount } from './erase-account.ts'
import { AuthError } from './errors.ts'

/**
 * @throws AuthError as `authenticate`, so that whoever asks again after a lost answer is told that the session is over;
 *   `forbidden` in a session that began with a PIN, `reauthentication_required`, `invalid_request`, `invalid_credentials`,
 *   `rate_limited`
 * @throws Unavailable
 */
export async function deleteAccount(
  deps: Deps,
  accessToken: string | null,
  password: string | undefined,
  client: Client,
): Promise<void> {
  const principal = await authenticateStrictly(deps, accessToken)
  requireRecentPassword(deps, principal)
  const { user } = principal
  if (!password) {
    throw new AuthError('invalid_request', 'no password', { fields: [{ field: 'password', message: 'is required' }] })
  }
  await checkCurrentPassword(deps, user, password, client)
  const notice = await sealAccountMail(deps, user, client, { kind: 'account_deleted' })
  const event = { ...describeAct(deps, client, { what: 'account_deleted', userId: user.id }), ip: null, userAgent: null }
  const isDeleted = await deps.accountChanges.delete(user, { notice, event }, deps.clock())
  if (!isDeleted) throw new AuthError('invalid_credentials', 'account changed meanwhile')
  logEvent(deps, event)
  // D1 has decided; what the objects know ends nothing and opens nothing any more.
  await eraseAccount(deps, { userId: user.id, email: user.email, usernameKey: user.usernameKey })
  deps.defer(deliverMail(deps))
}
