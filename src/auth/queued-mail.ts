// Turns a mail into the sealed row that waits in the outbox, and back.
import type { Mail } from '../platform/mail.ts'
import type { MailCaps, OutboxRow, OutgoingMail } from '../stores/outbox.ts'
import type { Deps } from './deps.ts'
import type { AuthSettings } from './settings.ts'

const SEAL_PURPOSE = 'outbox'

/** One purpose for a verification and its stand-in, so that caps fall alike whether the address has an account or not. */
export const REGISTRATION_MAIL = 'registration'

export function mailCaps({ limits }: AuthSettings): MailCaps {
  return { perRequesterPerHour: limits.mailsPerRequesterPerHour, perRecipientPerDay: limits.mailsPerRecipientPerDay }
}

/** @param requesterIp the address (IPv6 by /64) the cap an hour is counted for */
export async function sealMail(
  { settings, keyring, random }: Pick<Deps, 'settings' | 'keyring' | 'random'>,
  recipient: string,
  requesterIp: string,
  content: Omit<Mail, 'to' | 'from'>,
): Promise<OutgoingMail> {
  const id = random.uuid()
  const mail: Mail = { to: recipient, from: settings.mailFrom, ...content }
  return {
    id,
    recipient,
    purpose: REGISTRATION_MAIL,
    requesterIp,
    sealedMail: await keyring.seal(SEAL_PURPOSE, JSON.stringify(mail), id),
  }
}

/** @returns `null` when it was sealed with a secret that is gone */
export async function openMail({ keyring }: Pick<Deps, 'keyring'>, row: OutboxRow): Promise<Mail | null> {
  const json = await keyring.open(SEAL_PURPOSE, row.sealedMail, row.id)
  return json === null ? null : JSON.parse(json)
}
