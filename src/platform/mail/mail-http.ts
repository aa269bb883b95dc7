// Mail through an HTTP service that speaks Resend's `POST /emails`. The mail's id is its `Idempotency-Key`, so that a mail
// whose answer was lost is not sent twice.
import { MailNotTaken, type MailTransport } from './mail.ts'

export interface MailHttpService {
  readonly url: string
  readonly key: string
}

/** Refusals of 400 to 499 that another attempt may meet with a better answer; 401 and 403 are about the key, not about this mail. */
const WORTH_ANOTHER_TRY = new Set([401, 403, 408, 409, 425, 429])

export function createHttpTransport({ url, key }: MailHttpService, deadlineMilliseconds: number): MailTransport {
  return {
    keepsMail: false,
    async send({ to, from, subject, text, html }, { id }) {
      const response = await ask(url, deadlineMilliseconds, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${key}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': id,
          // Workers name themselves to nobody, and Resend answers 403 to who does not.
          'User-Agent': 'postern',
        },
        body: JSON.stringify({ from, to: [to], subject, text, html }),
        // Neither the key nor the mail goes where this address was not configured to be.
        redirect: 'manual',
      })
      if (response.ok) return void (await response.body?.cancel())
      const isPermanent = response.status >= 400 && response.status < 500 && !WORTH_ANOTHER_TRY.has(response.status)
      throw new MailNotTaken(`http_${response.status}`, { isPermanent, detail: await response.text().catch(() => '') })
    },
  }
}

async function ask(url: string, deadlineMilliseconds: number, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(deadlineMilliseconds) })
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    throw new MailNotTaken(isLate ? 'http_timeout' : 'http_unreachable', { detail: isLate ? '' : String(error) })
  }
}
