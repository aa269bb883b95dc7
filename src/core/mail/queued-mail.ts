// Turns a mail into the sealed row that waits in the outbox, and back.
import type { Mail } from '../../platform/mail/mail.ts'
import type { MailCaps, OutboxRow, OutgoingMail } from '../../stores/mail/outbox.ts'
import type { Deps } from '../kernel/deps.ts'
import type { AuthSettings } from '../kernel/settings.ts'
import type { MailContent } from './mails.ts'

const SEAL_PURPOSE = 'outbox'

/**
 * What caps count, one for each act anybody may ask for, and the same whether the address has an account or not: a
 * verification and its stand-in are both `registration`. Notices to a user about the own account are not capped.
 */
export type MailPurpose = 'registration' | 'password_reset' | 'email_change' | 'notice'

export interface MailAddressing {
  readonly recipient: string
  readonly purpose: MailPurpose
  /** The address (IPv6 by /64) the caps are counted for. */
  readonly requesterIp: string
  readonly senderId?: string | null
  /** When the token in its link dies: it is not sent after that. `null` where there is none. */
  readonly expiresAt: number | null
}

/** @param isKnown whether the recipient's account was proven from where the request comes from */
export function mailCaps({ limits }: AuthSettings, isKnown = false): MailCaps {
  return {
    perRequesterPerHour: limits.mailsPerRequesterPerHour,
    perRecipientPerDay: limits.mailsPerRecipientPerDay,
    ceilingPerDay: limits.mailsToRecipientPerDay,
    ofRequesterPerHour: limits.mailsOfRequesterPerHour,
    perSenderPerHour: limits.mailsPerSenderPerHour,
    isKnown,
  }
}

export async function sealMail(
  { settings, keyring, random }: Pick<Deps, 'settings' | 'keyring' | 'random'>,
  { recipient, purpose, requesterIp, senderId = null, expiresAt }: MailAddressing,
  content: MailContent,
): Promise<OutgoingMail> {
  const id = random.uuid()
  const mail: Mail = { to: recipient, from: settings.mailFrom, ...content }
  return {
    id,
    recipient,
    purpose,
    requesterIp,
    senderId,
    expiresAt,
    sealedMail: await keyring.seal(SEAL_PURPOSE, JSON.stringify(mail), id),
  }
}

/** @returns `null` when it was sealed with a secret that is gone */
export async function openMail({ keyring }: Pick<Deps, 'keyring'>, row: OutboxRow): Promise<Mail | null> {
  const json = await keyring.open(SEAL_PURPOSE, row.sealedMail, row.id)
  return json === null ? null : JSON.parse(json)
}
