// The development mailbox: what was "sent", straight from the outbox, so that a mail is there as soon as its cause is.
import { parseEmailAddress } from '../../platform/identifiers/email-address.ts'
import type { Mail } from '../../platform/mail/mail.ts'
import type { Deps } from '../kernel/deps.ts'
import { openMail } from '../mail/queued-mail.ts'
import { answerMailRequests } from '../mailed-links/ask-for-mail.ts'

export interface MailboxEntry extends Mail {
  readonly sentAt: number
}

const LIMIT = 200
/** For what was asked for just now and is answered after the reply: a second at most. */
const [TURNS, TURN_MILLISECONDS] = [40, 25]

/** @param recipient compared without case; everybody's mail when absent */
export async function readMailbox(deps: Deps, recipient: string | undefined): Promise<readonly MailboxEntry[]> {
  const address = recipient === undefined ? null : (parseEmailAddress(recipient) ?? recipient)
  // No cron runs in development by itself.
  await answerMailRequests(deps)
  for (let turn = 0; turn < TURNS && (await deps.mailRequests.isAnyLeased(deps.clock())); turn += 1) {
    await deps.sleep(TURN_MILLISECONDS)
  }
  const rows = await deps.outbox.listForRecipient(address, LIMIT)
  const entries = await Promise.all(
    rows.map(async (row) => {
      const mail = await openMail(deps, row)
      return mail && { ...mail, sentAt: row.sentAt ?? row.createdAt }
    }),
  )
  return entries.filter((entry) => entry !== null)
}
