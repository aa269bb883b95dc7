// Mails somebody a link for a new password, as if they had asked for it.

import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { RESET_TTL_SECONDS } from '../../links/link-rules.ts'
import { createOneTimeToken } from '../../links/one-time-token.ts'
import { sealAccountMail } from '../../mail/account-mail.ts'
import { applyChange } from '../../mail/apply-change.ts'
import { mailedLink } from '../../mail/mails.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { requireAccount } from '../require-account.ts'

/** @throws AuthError as `requireOperator`, `not_found`, `account_disabled` @throws Unavailable */
export async function sendUserReset(deps: Deps, caller: OperatorCaller, id: string): Promise<void> {
  const operator = await requireOperator(deps, caller, 'change')
  const user = await requireAccount(deps, id)
  if (user.disabledAt !== null) throw new AuthError('account_disabled', 'a link would be of no use')
  const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
  const link = mailedLink(deps.settings.publicUrl, 'reset-password', token)
  const message = { kind: 'reset_password', link, ttlSeconds: RESET_TTL_SECONDS } as const
  const mail = await sealAccountMail(deps, user, caller.client, message, 'password_reset')
  const now = deps.clock()
  const event = describeOperatorAct(deps, operator, { what: 'password_reset_requested', userId: id })
  const asked = { tokenHash, expiresAt: now + RESET_TTL_SECONDS }
  const sent = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountLinks.addReset(user.email, asked, mail, event, null, null, now),
  )
  if (sent === null) throw new AuthError('not_found', 'account changed meanwhile')
}
