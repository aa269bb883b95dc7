// Who the caller is, as fresh as the deployment asks reading routes to be (SESSION_FRESHNESS).
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { permissionsOf } from '../kernel/permissions.ts'
import { authenticate, authenticateStrictly } from './authenticate.ts'

/** @returns the user with the permissions this session carries @throws AuthError as `authenticate` @throws Unavailable */
export async function readCurrentUser(deps: Deps, accessToken: string | null): Promise<Account> {
  const { sessionFreshness } = deps.settings
  if (sessionFreshness === 'strict') return readStrictly(deps, accessToken)
  const { userId, amr, sessionEpoch } = await authenticate(deps, accessToken, sessionFreshness)
  const user = await deps.users.findById(userId)
  // The row is read for the reply anyway, so what it says of the account counts.
  if (!user || user.disabledAt !== null) throw new AuthError('invalid_access_token', user ? 'account disabled' : 'no such user')
  // The copy may be of before a change of the password that this session outlives: its ledger knows.
  if (sessionEpoch !== null && sessionEpoch !== user.sessionEpoch) return readStrictly(deps, accessToken)
  return { ...user, permissions: permissionsOf(user.permissions, amr) }
}

async function readStrictly(deps: Deps, accessToken: string | null): Promise<Account> {
  const { user, permissions } = await authenticateStrictly(deps, accessToken)
  return { ...user, permissions }
}
