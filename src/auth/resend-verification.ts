// Another verification mail for an address that has a pending registration. The answer and the work are the same for
// every address.
import { addressBucket } from '../platform/client-address.ts'
import type { Registration } from '../stores/registrations.ts'
import { describeAct, logEvent } from './audit.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { requireEmail } from './email-rules.ts'
import { type MailMessage, mailedLink, renderMail } from './mails.ts'
import { createOneTimeToken } from './one-time-token.ts'
import { mailCaps, sealMail } from './queued-mail.ts'
import { sendProof } from './send-proof.ts'

/** @throws AuthError `invalid_request` @throws Unavailable */
export async function resendVerification(deps: Deps, email: string | undefined, client: Client): Promise<void> {
  const address = requireEmail(email)
  const { settings } = deps
  const now = deps.clock()
  const { account, registrations } = await deps.registrations.findForResend(address, now)
  if (account && account.emailVerifiedAt === null) return sendProof(deps, account, client)
  const registration = account ? null : choose(registrations, client)
  const { token, hash } = await createOneTimeToken(deps.random)
  const context = {
    publicUrl: settings.publicUrl,
    // The registration's, not this request's: whoever reads it must recognise what the link confirms.
    requestedAt: registration?.createdAt ?? now,
    ip: registration?.ip ?? client.address,
  }
  const message: MailMessage = account
    ? { kind: 'already_registered' }
    : {
        kind: 'verify_email',
        link: mailedLink(settings.publicUrl, 'verify-email', token),
        ttlSeconds: (registration?.expiresAt ?? now) - now,
      }
  const mail = await sealMail(
    deps,
    {
      recipient: address,
      purpose: 'registration',
      requesterIp: addressBucket(client.address),
      expiresAt: registration?.expiresAt ?? null,
    },
    renderMail(message, context, (account ?? registration)?.locale ?? settings.defaultLocale),
  )
  const registrationId = registration?.id ?? null
  const event = describeAct(deps, client, { what: 'verification_sent', userId: registrationId, actor: 'anonymous' })
  const isSent = await deps.registrations.addLink({
    registrationId,
    email: address,
    tokenHash: hash,
    mail: account || registration ? mail : null,
    event,
    caps: mailCaps(settings),
    now,
  })
  if (isSent) logEvent(deps, event)
  deps.defer(deliverMail(deps))
}

/**
 * The newest of those asked for from where this request comes from, else the newest: a stranger's later registration of
 * the same address must not be what the owner of the mailbox is sent when asking again.
 */
function choose(registrations: readonly Registration[], client: Client): Registration | null {
  const own = addressBucket(client.address)
  return registrations.find(({ ip }) => addressBucket(ip) === own) ?? registrations[0] ?? null
}
