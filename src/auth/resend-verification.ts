// Another verification mail for an address that has a pending registration. The answer and the work are the same for
// every address.
import { addressBucket } from '../platform/client-address.ts'
import { parseEmailAddress } from '../platform/email-address.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { alreadyRegisteredMail, verificationMail } from './mails.ts'
import { createOneTimeToken } from './one-time-token.ts'
import { mailCaps, sealMail } from './queued-mail.ts'

/** @throws AuthError `invalid_request` @throws Unavailable */
export async function resendVerification(deps: Deps, email: string | undefined, client: Client): Promise<void> {
  const address = email ? parseEmailAddress(email) : null
  if (!address) {
    const message = email ? 'must be an e-mail address' : 'is required'
    throw new AuthError('invalid_request', 'not an address', { fields: [{ field: 'email', message }] })
  }
  const { settings } = deps
  const now = deps.clock()
  const { account, registration } = await deps.registrations.findForResend(address, client.address, now)
  const { token, hash } = await createOneTimeToken(deps.random)
  const context = {
    publicUrl: settings.publicUrl,
    // The registration's, not this request's: whoever reads it must recognise what the link confirms.
    requestedAt: registration?.createdAt ?? now,
    ip: registration?.ip ?? client.address,
  }
  const content = account ? alreadyRegisteredMail(context) : verificationMail(context, token, settings.verificationTtlSeconds)
  const mail = await sealMail(deps, address, addressBucket(client.address), content)
  await deps.registrations.addLink({
    registrationId: account ? null : (registration?.id ?? null),
    email: address,
    tokenHash: hash,
    mail: account || registration ? mail : null,
    caps: mailCaps(settings),
    now,
    expiresAt: now + settings.verificationTtlSeconds,
  })
  deps.defer(deliverMail(deps))
}
