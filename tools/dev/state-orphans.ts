// A workerd goes on when whoever started it was killed, and works on the state with nobody to end it. No second one may start beside it.
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { PROJECT_ROOT } from '../project.ts'
import { lookAtProcess } from './plain-wrangler.ts'
import { findUrlOfTheDead } from './state-holder.ts'
import { servesState } from './state-identity.ts'

/** What was just ended is gone by then. */
const PATIENCE_MILLISECONDS = 3_000
const POLL_MILLISECONDS = 100

/**
 * To be asked by whoever holds the state.
 * @param parent of a workerd that may have it open
 * @throws Error with one sentence that says what to end
 */
export async function requireNoOrphan(persistDirectory: string, parent: number | null = null): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const pids = await findOrphans(persistDirectory, parent)
    if (pids.length === 0) break
    if (Date.now() > deadline) {
      const [which, it] = pids.length === 1 ? ['process', 'it'] : ['processes', 'them']
      throw new Error(
        `Cannot start on ${persistDirectory}: ${which} ${pids.join(', ')} still ${pids.length === 1 ? 'works' : 'work'} on it, though what started ${it} is gone. End ${it}: kill ${pids.join(' ')}`,
      )
    }
    await sleep(POLL_MILLISECONDS)
  }
  const url = findUrlOfTheDead(persistDirectory)
  if (url === null || !(await servesState(url, persistDirectory))) return
  throw new Error(`Cannot start on ${persistDirectory}: ${url} still serves it, though the process that started it is gone. End it`)
}

/** Every workerd with a file of the state open, or the wrangler that would start it anew; none where the system does not tell. */
export async function findOrphans(persistDirectory: string, parent: number | null = null): Promise<readonly number[]> {
  // The system names open files by their real path, whatever links lead to the state.
  const directory = resolve(PROJECT_ROOT, persistDirectory)
  const state = join(await realpath(directory).catch(() => directory), 'v3') + sep
  const holders = await (process.platform === 'linux' ? readProc(state) : askLsof(state)).catch(() => [])
  const others = holders.filter((each) => each.parent !== parent)
  return Promise.all(others.map(async (each) => ((await isWrangler(each.parent)) ? each.parent : each.pid)))
}

async function isWrangler(pid: number): Promise<boolean> {
  const found = pid > 1 ? await lookAtProcess(pid) : null
  return found?.args.some((arg) => /wrangler/.test(arg)) ?? false
}

interface Holder {
  readonly pid: number
  readonly parent: number
}

/** proc(5). Of processes of other users nothing is told. */
async function readProc(state: string): Promise<readonly Holder[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const holders = await Promise.all(
    pids.map(async (pid): Promise<Holder[]> => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      if (!/^Name:\s*workerd$/m.test(status)) return []
      const open = await readdir(`/proc/${pid}/fd`).catch(() => [])
      const files = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
      if (!files.some((file) => file.startsWith(state))) return []
      return [{ pid: Number(pid), parent: Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]) }]
    }),
  )
  return holders.flat()
}

/** `-F`: a line for each field, `p` a process, `R` its parent, `n` a file. */
async function askLsof(state: string): Promise<readonly Holder[]> {
  const { stdout } = await promisify(execFile)('lsof', ['-w', '-c', 'workerd', '-F', 'pRn'], { maxBuffer: 1e8 })
  return stdout.split(/^p(?=\d)/m).flatMap((text) => {
    const lines = text.split('\n')
    const isHolder = lines.some((line) => line.startsWith(`n${state}`))
    return isHolder ? [{ pid: Number(lines[0]), parent: Number(lines.find((line) => line.startsWith('R'))?.slice(1)) }] : []
  })
}
