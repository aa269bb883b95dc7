// Sets the PIN of somebody else. Sessions that the PIN before opened end; the user is told by mail.
import { SALT_BYTES } from '../../platform/password-hash.ts'
import { hashPin } from '../../platform/pin-hash.ts'
import { findPinProblem } from '../../platform/pin-policy.ts'
import { sealAccountMail } from '../account-mail.ts'
import { logEvent } from '../audit.ts'
import { deliverMail } from '../deliver-mail.ts'
import type { Client, Deps } from '../deps.ts'
import { endPinSessions } from '../end-pin-sessions.ts'
import { AuthError } from '../errors.ts'
import { hashInTurn } from '../hash-room.ts'
import { describeOperatorAct, type OperatorProof, requireOperator } from './operator.ts'
import { noSuchAccount, requireAccount } from './require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found`, `invalid_request` @throws Unavailable */
export async function setUserPin(
  deps: Deps,
  proof: OperatorProof,
  { id, pin = '' }: { readonly id: string; readonly pin: string | undefined },
  client: Client,
): Promise<void> {
  const operator = await requireOperator(deps, proof, 'change', client)
  const user = await requireAccount(deps, id)
  const problem = findPinProblem(pin)
  if (problem)
    throw new AuthError('invalid_request', 'PIN not acceptable', { fields: [{ field: 'pin', message: `must ${problem}` }] })
  if (user.usernameKey === null) {
    const message = 'needs a username, which people sign in with it by: set one first'
    throw new AuthError('invalid_request', 'no username', { fields: [{ field: 'pin', message }] })
  }
  const { random, settings } = deps
  const stored = await hashInTurn(deps, null, (checkpoint) =>
    hashPin(deps, pin, settings.scrypt, random.bytes(SALT_BYTES), checkpoint),
  )
  await deps.limits.revivePin(user.usernameKey, deps.clock())
  const notice = await sealAccountMail(deps, user, client, { kind: 'pin_changed' })
  const event = describeOperatorAct(deps, operator, { what: 'pin_set', userId: id })
  if (!(await deps.managedAccounts.setPin(id, stored, random.hex(8), notice, event))) throw noSuchAccount()
  logEvent(deps, event)
  await endPinSessions(deps, id)
  deps.defer(deliverMail(deps))
}
