// The admin API as the operator's commands call it: an answer, or one sentence why there is none.
import { Readable } from 'node:stream'
import { FileFailed } from './failures.ts'

/** What the service refused, in one sentence for people. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly code: string
  /** What is wrong with which line of an import. */
  readonly lines: readonly LineNote[]

  constructor(status: number, code: string, message: string, lines: readonly LineNote[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.lines = lines
  }
}

/** Nobody answers, or the answer has broken off. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  /** As the system calls it. */
  readonly reason: string

  constructor(origin: string, error: unknown) {
    const reason = causeOf(error)
    super(`Cannot reach ${origin}: ${reason}`)
    this.reason = reason
  }
}

export interface LineNote {
  readonly line: number
  readonly message: string
}

type Query = Readonly<Record<string, string | number | null | undefined>>

export interface AdminClient {
  /** @param member that a good answer has @throws Refused, or Error when there is no answer */
  get<T extends object>(path: string, member: keyof T & string, query?: Query): Promise<T>
  send<T extends object>(method: 'POST' | 'PATCH' | 'DELETE', path: string, member: keyof T & string, body?: unknown): Promise<T>
  /** The body of a good answer, as it comes. @param lines JSON lines, read as they are sent */
  stream(method: 'GET' | 'POST', path: string, query?: Query, lines?: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>>
}

type Fetcher = (url: URL, init: RequestInit) => Promise<Response>

const BASE = '/api/admin/v1'
const LINES = 'application/x-ndjson'

/** @param origin where the service answers @param key its admin key */
export function createAdminClient(origin: string, key: string, fetcher: Fetcher = fetch): AdminClient {
  const ask = async (method: string, path: string, query: Query, init: RequestInit): Promise<Response> => {
    const url = new URL(BASE + path, origin)
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value))
    }
    const headers = { ...init.headers, Authorization: `Bearer ${key}` }
    let response: Response
    try {
      // The key is for this origin, and for none that it leads to.
      response = await fetcher(url, { ...init, method, headers, redirect: 'manual' })
    } catch (error) {
      // What the body is read from may have failed, and has said so itself.
      if (error instanceof Error && error.cause instanceof FileFailed) throw error.cause
      throw new Unreachable(origin, error)
    }
    if (response.ok) return response
    throw await readRefusal(response, origin)
  }
  return {
    get: async (path, member, query = {}) => readAnswer(await ask('GET', path, query, {}), member, origin),
    send: async (method, path, member, body) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
      return readAnswer(await ask(method, path, {}, init), member, origin)
    },
    async stream(method, path, query = {}, lines) {
      const init = lines && {
        body: Readable.toWeb(Readable.from(lines)),
        duplex: 'half',
        headers: { 'Content-Type': LINES, Accept: LINES },
      }
      const response = await ask(method, path, query, (init ?? {}) as RequestInit)
      return readBody(response.body, origin)
    },
  }
}

/** @throws Unreachable where it breaks off */
async function* readBody(body: Response['body'], origin: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* (body ?? Readable.from([])) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw new Unreachable(origin, error)
  }
}

interface Failure {
  readonly message?: unknown
  readonly code?: unknown
  readonly errors?: readonly { readonly field?: string; readonly line?: number; readonly message: string }[]
}

/** @throws Refused where whoever answers is another service */
async function readAnswer<T extends object>(response: Response, member: keyof T, origin: string): Promise<T> {
  const body = (await response.json().catch(() => null)) as T | null
  if (body === null || typeof body !== 'object' || !isAnswer(body[member], member)) throw notPostern(response, origin)
  return body
}

/** A list is what a member with the name of several is, but for counts of accounts. */
function isAnswer(value: unknown, member: PropertyKey): boolean {
  if (value === undefined) return false
  return member === 'accounts' || !String(member).endsWith('s') || Array.isArray(value)
}

function notPostern({ status }: Pick<Response, 'status'>, origin: string): Refused {
  return new Refused(status, 'not_postern', `${origin} answers ${status}, and is no Postern with an admin API`)
}

async function readRefusal(response: Response, origin: string): Promise<Refused> {
  const { status } = response
  const body = (await response.json().catch(() => null)) as Failure | null
  if (body === null || typeof body.code !== 'string') return notPostern(response, origin)
  const lines = (body.errors ?? []).flatMap(({ line, message }) => (line === undefined ? [] : [{ line, message }]))
  return new Refused(status, body.code, sentenceOf(body, response, origin), lines)
}

const NAMES: Readonly<Record<string, string>> = {
  email: 'the address',
  username: 'the username',
  password: 'the password',
  pin: 'the PIN',
  first_name: 'the first name',
  last_name: 'the last name',
  permissions: 'the permissions',
}

function sentenceOf({ code, message, errors = [] }: Failure, { status, headers }: Response, origin: string): string {
  const seconds = headers.get('Retry-After')
  if (status === 401) return `${origin} does not take this admin key`
  if (status === 429) return `too many attempts: try again in ${seconds ?? 'some'} seconds`
  if (status === 503) return `the service is temporarily unavailable: try again in ${seconds ?? 'some'} seconds`
  const fields = errors.flatMap(({ field, message: rule }) => (field === undefined ? [] : [`${NAMES[field] ?? field} ${rule}`]))
  if (fields.length > 0) return fields.join('; ')
  if (code === 'not_found') return 'there is none'
  const text = typeof message === 'string' ? message : String(code)
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause)
}
