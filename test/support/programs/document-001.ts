// The two clients of document 001 that verify tokens by themselves: a page server with a SvelteKit hook and an API with an Express
// middleware. They know the secret and what the document says, and never ask Postern.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type JWTPayload, jwtVerify } from 'jose'

export interface Running extends AsyncDisposable {
  readonly url: string
}

interface Event {
  readonly cookies: { get(name: string): string | undefined }
  readonly locals: { user: JWTPayload | null }
}

/** As in a `hooks.server.ts`. */
const createHandle =
  (secret: string) =>
  async ({ event, resolve }: { event: Event; resolve: (event: Event) => Response }): Promise<Response> => {
    const token = event.cookies.get('accessToken')
    try {
      event.locals.user = token ? (await jwtVerify(token, new TextEncoder().encode(secret))).payload : null
    } catch {
      event.locals.user = null
    }
    return resolve(event)
  }

/** Its one page shows who is there, or leads to the sign-in. */
export function startPages(secret: string): Promise<Running> {
  const handle = createHandle(secret)
  const page = ({ locals: { user } }: Event) =>
    user === null ? new Response(null, { status: 302, headers: { Location: '/signin' } }) : Response.json(user)
  return listen(
    createServer(async (request, response) => {
      const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=') as [string, string])
      const reply = await handle({ event: { cookies: new Map(pairs), locals: { user: null } }, resolve: page })
      response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text())
    }),
  )
}

type ExpressRequest = IncomingMessage & { user?: JWTPayload }
type ExpressResponse = ServerResponse & { status(code: number): ExpressResponse; json(body: unknown): void }
type Handler = (request: ExpressRequest, response: ExpressResponse, next: () => void) => unknown
interface Express {
  (request: IncomingMessage, response: ServerResponse): void
  get(path: string, ...handlers: readonly Handler[]): void
}

/** @param express where the package is */
export function startApi(secret: string, express: string): Promise<Running> {
  const app: Express = createRequire(import.meta.url)(express)()
  const requireAuth: Handler = async (request, response, next) => {
    const token = request.headers.authorization?.startsWith('Bearer ') ? request.headers.authorization.slice(7) : null
    if (token === null) return response.status(401).json({ message: 'Unauthorized: No token provided' })
    try {
      request.user = (await jwtVerify(token, new TextEncoder().encode(secret))).payload
    } catch {
      return response.status(401).json({ message: 'Unauthorized: Invalid token' })
    }
    next()
  }
  app.get('/archives', requireAuth, ({ user }, response) => response.json({ owner: user?.sub, roles: user?.roles }))
  return listen(createServer(app))
}

async function listen(server: Server): Promise<Running> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
}
