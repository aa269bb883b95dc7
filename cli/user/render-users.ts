// Users in a list.
import type { AdminUser } from '../../src/client/admin-binding.ts'
import { renderTable } from '../operator/table.ts'

const HEADER = ['EMAIL', 'USERNAME', 'NAME', 'VERIFIED', 'DISABLED', 'PIN', 'PERMISSIONS', 'CREATED']

/** One object a user. */
export function toListed(user: AdminUser) {
  const { id, email, username, first_name, last_name, email_verified, disabled_at, permissions, created_at } = user
  return { id, email, username, first_name, last_name, email_verified, disabled_at, has_pin: hasPin(user), permissions, created_at }
}

/** @param isFirst with the header */
export function userTable(users: readonly AdminUser[], isFirst: boolean): string {
  const rows = users.map((user) => [
    user.email,
    user.username ?? '-',
    [user.first_name, user.last_name].filter(Boolean).join(' ') || '-',
    user.email_verified ? 'yes' : 'no',
    user.disabled_at ?? 'no',
    hasPin(user) ? 'yes' : 'no',
    user.permissions.join(',') || '-',
    user.created_at,
  ])
  return renderTable(isFirst ? [HEADER, ...rows] : rows)
}

function hasPin({ credentials }: AdminUser): boolean {
  return credentials.includes('pin')
}
