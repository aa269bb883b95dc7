// Calls the service methods of document 001 and says what they resolved to, or the message of the error that they threw.
interface AuthService {
  login(email: string, password: string): Promise<unknown>
  verifyToken(token: string): Promise<unknown>
  verifyPassword(password: string, hash: string): Promise<boolean>
}

interface Bindings {
  readonly AUTH: AuthService
  readonly POSTERN_HTTP: { fetch(request: Request): Promise<Response> }
}

export default {
  async fetch(request: Request, { AUTH, POSTERN_HTTP }: Bindings): Promise<Response> {
    const method = /^\/rpc\/(\w+)$/.exec(new URL(request.url).pathname)?.[1]
    const [first = '', second = ''] = method === undefined ? [] : ((await request.json()) as readonly string[])
    switch (method) {
      case undefined:
        return POSTERN_HTTP.fetch(request)
      case 'login':
        return answer(AUTH.login(first, second))
      case 'verifyToken':
        return answer(AUTH.verifyToken(first))
      case 'verifyPassword':
        return answer(AUTH.verifyPassword(first, second))
      default:
        return new Response(null, { status: 404 })
    }
  },
}

async function answer(call: Promise<unknown>): Promise<Response> {
  return call.then(
    (resolved) => Response.json({ resolved }),
    (error) => Response.json({ threw: error instanceof Error ? error.message : String(error) }),
  )
}
