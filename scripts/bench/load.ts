// Puts load on one endpoint and tells how fast it answered. Bounded in time; a wrong answer ends the run.
import { Agent, type RequestOptions, request } from 'node:http'

export interface Shot {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Row {
  readonly name: string
  readonly concurrency: number
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const WARM_UP_MILLISECONDS = 300

/**
 * @param nextShot what client `client` asks next, given the body of its last answer
 * @param milliseconds how long to measure; latencies are in milliseconds
 */
export async function measure(
  name: string,
  url: URL,
  concurrency: number,
  milliseconds: number,
  nextShot: (client: number, lastBody: string | null) => Shot,
): Promise<Row> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const latencies: number[] = []
  const startedAt = performance.now()
  const measuredFrom = startedAt + WARM_UP_MILLISECONDS
  const end = measuredFrom + milliseconds
  const runClient = async (client: number) => {
    for (let body: string | null = null; performance.now() < end; ) {
      const sentAt = performance.now()
      body = await fire(url, agent, nextShot(client, body), name)
      if (sentAt >= measuredFrom) latencies.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, client) => runClient(client)))
  const seconds = (performance.now() - measuredFrom) / 1000
  agent.destroy()
  latencies.sort((a, b) => a - b)
  const percentile = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
  return {
    name,
    concurrency,
    requestsPerSecond: latencies.length / seconds,
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
  }
}

export function fire(url: URL, agent: Agent, shot: Shot, name: string): Promise<string> {
  const options: RequestOptions = {
    host: url.hostname,
    port: url.port,
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
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`Cannot measure ${name}: it answered ${response.statusCode} ${text.slice(0, 200)}`))
      })
    })
    sent.on('error', reject)
    sent.end(shot.body)
  })
}
