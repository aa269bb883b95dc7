// Mail through the `send_email` binding: Cloudflare Email Service.
import { withDeadline } from '../runtime/deadline.ts'
import { reasonOf } from '../runtime/log.ts'
import { MailNotTaken, type MailTransport } from './mail.ts'

/** Of Cloudflare's codes those that are about this recipient or this mail. The others are about quotas, the sender or them. */
const PERMANENT = /^E_(RECIPIENT_|VALIDATION_|FIELD_|CONTENT_|HEADER)/

export function createBindingTransport(binding: SendEmail, deadlineMilliseconds: number): MailTransport {
  return {
    keepsMail: false,
    async send({ to, from, subject, text, html }) {
      try {
        await withDeadline('mail', deadlineMilliseconds, () => binding.send({ to, from, subject, text, html }))
      } catch (error) {
        const code = codeOf(error instanceof Error ? error.cause : null)
        throw new MailNotTaken(code ?? 'binding_failed', { isPermanent: PERMANENT.test(code ?? ''), detail: reasonOf(error) })
      }
    },
  }
}

function codeOf(cause: unknown): string | null {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null
  return typeof code === 'string' && /^E_[A-Z_]{1,60}$/.test(code) ? code : null
}
