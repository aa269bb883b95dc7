// Grants and takes permissions. They are read from the row for every strict check, so it counts from the next request.

import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { findPermissionProblem } from '../permission-rules.ts'
import { noSuchAccount } from '../require-account.ts'

export interface PermissionEdit {
  readonly id: string
  readonly change: 'grant' | 'revoke'
  readonly permissions: readonly string[] | undefined
}

/** @returns all there are then @throws AuthError as `requireOperator`, `invalid_request`, `not_found` @throws Unavailable */
export async function editPermissions(
  deps: Deps,
  caller: OperatorCaller,
  { id, change, permissions = [] }: PermissionEdit,
): Promise<readonly string[]> {
  const operator = await requireOperator(deps, caller, 'change')
  const problem =
    permissions.length === 0 ? { field: 'permissions', message: 'must not be empty' } : findPermissionProblem(permissions)
  if (problem) throw new AuthError('invalid_request', 'permissions not acceptable', { fields: [problem] })
  const reason = `${change} ${permissions.join(', ')}`
  const event = describeOperatorAct(deps, operator, { what: 'permissions_changed', reason, userId: id })
  const left = await applyChange(deps, { event, hasMail: false }, () =>
    deps.managedAccounts.editPermissions(id, change, permissions, event),
  )
  if (left === null) throw noSuchAccount()
  return left
}
