// One request at a time, over connections that stay open. A wrong answer ends the run.
import { type Agent, type RequestOptions, request } from 'node:http'

export interface Shot {
  readonly url: URL
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The right answer. Default: 200. */
  readonly status?: number
}

/** @returns the body */
export function fire(agent: Agent, shot: Shot): Promise<string> {
  const options: RequestOptions = {
    host: shot.url.hostname,
    port: shot.url.port,
    path: shot.path,
    method: shot.method,
    agent,
    headers: {
      ...shot.headers,
      ...(shot.body && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(shot.body) }),
    },
  }
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => {
        if (response.statusCode === (shot.status ?? 200)) resolve(text)
        else reject(new Error(`Cannot measure ${shot.path}: it answered ${response.statusCode} ${text.slice(0, 200)}`))
      })
    })
    sent.on('error', reject)
    sent.end(shot.body)
  })
}

export function get(url: URL | null, path: string, headers: Readonly<Record<string, string>> = {}): Shot {
  if (!url) throw new Error(`Cannot ask for ${path}: the worker is not there`)
  return { url, method: 'GET', path, headers }
}
