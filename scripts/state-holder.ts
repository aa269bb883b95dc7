// Who works on a directory of local state: one at a time, since two workerd on the same files do not see each other's objects. A server
// holds it for as long as it runs, and says where it listens; a command of the operator asks that server, or holds the state itself.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { withFileLock } from './file-lock.mjs'
import { PROJECT_ROOT } from './project.ts'

export interface RunningServer {
  readonly pid: number
  /** `null` where it was started by somebody else, who did not say. */
  readonly url: string | null
}

const noteIn = (directory: string) => join(resolve(PROJECT_ROOT, directory), '.postern-server.json')
const lockIn = (directory: string) => join(resolve(PROJECT_ROOT, directory), '.postern-server.lock')

/** The server that holds the state, `null` where none does. */
export function findRunningServer(directory: string): RunningServer | null {
  try {
    const { pid, url } = JSON.parse(readFileSync(noteIn(directory), 'utf8')) as Record<string, unknown>
    if (typeof pid !== 'number' || !isAlive(pid)) return null
    return { pid, url: typeof url === 'string' ? url : null }
  } catch {
    return null
  }
}

/** Says so of a server that was started without us: it holds no lock, and its note counts while its process lives. */
export async function noteServer(directory: string, server: RunningServer): Promise<void> {
  await mkdir(resolve(PROJECT_ROOT, directory), { recursive: true })
  writeFileSync(noteIn(directory), JSON.stringify(server))
}

/**
 * Holds the state while `serve` runs, and says where it listens.
 * @param patience in milliseconds, for whoever has it
 * @throws Error with one sentence when somebody has it for longer
 */
export async function holdStateAsServer<T>(
  directory: string,
  url: string,
  serve: () => Promise<T>,
  { onWait, patience }: { readonly onWait: () => void; readonly patience: number },
): Promise<T> {
  const deadline = Date.now() + patience
  const done = await withFileLock(
    lockIn(directory),
    async () => {
      const other = findRunningServer(directory)
      if (other) throw inUse(directory, other)
      await noteServer(directory, { pid: process.pid, url })
      try {
        return { value: await serve() }
      } finally {
        rmSync(noteIn(directory), { force: true })
      }
    },
    onWait,
    () => Date.now() > deadline,
  )
  if (done) return done.value
  throw inUse(directory, findRunningServer(directory))
}

/** @returns `undefined` when a server has come to hold it meanwhile */
export async function holdStateForMoment<T>(directory: string, work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  const isServed = () => findRunningServer(directory) !== null
  const hold = async () => (isServed() ? undefined : { value: await work() })
  return withFileLock(lockIn(directory), hold, undefined, isServed)
}

function inUse(directory: string, server: RunningServer | null): Error {
  const who = server ? `a server${server.url === null ? '' : ` at ${server.url}`} (process ${server.pid})` : 'a command'
  return new Error(`Cannot start on ${directory}: ${who} works on it already`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
