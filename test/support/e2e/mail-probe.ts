// A worker that sends one mail by the transport it is told, and says what came of it: the transports as they are deployed,
// on the runtime's own sockets.
import { type Mail, MailNotTaken, type MailStamp } from '../../../src/platform/mail/mail.ts'
import { createHttpTransport, type MailHttpService } from '../../../src/platform/mail/mail-http.ts'
import { createSmtpTransport } from '../../../src/platform/mail/mail-smtp.ts'
import type { SmtpServer } from '../../../src/platform/mail/smtp-session.ts'

export interface Errand {
  readonly smtp?: SmtpServer
  readonly http?: MailHttpService
  readonly mail: Mail
  readonly stamp: MailStamp
  readonly deadlineMilliseconds: number
}

export interface Outcome {
  readonly code: string
  readonly isPermanent: boolean
  readonly message: string
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { smtp, http, mail, stamp, deadlineMilliseconds } = (await request.json()) as Errand
    const transport = smtp
      ? createSmtpTransport(smtp, deadlineMilliseconds)
      : createHttpTransport(http ?? { url: '', key: '' }, deadlineMilliseconds)
    try {
      await transport.send(mail, stamp)
      return Response.json({ code: 'sent', isPermanent: false, message: '' } satisfies Outcome)
    } catch (error) {
      const { code, isPermanent } = error instanceof MailNotTaken ? error : { code: 'not MailNotTaken', isPermanent: false }
      return Response.json({ code, isPermanent, message: String(error) } satisfies Outcome)
    }
  },
}
