// Answers a request for a new password: a link, where the address has an account.
import type { MailRequest } from '../../stores/mail/mail-requests.ts'
import { describeAct, logEvent } from '../audit/audit.ts'
import type { Deps } from '../kernel/deps.ts'
import { RESET_TTL_SECONDS } from '../links/link-rules.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { mailedLink } from '../mail/mails.ts'
import { mailCaps } from '../mail/queued-mail.ts'
import { clientOf, isFromKnownAddress } from './mail-request-client.ts'
import { remindOfWayBack } from './recovery-warnings.ts'

/** Done once, however often the request is answered. @throws Unavailable */
export async function sendReset(deps: Deps, request: MailRequest): Promise<void> {
  const { settings } = deps
  const account = await deps.users.findByEmail(request.email)
  if (!account) return remindOfWayBack(deps, request, 'password_reset')
  if (account.disabledAt !== null) return deps.mailRequests.finish(request.id)
  const client = clientOf(request)
  const caps = mailCaps(settings, await isFromKnownAddress(deps, account.id, request))
  const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
  const link = mailedLink(settings.publicUrl, 'reset-password', token)
  const message = { kind: 'reset_password', link, ttlSeconds: RESET_TTL_SECONDS } as const
  const mail = await sealAccountMail(deps, account, client, message, 'password_reset')
  const now = deps.clock()
  const event = describeAct(deps, client, { what: 'password_reset_requested', userId: null, actor: 'anonymous' })
  const newLink = { tokenHash, expiresAt: now + RESET_TTL_SECONDS }
  const userId = await deps.accountLinks.addReset(request.email, newLink, mail, event, caps, request.id, now)
  if (userId !== null) logEvent(deps, event, userId)
}
