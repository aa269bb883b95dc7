// What permissions may be called.
import type { FieldProblem } from '../kernel/errors.ts'

export const PERMISSION = /^[A-Za-z0-9._:-]{1,64}$/

export function findPermissionProblem(permissions: readonly string[]): FieldProblem | null {
  const isFine = permissions.length <= 100 && permissions.every((name) => PERMISSION.test(name))
  return isFine ? null : { field: 'permissions', message: 'must be names of 1 to 64 of the characters A-Z a-z 0-9 . _ : -' }
}
