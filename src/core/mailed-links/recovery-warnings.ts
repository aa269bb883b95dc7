// Mail to the addresses that may take an account back, each with a link of its own to do so.

import type { Account } from '../../stores/accounts/account.ts'
import type { ReservedAddress, Warning } from '../../stores/accounts/recovery-points.ts'
import type { MailRequest } from '../../stores/mail/mail-requests.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { type MailMessage, mailedLink } from '../mail/mails.ts'
import { type MailPurpose, mailCaps } from '../mail/queued-mail.ts'
import { clientOf, isFromKnownAddress } from './mail-request-client.ts'

/**
 * @param emails those that are warned; `null` and repetitions are left out
 * @param tell the words, around the link
 */
export async function prepareWarnings(
  deps: Deps,
  client: Client,
  { emails, locale }: { readonly emails: readonly (string | null)[]; readonly locale: Account['locale'] },
  ttlSeconds: number,
  tell: (link: string) => MailMessage,
): Promise<readonly Warning[]> {
  const recipients = [...new Set(emails)].filter((email) => email !== null)
  return Promise.all(
    recipients.map(async (email) => {
      const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
      const message = tell(mailedLink(deps.settings.publicUrl, 'undo-email-change', token))
      const mail = await sealAccountMail(deps, { email, locale }, client, message)
      return { email, tokenHash, expiresAt: deps.clock() + ttlSeconds, mail }
    }),
  )
}

/** The mail to an address without an account that may take one back before every other address. */
export function wayBack(publicUrl: string, { presentEmail, expiresAt }: ReservedAddress, token: string, now: number): MailMessage {
  const link = mailedLink(publicUrl, 'undo-email-change', token)
  const ttlSeconds = expiresAt - now
  return presentEmail === null
    ? { kind: 'account_deleted', link, ttlSeconds }
    : { kind: 'email_changed', newEmail: presentEmail, link, ttlSeconds }
}

/**
 * Answers a request for mail to such an address, whatever was asked for: nobody gets an account with it now, and this is what its owner
 * needs. Within the caps of what was asked for. Nothing where the address is kept for nobody. @throws Unavailable
 */
export async function remindOfWayBack(deps: Deps, request: MailRequest, purpose: MailPurpose): Promise<void> {
  const now = deps.clock()
  const reserved = await deps.recoveryPoints.findReserved(request.email, now)
  if (!reserved) return deps.mailRequests.finish(request.id)
  const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
  const message = wayBack(deps.settings.publicUrl, reserved, token, now)
  const mail = await sealAccountMail(deps, reserved, clientOf(request), message, purpose)
  const isKnown = await isFromKnownAddress(deps, reserved.userId, request)
  const warning = { email: reserved.email, tokenHash, expiresAt: reserved.expiresAt, mail }
  await deps.recoveryPoints.remind(warning, reserved.userId, mailCaps(deps.settings, isKnown), request.id, now)
}
