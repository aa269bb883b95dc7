// The real bindings with a test standing between the worker and its stores: to watch calls, delay them, refuse them, or let
// them happen and lose the answer. Everything else is the platform's own doing.
import type { Bindings } from '../../../src/service.ts'
import { BINDINGS } from '../../support/harness.ts'

export type StoreName = 'database' | 'copies' | 'ledger' | 'limiter'

export interface StoreCall {
  readonly store: StoreName
  /** `get`, `rotate` …; for D1 what runs the statement. */
  readonly method: string
  /** The SQL of D1 calls, the key or the arguments of others. */
  readonly text: string
}

/** Answers for a store, with the real answer or without it. */
export type Interceptor = (call: StoreCall, run: () => Promise<unknown>) => Promise<unknown>

/** Bindings whose every call goes through `intercept`, which a test may change as it goes. */
export function interceptBindings(intercept: Interceptor): Partial<Bindings> {
  return {
    DB: interceptDatabase(intercept),
    SESSIONS: interceptMethods('copies', BINDINGS.SESSIONS, intercept),
    SESSION_LEDGER: interceptNamespace('ledger', BINDINGS.SESSION_LEDGER, intercept),
    LOGIN_LIMITER: interceptNamespace('limiter', BINDINGS.LOGIN_LIMITER, intercept),
  }
}

/** In which way a store does not do what it is asked. Only the answer that is lost leaves something done. */
export type Fault = 'fails' | 'is slow' | 'loses its answer' | 'is overloaded' | 'answers 429'

/** What the platform says in such a case, as far as it says anything. */
const WORDS: Readonly<Record<Fault, string>> = {
  fails: 'broken by the test',
  'is slow': '',
  'loses its answer': 'Network connection lost',
  'is overloaded': 'Durable Object is overloaded. Requests queued for too long',
  'answers 429': '429 Too Many Requests',
}

export async function suffer(fault: Fault, call: StoreCall, run: () => Promise<unknown>): Promise<never> {
  if (fault === 'is slow') return new Promise(() => {})
  if (fault === 'loses its answer') await run()
  throw new Error(`${call.store}: ${WORDS[fault]}`)
}

/** Stores that work until `fault.store` names the one that does not, in the way `fault.how` says. */
export function breakableBindings() {
  const fault: { store: StoreName | null; how: Fault; matches: (call: StoreCall) => boolean } = {
    store: null,
    how: 'fails',
    matches: () => true,
  }
  const bindings = interceptBindings((call, run) =>
    call.store === fault.store && fault.matches(call) ? suffer(fault.how, call, run) : run(),
  )
  return { bindings, fault }
}

/** Stores of which one call at a time can be spoilt: the n-th from now on, whichever store it is of. */
export function spoilableBindings() {
  let [spoilt, fault, count] = [0, 'fails' as Fault, 0]
  let hit: StoreCall | null = null
  const bindings = interceptBindings((call, run) => {
    count += 1
    if (count !== spoilt) return run()
    hit = call
    return suffer(fault, call, run)
  })
  return {
    bindings,
    spoil(nth: number, how: Fault) {
      ;[spoilt, fault, count, hit] = [nth, how, 0, null]
    },
    /** @returns the call that was spoilt, `null` when there were fewer */
    heal(): StoreCall | null {
      spoilt = 0
      return hit
    },
  }
}

/**
 * KV as an edge sees it that keeps whatever it has read for so many seconds: values that have changed since, and that there was
 * none. @param clock of the app under test
 */
export function staleBindings(seconds: number, clock: () => number) {
  const seen = new Map<string, { readonly answer: unknown; readonly at: number }>()
  return interceptBindings(async ({ store, method, text }, run) => {
    if (store !== 'copies' || method !== 'get') return run()
    const known = seen.get(text)
    if (known && clock() - known.at < seconds) return known.answer
    const answer = await run()
    seen.set(text, { answer, at: clock() })
    return answer
  })
}

type Method = (...args: unknown[]) => unknown

function interceptMethods<T extends object>(store: StoreName, target: T, intercept: Interceptor): T {
  return new Proxy(target, {
    get(_, name) {
      const method = Reflect.get(target, name) as Method
      return (...args: unknown[]) =>
        intercept({ store, method: String(name), text: JSON.stringify(args) }, async () => Reflect.apply(method, target, args))
    },
  })
}

function interceptNamespace<N extends { getByName(name: string): object }>(
  store: StoreName,
  namespace: N,
  intercept: Interceptor,
): N {
  const getByName = (name: string) => {
    const stub = namespace.getByName(name) as Record<string, Method>
    // Called on the stub itself: a method taken off an RPC stub is another stub.
    return new Proxy(
      {},
      {
        get:
          (_, method: string) =>
          (...args: unknown[]) =>
            intercept({ store, method, text: `${name} ${JSON.stringify(args)}` }, async () => stub[method]?.(...args)),
      },
    )
  }
  return { getByName } as unknown as N
}

const STATEMENTS = new WeakMap<object, { statement: D1PreparedStatement; sql: string }>()

function interceptDatabase(intercept: Interceptor): D1Database {
  const wrap = (statement: D1PreparedStatement, sql: string): D1PreparedStatement => {
    const wrapped = new Proxy(statement, {
      get(_, name: 'bind' | 'all' | 'first' | 'raw' | 'run') {
        if (name === 'bind') return (...values: unknown[]) => wrap(statement.bind(...values), sql)
        const method = Reflect.get(statement, name) as Method
        return (...args: unknown[]) =>
          intercept({ store: 'database', method: name, text: sql }, async () => Reflect.apply(method, statement, args))
      },
    })
    STATEMENTS.set(wrapped, { statement, sql })
    return wrapped
  }
  const batch = (statements: D1PreparedStatement[]) => {
    const real = statements.map((one) => STATEMENTS.get(one) ?? { statement: one, sql: '' })
    return intercept({ store: 'database', method: 'batch', text: real.map(({ sql }) => sql).join(';') }, () =>
      BINDINGS.DB.batch(real.map(({ statement }) => statement)),
    )
  }
  return { prepare: (sql: string) => wrap(BINDINGS.DB.prepare(sql), sql), batch } as unknown as D1Database
}
