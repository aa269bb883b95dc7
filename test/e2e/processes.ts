// Which processes run on this machine, by command line.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The command lines that contain the text. Processes that have ended and wait for their parent do not count. */
export async function findProcesses(text: string): Promise<readonly string[]> {
  const commands = process.platform === 'linux' ? await readProc() : await askPs()
  return commands.filter((command) => command.includes(text))
}

/** Small Linux images come without `ps`. */
async function readProc(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return commands.map((command) => command.replaceAll('\0', ' '))
}

async function askPs(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'args='])
  return stdout.split('\n')
}
