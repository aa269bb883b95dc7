// The signed-in user deletes their account: all sessions end, nothing personal stays, the address is free again. While an address may
// take the account back, it is only put aside: whoever stole it must not be able to destroy it.

import type { Account } from '../../stores/accounts/account.ts'
import type { RecoveryWindow } from '../../stores/accounts/recovery-points.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { requireRecentPassword } from '../access/policy.ts'
import { describeAct } from '../audit/audit.ts'
import { checkCurrentPassword } from '../credentials/passwords/check-current-password.ts'
import type { Caller, Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { applyChange } from '../mail/apply-change.ts'
import { prepareWarnings } from '../mailed-links/recovery-warnings.ts'
import { endSessionsBefore } from '../sessions/end-sessions-before.ts'
import { eraseAccount } from './erase-account.ts'

/**
 * @throws AuthError as `authenticate`, so that whoever asks again after a lost answer is told that the session is over;
 *   `forbidden` in a session that began with a PIN, `reauthentication_required`, `invalid_request`, `invalid_credentials`,
 *   `rate_limited`
 * @throws Unavailable
 */
export async function deleteAccount(deps: Deps, { token, client }: Caller, password: string | undefined): Promise<void> {
  const principal = await authenticateStrictly(deps, token)
  requireRecentPassword(deps, principal)
  const { user } = principal
  if (!password) {
    throw new AuthError('invalid_request', 'no password', { fields: [{ field: 'password', message: 'is required' }] })
  }
  await checkCurrentPassword(deps, principal, password, client)
  const window = await deps.recoveryPoints.findWindow(user.id, deps.clock())
  await (window ? putAside(deps, user, window, client) : erase(deps, user, client))
}

async function erase(deps: Deps, user: Account, client: Client): Promise<void> {
  const notice = await sealAccountMail(deps, user, client, { kind: 'account_deleted' })
  const event = { ...describeAct(deps, client, { what: 'account_deleted', userId: user.id }), ip: null, userAgent: null }
  const isDeleted = await applyChange(deps, { event, hasMail: true }, () =>
    deps.deletions.delete(user, { notice, event }, deps.clock()),
  )
  if (!isDeleted) throw changedMeanwhile()
  // D1 has decided; what the objects know ends nothing and opens nothing any more.
  await eraseAccount(deps, { userId: user.id, email: user.email, usernameKey: user.usernameKey })
}

async function putAside(deps: Deps, user: Account, window: RecoveryWindow, client: Client): Promise<void> {
  const now = deps.clock()
  const ttlSeconds = window.expiresAt - now
  const told = { emails: [user.email, window.oldestEmail], locale: user.locale }
  const warnings = await prepareWarnings(deps, client, told, ttlSeconds, (link) => ({ kind: 'account_deleted', link, ttlSeconds }))
  const event = describeAct(deps, client, { what: 'account_deletion_requested', userId: user.id })
  const isAside = await applyChange(deps, { event, hasMail: true }, () => deps.deletions.putAside(user, warnings, event, now))
  if (!isAside) throw changedMeanwhile()
  await endSessionsBefore(deps, user.id, Number.MAX_SAFE_INTEGER)
}

function changedMeanwhile(): AuthError {
  return new AuthError('invalid_credentials', 'account changed meanwhile')
}
