// An account as its user and operators are shown it, as plain values under the names of the APIs.
import { renderTime } from '../../platform/runtime/rfc3339.ts'
import type { Account } from '../../stores/accounts/account.ts'
import { isSystemAdmin, rolesOf } from '../kernel/permissions.ts'
import type { AuthSettings } from '../kernel/settings.ts'

/** What a user is called on `v1`. */
export function publicIdOf({ id, number }: Pick<Account, 'id' | 'number'>, userIds: AuthSettings['userIds']): string | number {
  return userIds === 'number' && number !== null ? number : id
}

export function viewUser(user: Account) {
  const [role] = rolesOf(user.permissions)
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    email_verified: user.emailVerifiedAt !== null,
    is_admin: isSystemAdmin(user.permissions),
    role,
    permissions: [...user.permissions],
    created_at: renderTime(user.createdAt),
  }
}
