// Sets the PIN of somebody else. Sessions that the PIN before opened end; the user is told by mail.
import { SALT_BYTES } from '../../../platform/hashing/password-hash.ts'
import { hashPin } from '../../../platform/hashing/pin-hash.ts'
import { findPinProblem } from '../../../platform/identifiers/pin-policy.ts'
import { hashInTurn } from '../../credentials/hash-room.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { endPinSessions } from '../../sessions/end-pin-sessions.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { noSuchAccount, requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found`, `invalid_request` @throws Unavailable */
export async function setUserPin(
  deps: Deps,
  caller: OperatorCaller,
  { id, pin = '' }: { readonly id: string; readonly pin: string | undefined },
): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const user = await requireAccount(deps, id)
  const problem = findPinProblem(pin)
  if (problem)
    throw new AuthError('invalid_request', 'PIN not acceptable', { fields: [{ field: 'pin', message: `must ${problem}` }] })
  if (user.usernameKey === null) {
    const message = 'needs a username, which people sign in with it by: set one first'
    throw new AuthError('invalid_request', 'no username', { fields: [{ field: 'pin', message }] })
  }
  const { random, settings } = deps
  const stored = await hashInTurn(deps, (checkpoint) => hashPin(deps, pin, settings.scrypt, random.bytes(SALT_BYTES), checkpoint))
  await deps.limits.revivePin(user.usernameKey, deps.clock())
  const notice = await sealAccountMail(deps, user, caller.client, { kind: 'pin_changed' })
  const event = describeOperatorAct(deps, operator, { what: 'pin_set', userId: id })
  const isSet = await applyChange(deps, { event, hasMail: true }, () =>
    deps.managedAccounts.setPin(id, stored, random.hex(8), notice, event),
  )
  if (!isSet) throw noSuchAccount()
  await endPinSessions(deps, id)
}
