// One user by id, for a worker that may know users. Whether it may is decided before this is asked.
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @throws AuthError `not_found` @throws Unavailable */
export async function readUser(deps: Pick<Deps, 'users'>, id: string): Promise<Account> {
  const user = UUID.test(id) ? await deps.users.findById(id) : null
  if (!user) throw new AuthError('not_found', 'no such user')
  return user
}
