// The one runner: sends the attempts of a case over HTTP or RPC, and says in one word each what was answered.
import { anyAddress, type Reply } from '../../support/harness.ts'
import type { Attack, Attempt, HttpAttempt, Outcome, RpcAttempt, Verdict } from './attack.ts'
import { callsOf, type Scene } from './scene.ts'

const STATUSES: Readonly<Record<number, Verdict>> = {
  200: 'ok',
  201: 'ok',
  204: 'ok',
  400: 'invalid',
  401: 'refused',
  403: 'forbidden',
  404: 'missing',
  405: 'wrong method',
  409: 'taken',
  413: 'too large',
  415: 'wrong type',
  429: 'limited',
  503: 'unavailable',
}

const CODES: Readonly<Record<string, Verdict>> = {
  invalid_request: 'invalid',
  invalid_token: 'refused',
  invalid_credentials: 'refused',
  forbidden: 'forbidden',
  not_found: 'missing',
  rate_limited: 'limited',
  unavailable: 'unavailable',
}

export async function tryAttack(scene: Scene, { attempts, atOnce, against }: Attack): Promise<Outcome[]> {
  const list = await attempts(scene)
  const attacked = against ? { ...scene, app: await against(scene) } : scene
  if (atOnce) return Promise.all(list.map((attempt) => send(attacked, attempt)))
  const outcomes: Outcome[] = []
  for (const attempt of list) outcomes.push(await send(attacked, attempt))
  return outcomes
}

async function send(scene: Scene, attempt: Attempt): Promise<Outcome> {
  if (attempt instanceof Request) {
    const response = await scene.app.fetch(attempt)
    const text = await response.text()
    return judge(`${attempt.method} ${attempt.url}`, {
      status: response.status,
      headers: response.headers,
      text,
      body: parse(text),
    })
  }
  return 'call' in attempt ? callRpc(scene, attempt) : sendHttp(scene, attempt)
}

async function sendHttp({ app }: Scene, { method, path, ip = anyAddress(), ...options }: HttpAttempt): Promise<Outcome> {
  return judge(`${method} ${path} ${JSON.stringify(options)}`.slice(0, 500), await app.request(method, path, { ip, ...options }))
}

function judge(tried: string, reply: Reply): Outcome {
  return { tried, reply, verdict: STATUSES[reply.status] ?? 'fault' }
}

async function callRpc(scene: Scene, { call, with: args, props }: RpcAttempt): Promise<Outcome> {
  const tried = `rpc ${call}(${args.map((arg) => String(arg).slice(0, 100))})`
  const method = callsOf(scene, props)[call] as (...args: readonly unknown[]) => Promise<unknown>
  try {
    const value = await method(...args)
    return { tried, value, verdict: judgeValue(value) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { tried, value: message, verdict: CODES[message] ?? 'fault' }
  }
}

/** `login` and `verifyToken` say no by `null`, `verifyPassword` by `false`, the others by a code. */
function judgeValue(value: unknown): Verdict {
  if (value === null || value === false) return 'refused'
  if (typeof value === 'object' && 'code' in value) return CODES[String(value.code)] ?? 'fault'
  return 'ok'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
