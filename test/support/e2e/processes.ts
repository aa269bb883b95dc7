// Which processes run on this machine, by command line.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

interface Running {
  readonly pid: number
  readonly command: string
}

/** The command lines that contain the text. Processes that have ended and wait for their parent do not count. */
export async function findProcesses(text: string): Promise<readonly string[]> {
  return (await listProcesses()).map(({ command }) => command).filter((command) => command.includes(text))
}

export function listProcesses(): Promise<readonly Running[]> {
  return process.platform === 'linux' ? readProc() : askPs()
}

/** Small Linux images come without `ps`. */
async function readProc(): Promise<readonly Running[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return { pid: Number(pid), command: command.replaceAll('\0', ' ') }
    }),
  )
}

async function askPs(): Promise<readonly Running[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'args='])
  return stdout.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), command: line.replace(/^\s*\d+\s/, '') }))
}
