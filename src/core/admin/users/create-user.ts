// Makes an account without a registration. Its rules are those of the API: policy of passwords, usernames and PINs.

import { SALT_BYTES } from '../../../platform/hashing/password-hash.ts'
import { hashPin } from '../../../platform/hashing/pin-hash.ts'
import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { findMixtureProblem } from '../../../platform/identifiers/new-username.ts'
import { parsePersonName } from '../../../platform/identifiers/person-name.ts'
import { findPinProblem } from '../../../platform/identifiers/pin-policy.ts'
import { newUserId } from '../../../platform/identifiers/user-id.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import { renderTime } from '../../../platform/runtime/rfc3339.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import { hashInTurn } from '../../credentials/hash-room.ts'
import { findNewPasswordProblem, hashNewPassword } from '../../credentials/passwords/new-password.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../../kernel/errors.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { findPermissionProblem } from '../permission-rules.ts'

export interface NewUserForm {
  readonly email?: string | undefined
  readonly password?: string | undefined
  readonly username?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly pin?: string | undefined
  readonly permissions?: readonly string[] | undefined
  readonly verified?: boolean | undefined
}

/** @throws AuthError as `requireOperator`, `invalid_request`, `email_taken`, `username_taken` @throws Unavailable */
export async function createUser(deps: Deps, caller: OperatorCaller, form: NewUserForm): Promise<Account> {
  const operator = await requireOperator(deps, caller, 'change')
  const { settings, random } = deps
  const checked = await checkForm(deps, form)
  const passwordHash = await hashNewPassword(deps, 'password', checked.password)
  const { pin: pinText } = checked
  const pin =
    pinText === null
      ? null
      : await hashInTurn(deps, (checkpoint) => hashPin(deps, pinText, settings.scrypt, random.bytes(SALT_BYTES), checkpoint))
  const id = newUserId(random)
  const event = describeOperatorAct(deps, operator, { what: 'account_created', userId: id })
  const created = await applyChange(deps, { event, hasMail: false }, () =>
    deps.managedAccounts.create(
      {
        id,
        email: checked.email,
        username: checked.username?.username ?? null,
        usernameKey: checked.username?.key ?? null,
        firstName: checked.firstName,
        lastName: checked.lastName,
        passwordHash,
        pin: pin && { ...pin, pinName: random.hex(8) },
        isVerified: form.verified ?? false,
        permissions: form.permissions ?? [],
      },
      event,
    ),
  )
  if ('taken' in created) throw takenError(created)
  return created
}

function takenError(
  problem: { readonly taken: 'address' } | { readonly taken: 'username'; readonly heldUntil: number | null },
): AuthError {
  if (problem.taken === 'address') {
    return new AuthError('email_taken', 'address has an account', {
      fields: [{ field: 'email', message: 'has an account already' }],
    })
  }
  const message =
    problem.heldUntil === null
      ? 'is taken by another account'
      : `is kept until ${renderTime(problem.heldUntil)} for the account that gave it up`
  return new AuthError('username_taken', 'username held by somebody else', { fields: [{ field: 'username', message }] })
}

async function checkForm(deps: Deps, form: NewUserForm) {
  const { email: emailText = '', password = '', username: usernameText, pin } = form
  const email = parseEmailAddress(emailText)
  const username = usernameText === undefined ? null : parseUsername(usernameText)
  const mixture = username && findMixtureProblem(username)
  const [firstName, lastName] = [form.firstName, form.lastName].map((name) => (name === undefined ? null : parsePersonName(name)))
  const pinProblem = pin === undefined ? null : describePinProblem(pin, usernameText)
  const fields: (FieldProblem | null)[] = [
    email === null ? { field: 'email', message: 'must be an e-mail address' } : null,
    usernameText !== undefined && username === null
      ? { field: 'username', message: 'must be 1 to 64 letters, digits, spaces inside, or any of . _ -' }
      : null,
    mixture ? { field: 'username', message: mixture } : null,
    form.firstName !== undefined && !firstName ? { field: 'firstName', message: NAME_RULE } : null,
    form.lastName !== undefined && !lastName ? { field: 'lastName', message: NAME_RULE } : null,
    pinProblem ? { field: 'pin', message: pinProblem } : null,
    findPermissionProblem(form.permissions ?? []),
    await findNewPasswordProblem(deps, 'password', password, { email: email ?? emailText, username: username?.username ?? null }),
  ]
  const problems = fields.filter((field) => field !== null)
  if (email === null || problems.length > 0) throw new AuthError('invalid_request', 'account not acceptable', { fields: problems })
  return { email, password, username, firstName: firstName ?? null, lastName: lastName ?? null, pin: pin ?? null }
}

function describePinProblem(pin: string, username: string | undefined): string | null {
  const problem = findPinProblem(pin)
  if (problem) return `must ${problem}`
  return username === undefined ? 'needs a username, which people sign in with it by' : null
}

const NAME_RULE = 'must be 1 to 100 characters of text on one line'
