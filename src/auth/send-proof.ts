// Mails the link by which an account proves its address: one that was imported, or made by the operator, without proof.
import type { User } from '../stores/users.ts'
import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { mailedLink } from './mails.ts'
import { createOneTimeToken } from './one-time-token.ts'
import { mailCaps } from './queued-mail.ts'

/** Within the caps of registration mail. Does nothing for an account that has another address, or a proven one, by now. @throws Unavailable */
export async function sendProof(
  deps: Deps,
  user: User,
  client: Client,
  { requestId = null, senderId = null }: { readonly requestId?: string | null; readonly senderId?: string | null } = {},
): Promise<void> {
  const { settings } = deps
  const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
  const ttlSeconds = settings.verificationTtlSeconds
  const link = mailedLink(settings.publicUrl, 'verify-email', token)
  const mail = await sealAccountMail(deps, user, client, { kind: 'prove_email', link, ttlSeconds }, 'registration', senderId)
  const now = deps.clock()
  const event = describeAct(deps, client, { what: 'verification_sent', userId: user.id, actor: 'anonymous' })
  const isSent = await deps.accountLinks.addProof(
    user,
    { tokenHash, expiresAt: now + ttlSeconds },
    mail,
    event,
    mailCaps(settings),
    requestId,
    now,
  )
  if (isSent) logEvent(deps, event)
  await deliverMail(deps)
}
