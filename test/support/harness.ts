// One Postern over the real bindings of workerd, with time, chance, mail and log in the test's hands. Storage starts empty.
import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { compose } from '../../src/compose.ts'
import { createApp } from '../../src/http/app.ts'
import { type Mail, type MailTransport, mailboxTransport } from '../../src/platform/mail/mail.ts'
import type { LogFields, LogLevel } from '../../src/platform/runtime/log.ts'
import type { Bindings, Service } from '../../src/service.ts'
import { requireContract } from '../suites/contract/require-contract.ts'

export const PUBLIC_URL = 'http://localhost:8787'
export const PASSWORD = 'correct horse battery'
export const BINDINGS = env as unknown as Bindings & { readonly TEST_MIGRATIONS: D1Migration[] }

export const ADMIN_KEY = `padm_${'q7Rk2Vw9Lm4Xc8Zt1Hs6Pd3Gb5Nf0Jy'.repeat(2).slice(0, 50)}`

/** Hashing is the subject of its own tests only: everywhere else it is made cheap. */
const VARS = {
  ENVIRONMENT: 'development',
  AUTH_SECRET: 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE',
  PUBLIC_URL,
  ADMIN_KEY,
  SCRYPT_LN: '4',
  SCRYPT_R: '1',
  SCRYPT_P: '1',
  // Reserved names are the subject of their own tests only.
  RESERVED_USERNAMES: 'none',
} as const

export interface LogEntry {
  readonly level: LogLevel
  readonly event: string
  readonly fields: LogFields
}

export interface RequestOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string
  /** Sent as `CF-Connecting-IP`; `null`: no such header. */
  readonly ip?: string | null
}

export interface AppOptions {
  /** Vars and secrets over the cheap development defaults; `undefined` removes one. */
  readonly vars?: Readonly<Record<string, string | undefined>>
  /** Bindings to put in place of the real ones, such as a KV that is late. */
  readonly bindings?: Partial<Bindings>
  readonly mail?: MailTransport
  /** Epoch seconds the clock starts at. */
  readonly now?: number
  /** Keep what an earlier app of the same test has stored. */
  readonly keepStorage?: boolean
}

export type TestApp = Awaited<ReturnType<typeof startApp>>

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a reply says
export type Reply = { status: number; headers: Headers; body: any; text: string }

/** What the apps before this one still do after their replies. */
const unfinished: Promise<unknown>[][] = []

/** `reset` does not wait for a database in use: its rows would be there again. Nor is what hangs waited for. */
async function endUnfinishedWork(): Promise<void> {
  await Promise.race([Promise.allSettled(unfinished.splice(0).flat()), new Promise((resolve) => setTimeout(resolve, 1000))])
}

export async function startApp(options: AppOptions = {}) {
  if (!options.keepStorage) {
    await endUnfinishedWork()
    await reset()
  }
  await applyD1Migrations(BINDINGS.DB, BINDINGS.TEST_MIGRATIONS)

  const advance = (seconds: number) => {
    clock.now += seconds
  }
  const clock = { now: options.now ?? Math.floor(Date.now() / 1000), advance }
  const log: LogEntry[] = []
  const deferred: Promise<unknown>[] = []
  unfinished.push(deferred)
  const bindings = bindingsWith(options)
  const record = (level: LogLevel, event: string, fields: LogFields = {}) => void log.push({ level, event, fields })
  let service: Service | undefined
  const serviceOf = () => {
    service ??= compose(bindings, {
      clock: () => clock.now,
      log: record,
      defer: (work) => void deferred.push(work),
      sleep: async () => {},
      mail: options.mail ?? mailboxTransport,
    })
    return service
  }
  const app = createApp(serviceOf, record)

  /** For requests that `request` is too well-behaved to make. */
  async function fetch(request: Request): Promise<Response> {
    const context = { waitUntil: (work: Promise<unknown>) => void deferred.push(work), passThroughOnException() {}, props: {} }
    const response = await app.fetch(request, bindings, context as ExecutionContext)
    await requireContract(request, response, bindings)
    return response
  }

  async function request(
    method: string,
    path: string,
    { body, headers = {}, token, ip = '192.0.2.1' }: RequestOptions = {},
  ): Promise<Reply> {
    const init: RequestInit = {
      method,
      headers: {
        ...(ip !== null && { 'CF-Connecting-IP': ip }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }
    const response = await fetch(new Request(new URL(path, PUBLIC_URL), init))
    const text = new TextDecoder().decode(await response.arrayBuffer())
    const isJson = response.headers.get('Content-Type')?.startsWith('application/json') ?? false
    return { status: response.status, headers: response.headers, text, body: isJson && text !== '' ? JSON.parse(text) : undefined }
  }

  /** Waits for what goes on after replies: mail, give-backs, re-hashing. */
  async function settle(): Promise<void> {
    while (deferred.length > 0) await Promise.all(deferred.splice(0))
  }

  async function mailTo(recipient: string): Promise<Mail[]> {
    await settle()
    const { body } = await request('GET', `/dev/mailbox?to=${encodeURIComponent(recipient)}`, {
      headers: { Accept: 'application/json' },
    })
    return body.messages
  }

  /** The token of the newest link mailed to an address. */
  async function mailedToken(recipient: string): Promise<string> {
    const [newest] = await mailTo(recipient)
    const token = /token=([0-9a-f]{64})/.exec(newest?.text ?? '')?.[1]
    if (!token) throw new Error(`no link mailed to ${recipient}`)
    return token
  }

  /** Registers and confirms an account; returns its address. */
  async function createAccount(form: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const email = typeof form.email === 'string' ? form.email : `user-${crypto.randomUUID()}@example.com`
    const registered = await v1('POST', '/register', { body: { email, password: PASSWORD, ...form }, ip: anyAddress() })
    if (registered.status !== 201) throw new Error(`registration failed: ${registered.text}`)
    const confirmed = await v1('GET', `/verify-email?token=${await mailedToken(email)}`)
    if (confirmed.status !== 200) throw new Error(`confirmation failed: ${confirmed.text}`)
    return email
  }

  /** Signs in and returns the grant. */
  async function signIn(email: string, password = PASSWORD, options: RequestOptions = {}) {
    const reply = await v1('POST', '/login', { body: { email, password }, ip: anyAddress(), ...options })
    if (reply.status !== 200) throw new Error(`sign-in failed: ${reply.text}`)
    return reply.body as { access_token: string; refresh_token: string; expires_in: number; user: { id: string; email: string } }
  }

  const v1 = (method: string, path: string, requestOptions?: RequestOptions) =>
    request(method, `/api/v1/auth${path}`, requestOptions)

  return {
    fetch,
    request,
    v1,
    settle,
    mailTo,
    mailedToken,
    createAccount,
    signIn,
    clock,
    log,
    bindings,
    get auth() {
      return serviceOf().auth
    },
    get admin() {
      return serviceOf().admin
    },
  }
}

function bindingsWith({ vars, bindings }: AppOptions): Bindings {
  const { DB, SESSIONS, EMAIL, ASSETS, SESSION_LEDGER, LOGIN_LIMITER } = BINDINGS
  return { DB, SESSIONS, EMAIL, ASSETS, SESSION_LEDGER, LOGIN_LIMITER, ...bindings, ...VARS, ...vars }
}

let addresses = 0

/** An address no request came from so far, so that limits do not get into the way of other subjects. */
export function anyAddress(): string {
  addresses += 1
  return `198.18.${Math.floor(addresses / 250) % 250}.${(addresses % 250) + 1}`
}
