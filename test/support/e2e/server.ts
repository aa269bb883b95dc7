// A real `npm run dev` to test against: in a clone of its own, on a free port, with an empty state directory, and gone with
// every process it started when the test is done.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { toolEnvironment } from '../../../tools/run-tool.ts'
import { type Checkout, cloneCheckout } from './checkout.ts'
import { noteVars, type Vars } from './served-vars.ts'

const START_MILLISECONDS = 90_000
const END_MILLISECONDS = 15_000

export interface Server extends AsyncDisposable {
  /** As a person types it, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Of `npm run dev` itself. */
  readonly pid: number
  readonly checkout: Checkout
  readonly persistDirectory: string
  /** What it has printed so far. */
  output(): string
  /** Runs `npm run user` on this server's database; resolves to what it printed. */
  user(...args: readonly string[]): Promise<string>
  /** The same with standard input: a password, a PIN, or a line of each. */
  userWith(input: string, ...args: readonly string[]): Promise<string>
  /** `npm run mail`, likewise. */
  mail(...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

export interface ServerOptions {
  /** What is set besides what `npm run dev` sets by itself. */
  readonly vars?: Vars
  /** That of an earlier server of the same checkout: this one goes on with its state. */
  readonly port?: number
}

/** A server on state of its own, in a clone of its own unless one is given. */
export async function startServer(given?: Checkout, { vars = {}, port: known }: ServerOptions = {}): Promise<Server> {
  const checkout = given ?? (await cloneCheckout())
  const port = known ?? (await findFreePort())
  const persistDirectory = join(checkout.root, `state-${port}`)
  const settings = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const args = ['run', 'dev', '--', '--port', String(port), '--ip', '127.0.0.1', '--persist-to', persistDirectory, ...settings]
  noteVars(port, vars)
  const discard = async () => {
    if (!given) await checkout[Symbol.asyncDispose]()
  }
  const serving = await serve('npm', args, { root: checkout.root, port }).catch(async (error: unknown) => {
    await discard()
    throw error
  })
  const stop = async () => {
    await serving.stop()
    await discard()
  }
  return {
    url: `http://localhost:${port}`,
    port,
    pid: serving.pid,
    checkout,
    persistDirectory,
    output: serving.output,
    user: (...command) => runScript(checkout.root, 'user', [...command, '--persist-to', persistDirectory]),
    userWith: (input, ...command) => runScript(checkout.root, 'user', [...command, '--persist-to', persistDirectory], input),
    mail: (...command) => runScript(checkout.root, 'mail', [...command, '--persist-to', persistDirectory]),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

export interface Serving {
  readonly pid: number
  output(): string
  stop(): Promise<void>
}

/** Starts the command and waits until the worker that it serves can answer. @param status that `/readyz` answers then */
export async function serve(
  command: string,
  args: readonly string[],
  { root, port, status = 200 }: { readonly root: string; readonly port: number; readonly status?: number },
): Promise<Serving> {
  // A group of its own is ended as a whole, and not by a Ctrl-C meant for the tests.
  const child = spawn(command, args, { cwd: root, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  const collect = (chunk: string) => {
    output += chunk
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  const endAtExit = () => endGroup(child, 'SIGTERM')
  process.once('exit', endAtExit)
  // "close" comes when the last process that holds the output has ended, not only the first.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    endGroup(child, 'SIGTERM')
    const isClosed = await Promise.race([closed.then(() => true), sleep(END_MILLISECONDS, false, { ref: false })])
    if (!isClosed) endGroup(child, 'SIGKILL')
    process.off('exit', endAtExit)
    if (!isClosed) throw new Error(`The server did not end within ${END_MILLISECONDS} ms:\n${output}`)
  }
  try {
    await waitUntilReady(port, status, child, () => output)
  } catch (error) {
    endGroup(child, 'SIGKILL')
    throw error
  }
  return { pid: child.pid ?? Number.NaN, output: () => output, stop }
}

async function waitUntilReady(port: number, status: number, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS
  while (Date.now() < deadline) {
    const reply = await fetch(`http://localhost:${port}/readyz`).catch(() => null)
    if (reply?.status === status) return
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output()}`)
    await sleep(100)
  }
  throw new Error(`The server was not ready within ${START_MILLISECONDS} ms:\n${output()}`)
}

export async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port: the system gave no address')
  return address.port
}

/** @param input for standard input @returns its standard output @throws where it fails */
export async function runScript(root: string, script: 'user' | 'mail', args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)('npm', ['run', '--silent', script, '--', ...args], { cwd: root, env: cleanEnvironment() })
  running.child.stdin?.end(input)
  return (await running).stdout
}

/** As on a machine that asks nobody, and without what vitest says to its own children. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, ...environment } = toolEnvironment()
  const own = Object.entries(environment).filter(
    ([name]) => !/^(VITEST|TEST$|MODE$|DEV$|PROD$|SSR$|BASE_URL$|NODE_OPTIONS$)/.test(name),
  )
  return Object.fromEntries(own)
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Nobody is left.
  }
}
