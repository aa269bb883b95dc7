// Who works on a directory of local state: one at a time, since two workerd on the same files do not see each other's objects. A server
// holds it for as long as it runs, and says where it listens; a command of the operator asks that server, or holds the state itself.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../error-code.ts'
import { withFileLock } from '../file-lock.mjs'
import { PROJECT_ROOT } from '../project.ts'

export interface RunningServer {
  readonly pid: number
  /** `null` where it was started by somebody else, who did not say. */
  readonly url: string | null
}

/** What to say to people who wait, and for how many milliseconds they do. */
export interface Waiting {
  readonly onWait: (whoFor: string) => void
  readonly patience: number
}

/** As it is written down: a number of a process is given out again, so when that one began tells it from a later one. */
interface Note extends RunningServer {
  /** `null` where the system does not tell. */
  readonly started: string | null
}

const POLL_MILLISECONDS = 100

const noteIn = (directory: string) => join(resolve(PROJECT_ROOT, directory), '.postern-server.json')
const lockIn = (directory: string) => join(resolve(PROJECT_ROOT, directory), '.postern-server.lock')

/** The server that holds the state, `null` where none does. */
export function findRunningServer(directory: string): RunningServer | null {
  const note = readNote(directory)
  return note && isAlive(note) ? { pid: note.pid, url: note.url } : null
}

/** Where a server listened whose process is gone without having ended what it started; `null` where there is no such note. */
export function findUrlOfTheDead(directory: string): string | null {
  const note = readNote(directory)
  return note && !isAlive(note) ? note.url : null
}

/**
 * Notes a server that was started without us: it holds no lock, and its note counts while its process lives. May be repeated.
 * @throws Error with one sentence when somebody else has the state for longer than `patience`
 */
export async function noteServer(directory: string, server: RunningServer, waiting: Waiting): Promise<void> {
  const findOther = () => {
    const found = findRunningServer(directory)
    return found?.pid === server.pid ? null : found
  }
  await holdUnlessServed(directory, findOther, async () => writeNote(directory, server), waiting)
}

/**
 * Holds the state while `serve` runs, and says where it listens.
 * @throws Error with one sentence when somebody has it for longer than `patience`
 */
export async function holdStateAsServer<T>(directory: string, url: string, serve: () => Promise<T>, waiting: Waiting): Promise<T> {
  const work = async () => {
    writeNote(directory, { pid: process.pid, url })
    try {
      return await serve()
    } finally {
      rmSync(noteIn(directory), { force: true })
    }
  }
  return holdUnlessServed(directory, () => findRunningServer(directory), work, waiting)
}

/** @returns `undefined` when a server has come to hold it meanwhile */
export async function holdStateForMoment<T>(directory: string, work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  const isServed = () => findRunningServer(directory) !== null
  const hold = async () => (isServed() ? undefined : { value: await work() })
  return withFileLock(lockIn(directory), hold, undefined, isServed)
}

/** A server that was started without us holds the state without the lock: both are waited for. */
async function holdUnlessServed<T>(
  directory: string,
  findOther: () => RunningServer | null,
  work: () => Promise<T>,
  { onWait, patience }: Waiting,
): Promise<T> {
  const deadline = Date.now() + patience
  let isTold = false
  const tell = () => {
    if (!isTold) onWait(describe(findOther()))
    isTold = true
  }
  const hold = async () => (findOther() ? null : { value: await work() })
  while (Date.now() <= deadline) {
    const done = await withFileLock(lockIn(directory), hold, tell, () => Date.now() > deadline)
    if (done) return done.value
    tell()
    await sleep(POLL_MILLISECONDS)
  }
  throw inUse(directory, findOther())
}

function inUse(directory: string, server: RunningServer | null): Error {
  return new Error(`Cannot start on ${directory}: ${describe(server)} works on it already`)
}

function describe(server: RunningServer | null): string {
  return server ? `a server${server.url === null ? '' : ` at ${server.url}`} (process ${server.pid})` : 'a command'
}

function readNote(directory: string): Note | null {
  try {
    const { pid, url, started } = JSON.parse(readFileSync(noteIn(directory), 'utf8')) as Record<string, unknown>
    if (typeof pid !== 'number') return null
    return { pid, url: typeof url === 'string' ? url : null, started: typeof started === 'string' ? started : null }
  } catch {
    return null
  }
}

function writeNote(directory: string, server: RunningServer): void {
  const note: Note = { ...server, started: startOf(server.pid) }
  writeFileSync(noteIn(directory), JSON.stringify(note))
}

function isAlive({ pid, started }: Note): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false
  }
  const now = startOf(pid)
  return started === null || now === null || started === now
}

/** When a process began, in ticks since the machine did: field 22 of proc(5)'s stat, counted behind the name, which may hold anything. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
