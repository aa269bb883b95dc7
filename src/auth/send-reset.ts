// Answers a request for a new password: a link, where the address has an account.
import type { MailRequest } from '../stores/mail-requests.ts'
import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import type { Deps } from './deps.ts'
import { RESET_TTL_SECONDS } from './link-rules.ts'
import { clientOf, isFromKnownAddress } from './mail-request-client.ts'
import { mailedLink } from './mails.ts'
import { createOneTimeToken } from './one-time-token.ts'
import { mailCaps } from './queued-mail.ts'
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
