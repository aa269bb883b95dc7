// How a mail leaves this worker. What it says, and when it is tried again, is decided by callers.
import { withDeadline } from './deadline.ts'

export interface Mail {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface MailTransport {
  /** Whether sent mails stay readable afterwards: only the development mailbox's do. */
  readonly keepsMail: boolean
  /** @throws Unavailable when the mail was not taken; it may have been, if the answer was lost */
  send(mail: Mail): Promise<void>
}

/** Cloudflare Email Service, through the `send_email` binding. */
export function createBindingTransport(binding: SendEmail, deadlineMilliseconds: number): MailTransport {
  return {
    keepsMail: false,
    async send({ to, from, subject, text, html }) {
      await withDeadline('mail', deadlineMilliseconds, () => binding.send({ to, from, subject, text, html }))
    },
  }
}

/** Development: nothing leaves the machine, and /dev/mailbox reads what would have. */
export const mailboxTransport: MailTransport = {
  keepsMail: true,
  async send() {},
}
