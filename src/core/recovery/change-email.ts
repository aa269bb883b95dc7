// Asks for another address, or for the proof of the present one: a link to it, which nobody else may have. An address that has an account is told the
// same at the same cost; its owner gets a mail instead.

import type { Account } from '../../stores/accounts/account.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { requireRecentPassword } from '../access/policy.ts'
import { describeAct } from '../audit/audit.ts'
import { checkCurrentPassword } from '../credentials/passwords/check-current-password.ts'
import type { Caller, Deps } from '../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../kernel/errors.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { applyChange } from '../mail/apply-change.ts'
import { requireEmail } from '../mail/email-rules.ts'
import { type MailMessage, mailedLink } from '../mail/mails.ts'
import { mailCaps } from '../mail/queued-mail.ts'
import { sendProof } from '../mailed-links/send-proof.ts'

export interface EmailChangeForm {
  readonly email?: string | undefined
  readonly password?: string | undefined
}

/**
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `reauthentication_required`,
 *   `invalid_request`, `invalid_credentials`, `rate_limited`
 * @throws Unavailable
 */
export async function changeEmail(deps: Deps, caller: Caller, form: EmailChangeForm): Promise<void> {
  const { client } = caller
  const principal = await authenticateStrictly(deps, caller.token)
  requireRecentPassword(deps, principal)
  const { user } = principal
  const { email, password } = requireForm(form, user)
  await checkCurrentPassword(deps, principal, password, client)
  await requireBudget(deps, user)
  if (email === user.email) return sendProof(deps, user, client, { senderId: user.id })

  const { settings } = deps
  const ttlSeconds = settings.verificationTtlSeconds
  const owner = await deps.users.findByEmail(email)
  const { token, hash } = await createOneTimeToken(deps.random)
  const link = mailedLink(settings.publicUrl, 'confirm-email-change', token)
  const message: MailMessage = owner ? { kind: 'already_registered' } : { kind: 'confirm_email_change', link, ttlSeconds }
  // One purpose for both, so that caps fall alike.
  const recipient = { ...(owner ?? user), email }
  const mail = await sealAccountMail(deps, recipient, client, message, 'email_change', user.id)
  const now = deps.clock()
  const newLink = { tokenHash: hash, expiresAt: now + ttlSeconds }
  const event = describeAct(deps, client, { what: 'email_change_requested', userId: user.id, sessionId: principal.sessionId })
  const isAsked = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountLinks.addEmailChange(user, email, newLink, mail, event, mailCaps(settings), now),
  )
  if (!isAsked) throw new AuthError('invalid_credentials', 'account changed meanwhile')
}

/** What the account may have mailed to addresses that are not its own. It says nothing of any address, so it is told. */
async function requireBudget({ settings, outbox, clock }: Deps, { id }: Account): Promise<void> {
  const quota = settings.limits.mailsPerSenderPerHour
  const retryAfterSeconds = await outbox.findSenderWait(id, quota, clock())
  if (retryAfterSeconds === 0) return
  throw new AuthError('rate_limited', 'mails of one account', {
    limit: { policy: 'mails', quota, windowSeconds: 3600, retryAfterSeconds },
  })
}

function requireForm({ email, password = '' }: EmailChangeForm, current: Account): { email: string; password: string } {
  const address = requireEmail(email)
  const fields: FieldProblem[] = [
    ...(address === current.email && current.emailVerifiedAt !== null
      ? [{ field: 'email', message: 'is your address already' }]
      : []),
    ...(password === '' ? [{ field: 'password', message: 'is required' }] : []),
  ]
  if (fields.length > 0) throw new AuthError('invalid_request', 'address or password not acceptable', { fields })
  return { email: address, password }
}
