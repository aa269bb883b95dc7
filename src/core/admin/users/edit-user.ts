// Names or address of somebody else. What is left out stays, `null` clears. A username that is given up stays the account's for 30 days.

import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { findMixtureProblem } from '../../../platform/identifiers/new-username.ts'
import { parsePersonName } from '../../../platform/identifiers/person-name.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../../kernel/errors.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type Operator, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount, requireAccount } from '../require-account.ts'

export interface UserEdit {
  readonly id: string
  /** Changes alone: it ends what names do not. */
  readonly email?: string | undefined
  /** Whether the new address counts as proven. */
  readonly verified?: boolean | undefined
  readonly username?: string | null | undefined
  readonly firstName?: string | null | undefined
  readonly lastName?: string | null | undefined
}

/** @returns the user as it is then @throws AuthError as `requireOperator`, `not_found`, `invalid_request`, `email_taken`, `username_taken` */
export async function editUser(deps: Deps, caller: OperatorCaller, edit: UserEdit): Promise<Account> {
  const operator = await requireOperator(deps, caller, 'change')
  const account = await requireAccount(deps, edit.id)
  if (edit.email !== undefined) return moveUser(deps, operator, account, edit)
  const changes = checkEdit(edit)
  await requireNoLockedPin(deps, account, changes.username)
  const reason = Object.entries({ first_name: changes.firstName, last_name: changes.lastName, username: changes.username })
    .flatMap(([name, value]) => (value === undefined ? [] : [name]))
    .join(', ')
  const event = reason === '' ? null : describeOperatorAct(deps, operator, { what: 'profile_changed', reason, userId: edit.id })
  const outcome = await applyChange(deps, { event, hasMail: false }, () =>
    deps.accountChanges.updateProfile({ ...account, evenIfDisabled: true }, changes, event, [], deps.clock()),
  )
  if (outcome === 'taken') {
    throw new AuthError('username_taken', 'username held by somebody else', {
      fields: [{ field: 'username', message: 'is taken' }],
    })
  }
  if (outcome === 'gone') throw new AuthError('not_found', 'account changed meanwhile')
  return outcome
}

/** Guesses of a PIN are counted by the username: another one must not unlock the PIN by the way. */
async function requireNoLockedPin(
  deps: Deps,
  account: Account,
  username: { readonly key: string } | null | undefined,
): Promise<void> {
  const { email, usernameKey, pinName } = account
  if (username === undefined || usernameKey === null || username?.key === usernameKey || pinName === null) return
  const { pin } = await deps.limits.describe({ email, usernameKey }, deps.clock())
  if (!pin?.isDead) return
  const message = 'cannot change while the PIN is locked after wrong guesses: unlock the account first'
  throw new AuthError('invalid_request', 'PIN is locked', { fields: [{ field: 'username', message }] })
}

/** No address of before may take the account back from what the operator says; the one that loses it is told. */
async function moveUser(deps: Deps, operator: Operator, account: Account, edit: UserEdit): Promise<Account> {
  const { email: text = '', verified = false, username, firstName, lastName } = edit
  const email = parseEmailAddress(text)
  const isAlone = [username, firstName, lastName].every((name) => name === undefined)
  if (email === null || !isAlone) {
    const message = email === null ? 'must be an e-mail address' : 'must be changed alone'
    throw new AuthError('invalid_request', 'address not acceptable', { fields: [{ field: 'email', message }] })
  }
  if (email === account.email) return account
  const farewell = await sealAccountMail(deps, account, operator.client, { kind: 'address_replaced', newEmail: email })
  const event = describeOperatorAct(deps, operator, { what: 'email_changed', userId: account.id })
  const moved = await applyChange(deps, { event, hasMail: true }, () =>
    deps.managedAccounts.move(account.id, email, verified, farewell, event),
  )
  if (moved === 'gone') throw noSuchAccount()
  if (moved === 'taken') {
    throw new AuthError('email_taken', 'address has an account', {
      fields: [{ field: 'email', message: 'has an account already' }],
    })
  }
  return moved
}

function checkEdit({ username: usernameText, firstName: first, lastName: last }: UserEdit) {
  const problems: FieldProblem[] = []
  const read = <T>(field: string, text: string | null | undefined, parse: (text: string) => T | null, rule: string) => {
    if (text === undefined || text === null) return text
    const value = parse(text)
    if (value === null) problems.push({ field, message: rule })
    return value ?? undefined
  }
  const username = read('username', usernameText, parseUsername, 'must be 1 to 64 letters, digits, spaces inside, or any of . _ -')
  const mixture = username && findMixtureProblem(username)
  if (mixture) problems.push({ field: 'username', message: mixture })
  const rule = 'must be 1 to 100 characters of text on one line'
  const firstName = read('firstName', first, parsePersonName, rule)
  const lastName = read('lastName', last, parsePersonName, rule)
  if (problems.length > 0) throw new AuthError('invalid_request', 'names not acceptable', { fields: problems })
  return { firstName, lastName, username }
}
