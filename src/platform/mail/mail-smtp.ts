// Mail through any SMTP submission server, over TLS always.
import { connect } from 'cloudflare:sockets'
import { withDeadline } from '../runtime/deadline.ts'
import { MailNotTaken, type MailTransport } from './mail.ts'
import { domainOf, renderMime, requireMailbox } from './mime-message.ts'
import { type SmtpServer, sendOverSmtp } from './smtp-session.ts'

export function createSmtpTransport(server: SmtpServer, deadlineMilliseconds: number): MailTransport {
  return {
    keepsMail: false,
    async send(mail, stamp) {
      const [from, to] = [requireMailbox(mail.from), requireMailbox(mail.to)]
      const envelope = { from, to, clientName: domainOf(from), message: renderMime(mail, stamp) }
      const secureTransport = server.tls === 'implicit' ? 'on' : 'starttls'
      let socket = connect({ hostname: server.host, port: server.port }, { secureTransport, allowHalfOpen: false })
      const follow = (secured: Socket) => {
        socket = secured
      }
      try {
        await withDeadline('mail', deadlineMilliseconds, () => sendOverSmtp(socket, server, envelope, follow))
      } catch (error) {
        throw error instanceof Error && error.cause instanceof MailNotTaken ? error.cause : new MailNotTaken('smtp_timeout')
      } finally {
        // Not waited for: with some servers it never settles.
        socket.close().catch(() => {})
      }
    },
  }
}
