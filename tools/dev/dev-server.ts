// A local server on http://localhost:8787 with everything it needs. All arguments go on to `wrangler dev`; this adds the state they name,
// the PUBLIC_URL that follows from them, and an end that leaves no process behind.
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../error-code.ts'
import { fetchHere } from '../loopback.ts'
import { requireNothingKept } from '../npm-options.ts'
import { inProject, PROJECT_ROOT } from '../project.ts'
import { exitCode, SIGNALS, startTool, toolEnvironment } from '../run-tool.ts'
import { CODE_CONFIG, configFile, environmentOfProcess } from '../settings/config-file.ts'
import {
  DEV_OPTIONS,
  type DevArguments,
  isOwnConfig,
  isServedFirst,
  parseDevArguments,
  publicUrlOf,
  setsVariable,
  welcome,
  wranglerDevArguments,
} from './dev-arguments.ts'
import { readRawConfig, readRoutedConfig, toDevelopment, writeDevConfig } from './dev-config.ts'
import { readDevSettings } from './dev-settings.ts'
import { ensureAssets, ensureDatabase, ensureDevVars } from './local-state.ts'
import { makeStateDirectory } from './state-directory.ts'
import { holdStateAsServer } from './state-holder.ts'
import { requireNoOrphan } from './state-orphans.ts'

const GRACE_MILLISECONDS = 5_000
const POLL_MILLISECONDS = 200
/** For a command of the operator, or a server that is about to end. */
const PATIENCE_MILLISECONDS = 30_000

/** @param args of the command line; sets the exit code */
export async function runServer(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await serve(args)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

async function serve(args: readonly string[]): Promise<number> {
  requireNothingKept(DEV_OPTIONS, args)
  const parsed = parseDevArguments(args, await readDevSettings(await servedConfig(parseDevArguments(args))))
  await makeStateDirectory(parsed.persistDirectory)
  const port = await claimPort(parsed.port, parsed.ip)
  await ensureAssets(PROJECT_ROOT)
  if (await ensureDevVars(PROJECT_ROOT)) console.log('Made .dev.vars with a secret of its own')
  const { persistDirectory } = parsed
  const environment = parsed.environment ?? environmentOfProcess()
  const url = publicUrlOf(parsed.ip, port, parsed.protocol)
  const onWait = (whoFor: string) => console.log(`Waiting for ${whoFor}, which works on ${persistDirectory} …`)
  const serveState = async () => {
    await requireNoOrphan(persistDirectory)
    if (await ensureDatabase({ root: PROJECT_ROOT, persistDirectory, environment }))
      console.log(`Migrated the local database in ${persistDirectory}`)
    return run(args, parsed, port)
  }
  return holdStateAsServer(persistDirectory, url, serveState, { onWait, patience: PATIENCE_MILLISECONDS })
}

/** Of the worker that answers over HTTP: what stands in `[dev]` of others is nobody's. */
async function servedConfig({ configs }: DevArguments): Promise<string> {
  const [first] = configs
  return first === undefined || isOwnConfig(first) ? configFile() : resolve(PROJECT_ROOT, first)
}

async function run(args: readonly string[], parsed: DevArguments, port: number): Promise<number> {
  const isTerminal = process.stdin.isTTY === true
  const isPublicUrlSet = setsVariable(await readFile(inProject('.dev.vars'), 'utf8'), 'PUBLIC_URL')
  const url = publicUrlOf(parsed.ip, port, parsed.protocol)
  const devConfig = await makeDevConfig(parsed, port, url)
  const wrangler = startTool('wrangler', wranglerDevArguments(args, parsed, { port, isTerminal, isPublicUrlSet, devConfig }), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: toolEnvironment({ POSTERN_PREPARED: '1' }),
    // A group of its own can be ended as a whole. On a terminal wrangler must stay in ours to read its keys.
    detached: !isTerminal && process.platform !== 'win32',
  })
  endTogether(wrangler, !isTerminal && process.platform !== 'win32')
  tellWhereToGoOn(wrangler, url, parsed)
  return exitCode(wrangler)
}

/** @returns `null` where wrangler.toml will do as it is, and there is nothing else */
async function makeDevConfig({ configs }: DevArguments, port: number, url: string): Promise<string | null> {
  if (configs.length > 0 && !configs.some(isOwnConfig)) return null
  const routed = await readRoutedConfig()
  if (!isServedFirst(configs)) return writeDevConfig(toDevelopment(routed ?? (await readRawConfig()), url), port)
  if (routed !== null) return writeDevConfig(toDevelopment(routed, null), port)
  const path = await configFile()
  return path === inProject(CODE_CONFIG) ? null : path
}

/** What a newcomer asks next, below wrangler's own "Ready". */
function tellWhereToGoOn(wrangler: ChildProcess, url: string, { configs, persistDirectory }: DevArguments): void {
  const tell = async () => {
    // A path of wrangler's own: it answers as soon as the worker does, and no line is logged for it.
    while (wrangler.exitCode === null && !(await answers(`${url}/cdn-cgi/explorer`))) await sleep(POLL_MILLISECONDS)
    await sleep(POLL_MILLISECONDS)
    // Another worker that comes first may hand nothing on.
    const isThere = isServedFirst(configs) || (await answers(`${url}/healthz`, 200))
    if (isThere && wrangler.exitCode === null) console.log(welcome(url, persistDirectory))
  }
  // Over the channel wrangler says that it listens; the worker may take a while longer.
  wrangler.on('message', (message) => {
    if (String(message).includes('"DEV_SERVER_READY"')) void tell()
  })
}

async function answers(url: string, status?: number): Promise<boolean> {
  const reply = await fetchHere(url).catch(() => null)
  await reply?.body?.cancel()
  return status === undefined ? reply !== null : reply?.status === status
}

/** @returns the port itself, or a free one for 0; a busy one is told here, in one line, before anything is started */
async function claimPort(port: number, ip: string | undefined): Promise<number> {
  const server = createServer()
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail).listen({ port, host: ip === '*' ? '::' : (ip ?? '127.0.0.1') }, done)
    })
    return (server.address() as AddressInfo).port
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    throw new Error(`Cannot listen on port ${port}: it is in use. Take another one with "npm run dev -- --port ${port + 1}"`)
  } finally {
    server.close()
  }
}

/** Whatever ends this process ends wrangler, and with it workerd. */
function endTogether(wrangler: ChildProcess, hasGroup: boolean): void {
  const end = (signal: NodeJS.Signals) => {
    wrangler.kill(signal)
    setTimeout(() => kill(wrangler, hasGroup), GRACE_MILLISECONDS).unref()
  }
  let isEnding = false
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to every process of the group, and npm hands it on once more.
      if (isEnding) return
      isEnding = true
      end(signal === 'SIGHUP' ? 'SIGTERM' : signal)
    })
  }
  // Whatever wrangler left running goes with it.
  wrangler.on('exit', () => hasGroup && kill(wrangler, hasGroup))
}

function kill(wrangler: ChildProcess, hasGroup: boolean): void {
  if (wrangler.pid === undefined) return
  try {
    process.kill(hasGroup ? -wrangler.pid : wrangler.pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}
