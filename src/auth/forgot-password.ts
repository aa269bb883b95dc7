// A link for a new password, to an address that has an account. The answer and the work are the same for every address.
import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { requireEmail } from './email-rules.ts'
import { RESET_TTL_SECONDS } from './link-rules.ts'
import { type MailMessage, mailedLink } from './mails.ts'
import { createOneTimeToken } from './one-time-token.ts'
import { mailCaps } from './queued-mail.ts'
import { requireChallenge } from './require-challenge.ts'

/** @throws AuthError `invalid_request`, `challenge_failed` @throws Unavailable */
export async function forgotPassword(deps: Deps, email: string | undefined, client: Client): Promise<void> {
  const address = requireEmail(email)
  await requireChallenge(deps, 'forgot-password', client)
  const { settings } = deps
  const now = deps.clock()
  // Only for the words of the mail: whether there is an account is decided by the statement that stores the link.
  const account = await deps.users.findByEmail(address)
  const { token, hash } = await createOneTimeToken(deps.random)
  const link = mailedLink(settings.publicUrl, 'reset-password', token)
  const message: MailMessage = { kind: 'reset_password', link, ttlSeconds: RESET_TTL_SECONDS }
  const mail = await sealAccountMail(deps, account ?? { email: address }, client, message, 'password_reset')
  const newLink = { tokenHash: hash, expiresAt: now + RESET_TTL_SECONDS }
  const event = describeAct(deps, client, { what: 'password_reset_requested', userId: null, actor: 'anonymous' })
  const userId = await deps.accountLinks.addReset(address, newLink, mail, event, mailCaps(settings), now)
  if (userId !== null) logEvent(deps, event, userId)
  deps.defer(deliverMail(deps))
}
