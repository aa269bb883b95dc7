// Cloudflare Turnstile, asked what a widget's token is worth. A token counts once, for five minutes, where its page is ours.
// https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
import { withDeadline } from '../runtime/deadline.ts'
import { askOutside } from './outside.ts'

export interface TurnstileAnswer {
  readonly token: string
  /** What the widget is to have been shown for, where it says so itself. */
  readonly action: string
  readonly address: string | undefined
  /** A UUID of this question alone: asking it twice does not spend the token twice. */
  readonly idempotencyKey: string
}

export interface Turnstile {
  /** @returns why the token does not count, `null` where it does @throws Unavailable */
  findProblem(answer: TurnstileAnswer): Promise<string | null>
}

interface TurnstileOptions {
  readonly url: string
  readonly secret: string
  /** Of the pages that may show the widget; a secret for testing knows no host. */
  readonly hostnames: readonly string[]
  readonly deadlineMilliseconds: number
}

interface Verdict {
  readonly success: boolean
  readonly errorCodes: readonly string[]
  readonly hostname: string
  readonly action: string
}

const MAX_TOKEN_LENGTH = 2048
const MAX_ANSWER_BYTES = 16 * 1024
/** What says nothing of the token: the secret is wrong, the question is, or Turnstile is broken. */
const FAULTS = ['missing-input-secret', 'invalid-input-secret', 'bad-request', 'internal-error']

/** A secret that Cloudflare gives to everybody, to pass or refuse whatever token there is, for whatever host. */
export function isTestSecret(secret: string): boolean {
  return /^[123]x0+AA$/.test(secret)
}

export function createTurnstile({ url, secret, hostnames, deadlineMilliseconds }: TurnstileOptions): Turnstile {
  async function ask({ token, address, idempotencyKey }: TurnstileAnswer, signal: AbortSignal): Promise<Verdict> {
    const body = new URLSearchParams({ secret, response: token, idempotency_key: idempotencyKey })
    if (address !== undefined) body.set('remoteip', address)
    const { status, text } = await askOutside(url, { method: 'POST', body, signal }, MAX_ANSWER_BYTES)
    const verdict = parseVerdict(text)
    const fault = verdict?.errorCodes.find((code) => FAULTS.includes(code))
    if (!verdict || fault !== undefined || (status !== 200 && (verdict.success || status >= 500))) {
      throw new Error(fault ?? `no verdict, status ${status}`)
    }
    return verdict
  }

  return {
    async findProblem(answer) {
      if (answer.token.length > MAX_TOKEN_LENGTH) return 'token too long'
      const verdict = await withDeadline('Turnstile', deadlineMilliseconds, async () => {
        const signal = AbortSignal.timeout(deadlineMilliseconds)
        return ask(answer, signal).catch(() => ask(answer, signal))
      })
      if (!verdict.success) return `refused: ${verdict.errorCodes.join(' ').slice(0, 100)}`
      if (isTestSecret(secret)) return null
      if (verdict.hostname !== '' && !hostnames.includes(verdict.hostname)) return 'widget of another host'
      if (verdict.action !== '' && verdict.action !== answer.action) return 'widget for another action'
      return null
    },
  }
}

/** @returns `null` for what is no answer of siteverify */
function parseVerdict(text: string): Verdict | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('success' in value) || typeof value.success !== 'boolean') return null
  const { hostname, action, 'error-codes': codes } = value as Readonly<Record<string, unknown>>
  return {
    success: value.success,
    errorCodes: Array.isArray(codes) ? codes.map(String) : [],
    hostname: typeof hostname === 'string' ? hostname.toLowerCase() : '',
    action: typeof action === 'string' ? action : '',
  }
}
