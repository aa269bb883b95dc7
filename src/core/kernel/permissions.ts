// Permissions are free strings; two of them mean something to Postern itself.

export const SYSTEM_ADMIN = 'systemAdmin'
export const USERS_MANAGER = 'usersManager'

/** What a user may in a session: a PIN is guessed too easily to carry the rights over other users. */
export function permissionsOf(granted: readonly string[], amr: readonly string[]): readonly string[] {
  if (!amr.includes('pin')) return granted
  return granted.filter((permission) => permission !== SYSTEM_ADMIN && permission !== USERS_MANAGER)
}

export function isSystemAdmin(permissions: readonly string[]): boolean {
  return permissions.includes(SYSTEM_ADMIN)
}

export function rolesOf(permissions: readonly string[]): ['admin' | 'user'] {
  return [isSystemAdmin(permissions) ? 'admin' : 'user']
}
