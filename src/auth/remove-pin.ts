// Removes the PIN of the signed-in user, who has given the password not long ago.

import { sealAccountMail } from './account-mail.ts'
import { authenticateStrictly, requireRecentPassword } from './authenticate.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'

/**
 * Done, too, where there is none.
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `reauthentication_required`
 * @throws Unavailable
 */
export async function removePin(deps: Deps, accessToken: string | null, client: Client): Promise<void> {
  const principal = await authenticateStrictly(deps, accessToken)
  requireRecentPassword(deps, principal)
  const { user } = principal
  const notice = await sealAccountMail(deps, user, client, { kind: 'pin_changed' })
  const isRemoved = await deps.accountChanges.removePin(user, notice, deps.clock())
  if (!isRemoved) throw new AuthError('invalid_access_token', 'account changed meanwhile')
  deps.defer(deliverMail(deps))
}
