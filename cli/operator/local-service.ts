// The service on local state: the server that runs on it, or the worker itself, started for a moment. Never two on one state.
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureAssets, ensureDatabase, ensureDevVars } from '../../tools/dev/local-state.ts'
import { makeStateDirectory } from '../../tools/dev/state-directory.ts'
import { findRunningServer, holdStateForMoment, type RunningServer } from '../../tools/dev/state-holder.ts'
import { servesState } from '../../tools/dev/state-identity.ts'
import { requireNoOrphan } from '../../tools/dev/state-orphans.ts'
import { fetchHere } from '../../tools/loopback.ts'
import { PROJECT_ROOT } from '../../tools/project.ts'
import { toolEnvironment } from '../../tools/run-tool.ts'
import { configFile } from '../../tools/settings/config-file.ts'
import { readWranglerConfig } from '../../tools/wrangler-config.ts'
import { readDevelopmentKey, type Service } from './remote-service.ts'
import type { Where } from './usage.ts'

/** For a server that is starting. */
const START_MILLISECONDS = 60_000
/** For one that answers, and whose stores do not yet. */
const SETTLED_MILLISECONDS = 5_000
/** What the worker does after a reply, such as sending mail, ends with it. */
const SETTLE_MILLISECONDS = 150
const DEFAULT_PORT = 8787

type Place = Pick<Where, 'persistDirectory' | 'environment'>

/** @param tell for people: what is waited for @throws Error with one sentence; and what `work` throws */
export async function withLocalService<T>(
  place: Place,
  work: (service: Service) => Promise<T>,
  tell: (line: string) => void,
): Promise<T> {
  const { persistDirectory, environment } = place
  if (environment !== null) await readWranglerConfig(environment)
  await makeStateDirectory(persistDirectory)
  await ensureDevVars(PROJECT_ROOT)
  await ensureAssets(PROJECT_ROOT)
  await ensureDatabase({ root: PROJECT_ROOT, persistDirectory, environment })
  for (;;) {
    const server = await findLocalServer(place, tell)
    if (server) return work(server)
    const done = await holdStateForMoment(persistDirectory, () => withMomentaryServer(place, work, tell))
    if (done) return done.value
  }
}

/** The server that runs on the state, once it answers; `null` where none runs. @throws Error */
export async function findLocalServer(
  { persistDirectory, environment }: Place,
  tell: (line: string) => void = () => {},
): Promise<Service | null> {
  const server = findRunningServer(persistDirectory)
  if (server === null) return null
  const key = await readDevelopmentKey(environment)
  if (key === null) throw new Error('Cannot find ADMIN_KEY in .dev.vars')
  const url = server.url ?? (await findListening(server, persistDirectory))
  const began = Date.now()
  for (let isTold = false; ; ) {
    const status = await readReadiness(url)
    if (status === 200) return { url, key }
    if (findRunningServer(persistDirectory) === null) return null
    const waited = Date.now() - began
    // One that answers and is not ready is not starting any more.
    if (waited > (status === null ? START_MILLISECONDS : SETTLED_MILLISECONDS)) {
      const what = status === null ? 'does not answer' : `is not ready (${url}/readyz answers ${status})`
      throw new Error(`Cannot use the server at ${url} (process ${server.pid}), which works on ${persistDirectory}: it ${what}`)
    }
    if (!isTold) tell(`Waiting for the server at ${url} …`)
    isTold = true
    await sleep(100)
  }
}

/** Of a wrangler that was started without us, which takes the next free port where its own is busy: only its keys tell which it is. */
async function findListening({ pid }: RunningServer, persistDirectory: string): Promise<string> {
  const { devPort } = await readWranglerConfig(null)
  const ports = new Set([devPort ?? DEFAULT_PORT, DEFAULT_PORT, DEFAULT_PORT + 1, DEFAULT_PORT + 2])
  for (const port of ports) {
    for (const url of [`http://localhost:${port}`, `https://localhost:${port}`]) {
      if (await servesState(url, persistDirectory)) return url
    }
  }
  throw new Error(
    `wrangler (process ${pid}) works on ${persistDirectory}, and where it listens is not known: say it with --url http://localhost:PORT`,
  )
}

/** The status it answers; `null` where nobody does. */
async function readReadiness(url: string): Promise<number | null> {
  const reply = await fetchHere(`${url}/readyz`).catch(() => null)
  await reply?.body?.cancel()
  return reply?.status ?? null
}

async function withMomentaryServer<T>(
  { persistDirectory, environment }: Place,
  work: (service: Service) => Promise<T>,
  tell: (line: string) => void,
): Promise<T> {
  await requireNoOrphan(persistDirectory)
  tell(`No server runs on ${persistDirectory}: Postern starts for this command …`)
  Object.assign(process.env, toolEnvironment({ POSTERN_PREPARED: '1', WRANGLER_WRITE_LOGS: 'false' }))
  const key = await readDevelopmentKey(environment)
  if (key === null) throw new Error('Cannot find ADMIN_KEY in .dev.vars')
  // Loaded only here: wrangler takes a second.
  const { unstable_startWorker: startWorker } = await import('wrangler')
  const worker = await startWorker({
    config: await configFile(),
    ...(environment !== null && { env: environment }),
    // Its hook has nothing left to do.
    build: { custom: { command: '' } },
    dev: {
      persist: resolve(PROJECT_ROOT, persistDirectory),
      server: { hostname: '127.0.0.1', port: 0 },
      inspector: false,
      watch: false,
      remote: false,
      logLevel: 'none',
    },
  })
  try {
    return await work({ url: (await worker.url).origin, key })
  } finally {
    await sleep(SETTLE_MILLISECONDS)
    await worker.dispose()
  }
}
