// One request at a time, over connections that stay open; whatever comes back is told.
import { Agent, request } from 'node:http'
import type { Answer } from './person.ts'

export interface Shot {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Gun {
  /** @throws when there is no answer: the connection broke, or the time is over */
  fire(shot: Shot): Promise<Answer>
  close(): void
}

/** Longer than a whole run: whoever is not answered by then is never answered. */
const PATIENCE_MILLISECONDS = 90_000

export function aimAt(url: URL, connections: number): Gun {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return { fire: (shot) => fire(agent, url, shot), close: () => agent.destroy() }
}

function fire(agent: Agent, { hostname: host, port }: URL, { method, path, headers, body }: Shot): Promise<Answer> {
  const length = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const options = { host, port, path, method, agent, headers: { ...headers, ...length }, timeout: PATIENCE_MILLISECONDS }
    const sent = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', reject)
    sent.end(body)
  })
}
