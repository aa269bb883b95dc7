// The service with somebody standing between it and its stores, who notes when each call begins and ends.
import service, { TokenVerifier as Verifier } from '../../src/index.ts'
import type { BindingProps } from '../../src/rpc/caller.ts'

export { LoginLimiter, SessionLedger } from '../../src/index.ts'

/** One call to a store. Moments are numbered in the order these things happen. */
export interface Span {
  readonly store: string
  readonly start: number
  readonly end: number
}

type Method = (...args: unknown[]) => unknown
type Environment = ConstructorParameters<typeof Verifier>[1]

/** Long enough for everything that does not wait for an answer to have begun. */
const LINGER_MILLISECONDS = 10
const STATEMENT_METHODS = ['first', 'all', 'raw', 'run']

let spans: Span[] = []
let moment = 0

export default {
  async fetch(request: Request<unknown, IncomingRequestCfProperties>, env: Environment, context: ExecutionContext) {
    if (new URL(request.url).pathname === '/spans') {
      const noted = spans
      spans = []
      return Response.json(noted)
    }
    return service.fetch(request, watch(env, request.headers.get('X-Freshness')), context)
  },
}

export class TokenVerifier extends Verifier {
  constructor(ctx: ExecutionContext<BindingProps>, env: Environment) {
    super(ctx, watch(env, null))
  }
}

/** The same object each time: the service is composed once an environment. */
const watchedBy = new Map<string | null, Environment>()

function watch(env: Environment, freshness: string | null): Environment {
  const known = watchedBy.get(freshness)
  if (known) return known
  const watched = {
    ...env,
    ...(freshness && { SESSION_FRESHNESS: freshness }),
    DB: watchDatabase(env.DB),
    SESSIONS: watchMethods('KV', env.SESSIONS),
    SESSION_LEDGER: watchObjects('ledger', env.SESSION_LEDGER),
    LOGIN_LIMITER: watchObjects('limiter', env.LOGIN_LIMITER),
  }
  watchedBy.set(freshness, watched)
  return watched
}

async function note(store: string, call: () => unknown): Promise<unknown> {
  const start = moment++
  try {
    return await call()
  } finally {
    await new Promise((resolve) => setTimeout(resolve, LINGER_MILLISECONDS))
    spans.push({ store, start, end: moment++ })
  }
}

function watchMethods<T extends object>(store: string, target: T, watched: (name: string) => boolean = () => true): T {
  return new Proxy(target, {
    get(_, name: string) {
      const method = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      const call = (...args: unknown[]) => Reflect.apply(method as Method, target, args)
      return watched(name) ? (...args: unknown[]) => note(store, () => call(...args)) : call
    },
  })
}

function watchObjects<N extends { getByName(name: string): object }>(store: string, namespace: N): N {
  const getByName = (name: string) => {
    const stub = namespace.getByName(name) as Record<string, Method>
    // Called on the stub itself: a method taken off an RPC stub is another stub.
    const get =
      (_: object, method: string) =>
      (...args: unknown[]) =>
        note(store, () => stub[method]?.(...args))
    return new Proxy({}, { get })
  }
  return { getByName } as unknown as N
}

const STATEMENTS = new WeakMap<object, D1PreparedStatement>()

function watchDatabase(database: D1Database): D1Database {
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const watched = watchMethods('D1', statement, (name) => STATEMENT_METHODS.includes(name))
    const bound = new Proxy(watched, {
      get: (_, name) => (name === 'bind' ? (...values: unknown[]) => wrap(statement.bind(...values)) : Reflect.get(watched, name)),
    })
    STATEMENTS.set(bound, statement)
    return bound
  }
  const batch = (statements: D1PreparedStatement[]) =>
    note('D1', () => database.batch(statements.map((each) => STATEMENTS.get(each) ?? each)))
  return { prepare: (sql: string) => wrap(database.prepare(sql)), batch } as unknown as D1Database
}
