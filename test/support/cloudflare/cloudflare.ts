// Cloudflare on loopback: its API, and its network, where the workers that were deployed answer at their addresses over TLS. `wrangler`, and
// whatever asks those addresses, finds it through the environment alone: an address of the API, a token, and a proxy.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { makeCertificate } from '../e2e/certificate.ts'
import { Account } from './account.ts'
import { ApiError, answer } from './api.ts'

export interface Cloudflare extends AsyncDisposable {
  readonly account: Account
  /** For the environment of a command. */
  readonly environment: Readonly<Record<string, string>>
  /** `METHOD path` of every request to the API, in order. */
  readonly asked: string[]
  /** Those that nobody expected. */
  readonly unexpected: string[]
  /** Asks an address of a worker that was deployed. */
  ask(url: string, init?: RequestInit): Promise<Response>
}

const TOKEN = 'token-of-the-tests'
const CLIENT_ADDRESS = '203.0.113.7'

/** @param directory for the certificate @param hosts that workers may be deployed to, besides those of workers.dev */
export async function startCloudflare(directory: string, hosts: readonly string[]): Promise<Cloudflare> {
  const account = new Account()
  const [asked, unexpected]: [string[], string[]] = [[], []]
  const certificate = await makeCertificate(directory, 'cloudflare', ['*.example.workers.dev', ...hosts])

  const api = createHttpServer((request, response) => void serveApi(request, response))
  async function serveApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [method, type] = [request.method ?? 'GET', request.headers['content-type'] ?? '']
    const line = `${method} ${url.pathname}`
    asked.push(line)
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ messages: [], ...(body as object) }))
    }
    try {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) throw new ApiError(401, 10_000, 'Authentication error')
      const answered = await answer(account, { method, url, type, body: await readBody(request) })
      if (!answered) unexpected.push(line)
      if (!answered) throw new ApiError(404, 7003, `Could not route to ${line}`)
      // Everything is on the first page; who asks on and on for the next one wants an empty one.
      const page = Number(url.searchParams.get('page') ?? 1)
      const result = Array.isArray(answered.result) && page > 1 ? [] : answered.result
      const count = Array.isArray(answered.result) ? answered.result.length : 1
      const info = { page, per_page: 100, count, total_count: count, total_pages: 1 }
      reply(200, { success: true, errors: [], result, result_info: info })
    } catch (error) {
      if (!(error instanceof ApiError)) unexpected.push(`${line}: ${error}`)
      const { status, code, message } = error instanceof ApiError ? error : new ApiError(500, 10_013, String(error))
      reply(status, { success: false, errors: [{ code, message }], result: null })
    }
  }

  async function ask(url: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const worker = account.workerAt(new URL(url).host)
    if (!worker) return new Response(null, { status: 530 })
    return account.ask(worker.name, url, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(headers)), 'CF-Connecting-IP': CLIENT_ADDRESS },
    })
  }
  const edge = createHttpsServer(
    { key: certificate.key, cert: certificate.cert },
    (request, response) => void serveEdge(request, response),
  )
  async function serveEdge(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    const { host = '', connection: _, 'transfer-encoding': __, ...rest } = headers as Record<string, string>
    const body = await readBody(request)
    const reply = await ask(`https://${host}${url}`, { method, headers: rest, ...(body.length > 0 && { body }) })
    const fields = [...reply.headers].filter(([name]) => !/^(content-encoding|content-length|transfer-encoding)$/.test(name))
    response.writeHead(reply.status, fields.flat()).end(new Uint8Array(await reply.arrayBuffer()))
  }

  const sockets = new Set<Socket>()
  const proxy = createHttpServer().on('connect', (request, socket: Socket) => {
    if (!/\.workers\.dev:443$/.test(request.url ?? '') && !hosts.some((host) => request.url === `${host}:443`)) {
      unexpected.push(`CONNECT ${request.url}`)
      socket.destroy()
      return
    }
    const inner = connect((edge.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(inner).pipe(socket)
    })
    for (const each of [socket, inner]) sockets.add(each.on('error', () => inner.destroy()))
  })
  await Promise.all([api, edge, proxy].map((server) => listen(server)))
  return {
    ...{ account, asked, unexpected, ask },
    environment: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${portOf(api)}`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: account.id,
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      // What makes Node's own fetch() go through it.
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: certificate.path,
      NO_PROXY: '127.0.0.1,localhost',
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      for (const server of [api, edge]) server.closeAllConnections()
      await Promise.all([api, edge, proxy].map((server) => new Promise((resolve) => server.close(resolve))))
      await account[Symbol.asyncDispose]()
    },
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return new Uint8Array(Buffer.concat(chunks))
}
