// What became of the mailed links of one kind, as a clause of a sentence.
import { renderTime } from '../../../platform/runtime/rfc3339.ts'
import type { MailedLink } from '../../../stores/mail/mailed-links.ts'

/** @returns `null` where no link counts; the one that its reader is most likely to have speaks for all */
export function describeLinks(links: readonly MailedLink[]): string | null {
  const [best] = links.toSorted((a, b) => rankOf(a) - rankOf(b))
  if (!best) return null
  const { mail, createdAt, expiresAt } = best
  if (mail === null)
    return `a link of ${renderTime(createdAt)} counts until ${renderTime(expiresAt)}; its mail is not kept any more`
  if (mail.sentAt !== null) return `a link was mailed at ${renderTime(mail.sentAt)}, and counts until ${renderTime(expiresAt)}`
  if (mail.deadAt !== null) return `the mail with the link could not be delivered (${mail.reason ?? 'no reason given'})`
  return `the mail with the link waits to be sent${mail.reason === null ? '' : `, after ${mail.reason}`}`
}

/** Whether a link may have reached its reader. */
export function isDelivered({ mail }: MailedLink): boolean {
  return mail === null || mail.sentAt !== null
}

function rankOf(link: MailedLink): number {
  if (isDelivered(link)) return 0
  return link.mail?.deadAt === null ? 1 : 2
}
