// Answers a request for another verification mail: a link for the registration that the requester made, for an account that has not
// proven its address, or word that there is an account.
import { addressBucket } from '../../platform/identifiers/client-address.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Registration } from '../../stores/accounts/registrations.ts'
import type { MailRequest } from '../../stores/mail/mail-requests.ts'
import { describeAct, logEvent } from '../audit/audit.ts'
import type { Deps } from '../kernel/deps.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { type MailMessage, mailedLink, renderMail } from '../mail/mails.ts'
import { mailCaps, sealMail } from '../mail/queued-mail.ts'
import { clientOf, isFromKnownAddress } from './mail-request-client.ts'
import { remindOfWayBack } from './recovery-warnings.ts'
import { sendProof } from './send-proof.ts'

/** Done once, however often the request is answered. @throws Unavailable */
export async function sendVerification(deps: Deps, request: MailRequest): Promise<void> {
  const { id, email, ip } = request
  const { account, registration, isReserved } = await deps.registrations.findForResend(email, addressBucket(ip), deps.clock())
  if (account?.emailVerifiedAt === null) return sendProof(deps, account, clientOf(request), { requestId: id })
  if (!account && isReserved) return remindOfWayBack(deps, request, 'registration')
  const reader = account ?? registration
  if (!reader) return deps.mailRequests.finish(id)
  const isKnown = account !== null && (await isFromKnownAddress(deps, account.id, request))
  await send(deps, request, account ? null : registration, reader, isKnown)
}

async function send(
  deps: Deps,
  request: MailRequest,
  registration: Registration | null,
  { locale }: Pick<Account, 'locale'>,
  isKnown: boolean,
): Promise<void> {
  const { settings } = deps
  const now = deps.clock()
  const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
  const link = mailedLink(settings.publicUrl, 'verify-email', token)
  const message: MailMessage = registration
    ? { kind: 'verify_email', link, ttlSeconds: registration.expiresAt - now }
    : { kind: 'already_registered' }
  // The registration's, not this request's: whoever reads it must recognise what the link confirms.
  const { createdAt: requestedAt, ip } = registration ?? request
  const addressing = {
    recipient: request.email,
    purpose: 'registration',
    requesterIp: addressBucket(request.ip),
    expiresAt: registration?.expiresAt ?? null,
  } as const
  const context = { publicUrl: settings.publicUrl, requestedAt, ip }
  const mail = await sealMail(deps, addressing, renderMail(message, context, locale ?? settings.defaultLocale))
  const registrationId = registration?.id ?? null
  const event = describeAct(deps, clientOf(request), { what: 'verification_sent', userId: registrationId, actor: 'anonymous' })
  const isSent = await deps.registrations.addLink({
    ...{ registrationId, email: request.email, tokenHash, mail, event },
    ...{ caps: mailCaps(settings, isKnown), requestId: request.id, now },
  })
  if (isSent) logEvent(deps, event)
}
