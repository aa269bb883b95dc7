// Permissions are free strings; two of them mean something to Postern itself.
import { reaches } from './assurance.ts'

export const SYSTEM_ADMIN = 'systemAdmin'
export const USERS_MANAGER = 'usersManager'

/** What a user may in a session: rights over other users want more than what is guessed easily. */
export function permissionsOf(granted: readonly string[], amr: readonly string[]): readonly string[] {
  if (reaches(amr, 'urn:postern:aal1')) return granted
  return granted.filter((permission) => permission !== SYSTEM_ADMIN && permission !== USERS_MANAGER)
}

export function isSystemAdmin(permissions: readonly string[]): boolean {
  return permissions.includes(SYSTEM_ADMIN)
}

export function rolesOf(permissions: readonly string[]): ['admin' | 'user'] {
  return [isSystemAdmin(permissions) ? 'admin' : 'user']
}
