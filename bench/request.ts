// One HTTP request over an agent's connections; whatever comes back is told.
import { type Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface Question {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** @throws when there is no reply: the connection broke, or nothing came for so many milliseconds */
export function sendRequest(agent: Agent, { hostname, port }: URL, question: Question, timeout?: number): Promise<Reply> {
  const { method, path, headers, body } = question
  const length = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
  const options = { host: hostname, port, path, method, agent, headers: { ...headers, ...length }, timeout }
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', reject)
    sent.end(body)
  })
}
