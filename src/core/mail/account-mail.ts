// A mail about an account, sealed for the outbox, in the language of whoever reads it.
import { addressBucket } from '../../platform/identifiers/client-address.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { OutgoingMail } from '../../stores/mail/outbox.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { type MailMessage, renderMail } from './mails.ts'
import { type MailPurpose, sealMail } from './queued-mail.ts'

/**
 * @param to who reads it: an account, or an address without one
 * @param purpose `notice`, which is not capped, is for what a user has done or must know
 * @param senderId the account that causes it, where it goes to an address of somebody else
 */
export async function sealAccountMail(
  deps: Pick<Deps, 'settings' | 'keyring' | 'random' | 'clock'>,
  to: Pick<Account, 'email'> & Partial<Pick<Account, 'locale'>>,
  client: Client,
  message: MailMessage,
  purpose: MailPurpose = 'notice',
  senderId: string | null = null,
): Promise<OutgoingMail> {
  const { settings } = deps
  const now = deps.clock()
  const context = { publicUrl: settings.publicUrl, requestedAt: now, ip: client.address }
  const expiresAt = 'ttlSeconds' in message ? now + message.ttlSeconds : null
  const addressing = { recipient: to.email, purpose, requesterIp: addressBucket(client.address), senderId, expiresAt }
  return sealMail(deps, addressing, renderMail(message, context, to.locale ?? settings.defaultLocale))
}
