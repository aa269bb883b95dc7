// The user that a client of `v1` means by an id.
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'

/** @throws Unavailable */
export function findPublicUser({ users, settings }: Pick<Deps, 'users' | 'settings'>, id: string): Promise<Account | null> {
  return settings.userIds === 'number' && /^[1-9]\d{0,14}$/.test(id) ? users.findByNumber(Number(id)) : users.findById(id)
}
