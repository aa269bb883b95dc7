// The server that is killed: the bundled worker in a workerd of its own, whose state outlives it in a directory.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Modules } from '../measure/modules.ts'
import { CHEAP_HASHES, makeSecret, migrate, startLastingService, type World } from '../measure/worlds.ts'

/** As `npm run dev` has it, but for hashes that cost next to nothing: what is killed in the middle should be the writing. */
const VARS = {
  ENVIRONMENT: 'development',
  AUTH_SECRET: makeSecret(),
  MAX_PENDING_HASHES: '64',
  ...CHEAP_HASHES,
}

export interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever a reply says
  readonly body: any
}

export interface Question {
  readonly body?: unknown
  readonly token?: string
  /** The address it comes from. */
  readonly ip: string
}

/** The answer did not come, or says that the service cannot tell: what was asked may have been done or not. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost'
}

export interface Server {
  /** @throws AnswerLost */
  ask(method: string, path: string, question: Question): Promise<Reply>
  /** Rows of its database, read past the worker. */
  rows(sql: string): Promise<readonly Record<string, unknown>[]>
  /** What the cron trigger calls. */
  sweep(): Promise<void>
  /** Without a warning, in the middle of whatever it does. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const ANSWER_MILLISECONDS = 10_000
const END_MILLISECONDS = 5_000

/** @param directory where its state is from the last time, or will be */
export async function startServer(modules: Modules, directory: string, isNew: boolean): Promise<Server> {
  const world = await startLastingService(modules, VARS, join(directory, 'state'))
  if (isNew) await migrate(world)
  const database = await world.miniflare.getD1Database('DB', 'postern')
  return {
    ask: (method, path, question) => ask(world.url, method, path, question),
    rows: async (sql) => (await database.prepare(sql).all()).results,
    async sweep() {
      const worker = await world.miniflare.getWorker('postern')
      await worker.scheduled({ cron: '* * * * *' })
    },
    kill: () => kill(world),
    stop: () => world.miniflare.dispose(),
  }
}

async function ask(url: URL, method: string, path: string, { body, token, ip }: Question): Promise<Reply> {
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        'CF-Connecting-IP': ip,
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
    })
    const reply = { status: response.status, body: await response.json() }
    if (reply.status === 503) throw new AnswerLost(`${method} ${path}: 503`)
    return reply
  } catch (error) {
    throw error instanceof AnswerLost ? error : new AnswerLost(`${method} ${path}`, { cause: error })
  }
}

async function kill({ pid, miniflare }: World): Promise<void> {
  if (pid === null) throw new Error('Cannot kill the server: its process is not to be found among those that were started here')
  process.kill(Number(pid), 'SIGKILL')
  const deadline = Date.now() + END_MILLISECONDS
  while (isRunning(Number(pid))) {
    if (Date.now() > deadline) throw new Error(`Cannot kill the server: process ${pid} is still there`)
    await sleep(5)
  }
  await miniflare.dispose()
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
