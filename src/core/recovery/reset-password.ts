// A new password by the mailed link. It ends every session, every other credential and every other link, and proves the address.

import { reasonOf } from '../../platform/runtime/log.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { AccountLink } from '../../stores/accounts/account-links.ts'
import { describeAct } from '../audit/audit.ts'
import { checkPasswordOf, noteProof } from '../credentials/passwords/check-current-password.ts'
import { findNewPasswordProblem, hashLinkedPassword } from '../credentials/passwords/new-password.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { invalidLink, type OpenedLink, openMailedLink } from '../links/mailed-link.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { applyChange } from '../mail/apply-change.ts'
import { deliverMail } from '../mail/deliver-mail.ts'
import { endSessionsBefore } from '../sessions/end-sessions-before.ts'

export interface ResetForm {
  readonly token?: string | undefined
  readonly password?: string | undefined
}

/** What the new password is called in a refusal. */
const FIELD = 'password'

/** Whose password the link changes. Changes nothing. @throws AuthError `invalid_link` @throws Unavailable */
export async function describeReset(deps: Deps, token: string | undefined): Promise<{ readonly email: string }> {
  const { link } = await openReset(deps, token)
  if (link.isSpent) throw invalidLink('reset token spent')
  return { email: link.email }
}

/**
 * Done once; the same link with the same password is told the same again, since the first answer may have been lost.
 * @throws AuthError `invalid_link`, `invalid_request`, which does not spend the link, `rate_limited` @throws Unavailable
 */
export async function resetPassword(deps: Deps, { token, password = '' }: ResetForm, client: Client): Promise<void> {
  const { link, hash } = await openReset(deps, token)
  const problem = await findNewPasswordProblem(deps, FIELD, password, link.user)
  if (problem) throw new AuthError('invalid_request', 'password not acceptable', { fields: [problem] })

  const epoch = link.isSpent ? null : await spend(deps, hash, link.user, password, client)
  if (epoch === null) return repeat(deps, token, password, client)
  await followUp(deps, link.user, epoch, client)
}

function openReset(deps: Deps, token: string | undefined): Promise<OpenedLink<AccountLink>> {
  return openMailedLink(token, async (hash) => {
    const link = await deps.accountLinks.find(hash, 'reset_password', deps.clock())
    return link && link.user.disabledAt === null && link.user.email === link.email ? link : null
  })
}

/** @returns the new epoch, or `null` when the link was spent meanwhile */
async function spend(deps: Deps, tokenHash: string, user: Account, password: string, client: Client): Promise<number | null> {
  const passwordHash = await hashLinkedPassword(deps, FIELD, password, client)
  const notice = await sealAccountMail(deps, user, client, { kind: 'password_changed', pinRemoved: user.pinName !== null })
  const event = describeAct(deps, client, { what: 'password_reset', userId: user.id })
  return applyChange(deps, { event, hasMail: true }, () =>
    deps.accountLinks.reset(tokenHash, deps.random.hex(16), passwordHash, { notice, event }, deps.clock()),
  )
}

/** The holder of a spent link learns no more than whoever signs in with this password, and is limited like them. */
async function repeat(deps: Deps, token: string | undefined, password: string, client: Client): Promise<void> {
  const { link } = await openReset(deps, token)
  if (!link.isSpent) throw invalidLink('reset outdone by another change')
  await checkPasswordOf(deps, link.user, password, client).catch((error: unknown) => {
    throw error instanceof AuthError && error.code === 'invalid_credentials' ? invalidLink('reset token spent') : error
  })
  await followUp(deps, link.user, link.user.sessionEpoch, client)
  deps.defer(deliverMail(deps))
}

async function followUp(deps: Deps, user: Account, epoch: number, client: Client): Promise<void> {
  await Promise.all([endSessionsBefore(deps, user.id, epoch), liftLimits(deps, user), noteProof(deps, user, client)])
}

/**
 * Guesses at the forgotten password are no reason to wait, on whichever device they were made. The new password does not depend on
 * it.
 */
async function liftLimits({ limits, log }: Deps, user: Account): Promise<void> {
  await limits.clearWaits(user).catch((error: unknown) => {
    log('warn', 'limits not lifted after a reset', { reason: reasonOf(error) })
  })
}
