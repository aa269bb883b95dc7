// The internet as tests see it: every request that a worker under test sends out is answered here, in vitest's own process, by the
// script of the host it asks for. A host without a script is told so with a status that no service takes for an answer, so that
// no test reaches the real internet. Tests write scripts through test/support/outside-service.ts.

/** What is answered, once; the last of a script is answered from then on. */
export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Ends of line behind the body, which mean nothing in any format. */
  readonly padding?: number
  /** Before the header fields are sent. */
  readonly delayMilliseconds?: number
  /** Sends the body, and never its end. */
  readonly hangs?: boolean
}

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Body = string | ReadableStream<Uint8Array>

interface Script {
  readonly answers: ScriptedAnswer[]
  readonly seen: SeenRequest[]
}

/** Where scripts are put, and what was seen is read: `https://internet.test/HOST`. */
export const SCRIPTS_HOST = 'internet.test'

const scripts = new Map<string, Script>()

/** For miniflare's `outboundService`. */
export async function answerAsInternet(request: {
  readonly method: string
  readonly url: string
  readonly headers: Iterable<[string, string]>
  text(): Promise<string>
}): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Body }> {
  const url = new URL(request.url)
  const body = await request.text()
  if (url.hostname === SCRIPTS_HOST) return direct(request.method, url.pathname.slice(1), body)
  const script = scripts.get(url.hostname)
  if (!script) return { status: 599, headers: {}, body: `No script for ${url.hostname}, and no way to the internet` }
  script.seen.push({ method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body })
  const [answer = {}] = script.answers.length > 1 ? script.answers.splice(0, 1) : script.answers
  await new Promise((resolve) => setTimeout(resolve, answer.delayMilliseconds ?? 0))
  return { status: answer.status ?? 200, headers: answer.headers ?? {}, body: bodyOf(answer) }
}

function direct(method: string, host: string, body: string) {
  if (method === 'PUT') scripts.set(host, { answers: JSON.parse(body), seen: scripts.get(host)?.seen ?? [] })
  return { status: 200, headers: {}, body: JSON.stringify(scripts.get(host)?.seen ?? []) }
}

function bodyOf({ body = '', padding = 0, hangs = false }: ScriptedAnswer): Body {
  if (!hangs) return body + '\n'.repeat(padding)
  return new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(body)) })
}
