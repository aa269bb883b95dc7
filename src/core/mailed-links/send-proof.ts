// Mails the link by which an account proves its address: one that was imported, or made by the operator, without proof.
import type { Account } from '../../stores/accounts/account.ts'
import { describeAct, logEvent } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { deliverMail } from '../mail/deliver-mail.ts'
import { mailedLink } from '../mail/mails.ts'
import { mailCaps } from '../mail/queued-mail.ts'

/** Within the caps of registration mail. Does nothing for an account that has another address, or a proven one, by now. @throws Unavailable */
export async function sendProof(
  deps: Deps,
  user: Account,
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
