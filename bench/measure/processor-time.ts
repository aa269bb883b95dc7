// How much processor time a workerd has used, where the system tells (Linux).
import { readdir, readFile } from 'node:fs/promises'

/** Of every Linux that Node runs on: USER_HZ is 100 whatever the kernel's own clock. */
const MILLISECONDS_A_TICK = 10
/** Fields of /proc/<pid>/stat behind the process's name (proc_pid_stat(5), from field 3). */
const PARENT = 1
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** The ids of the workerds that this process has started; none where there is no /proc. */
export async function listWorkerds(): Promise<ReadonlySet<string>> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readStat(pid)
      return stat?.command === 'workerd' && Number(stat.fields[PARENT]) === process.pid ? [pid] : []
    }),
  )
  return new Set(found.flat())
}

/** User's and system's together, in milliseconds, or `null` where it cannot be told. */
export async function processorTimeOf(pid: string | null): Promise<number | null> {
  const stat = pid === null ? null : await readStat(pid)
  return stat && (Number(stat.fields[USER_TICKS]) + Number(stat.fields[SYSTEM_TICKS])) * MILLISECONDS_A_TICK
}

async function readStat(pid: string): Promise<{ command: string; fields: string[] } | null> {
  // Processes come and go while the list of them is read.
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  const [, command, rest] = /^\d+ \((.*)\) (.*)$/s.exec(text ?? '') ?? []
  return command === undefined || rest === undefined ? null : { command, fields: rest.split(' ') }
}
