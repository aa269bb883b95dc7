// A `wrangler dev` that was started without us, as far as its build hook can tell: it knows neither the directory of the state nor the
// port, but the command line of the process it descends from does.
import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { DEFAULT_PERSIST_DIRECTORY, PROJECT_ROOT } from '../project.ts'
import { MERGED_CONFIG, SETTINGS } from '../settings/config-file.ts'
import { flagValues } from './dev-arguments.ts'

export interface PlainWrangler {
  readonly pid: number
  /** Absolute. */
  readonly persistDirectory: string
  /** `null` where the command line does not say. */
  readonly port: number | null
  /** `null` where the command line does not say. */
  readonly protocol: 'http' | 'https' | null
  /** `null` where the command line does not say. */
  readonly ip: string | null
  /** Whether the command line says what PUBLIC_URL is, and Postern hears it: only the first of several workers gets such words. */
  readonly isPublicUrlGiven: boolean
  /** Of the worker that answers over HTTP, where the command line names it; absolute. */
  readonly servedConfig: string | null
  /** Postern's, where the command line names it; absolute. */
  readonly config: string | null
  readonly environment: string | null
  /** Its own; `null` where its file does not say. */
  readonly version: string | null
}

interface Process {
  readonly parent: number
  readonly args: readonly string[]
}

const MAX_ANCESTORS = 8
const PROTOCOLS = ['http', 'https'] as const

/** Where wrangler runs its hook, and was started: the shell says so, whatever folder this process was given since. */
const WRANGLERS_FOLDER = process.env.PWD ?? process.cwd()

/** `null` where no ancestor of this process is one, or the system does not tell. */
export async function findPlainWrangler(
  pid: number = process.ppid,
  look: (pid: number) => Promise<Process | null> = lookAtProcess,
  cwd: string = WRANGLERS_FOLDER,
): Promise<PlainWrangler | null> {
  let next = pid
  for (let step = 0; step < MAX_ANCESTORS && next > 1; step += 1) {
    const found = await look(next)
    if (found === null) return null
    const { args, parent } = found
    const command = args.findIndex((arg, index) => index > 0 && arg === 'dev' && /wrangler/.test(args[index - 1] ?? ''))
    if (command > 0) {
      const version = await findVersion(resolve(cwd, args[command - 1] ?? ''))
      return { pid: next, ...readArguments(args.slice(command + 1), cwd), version }
    }
    next = parent
  }
  return null
}

function readArguments(args: readonly string[], cwd: string): Omit<PlainWrangler, 'pid' | 'version'> {
  const value = (name: string) => flagValues(args, `--${name}`).at(-1)
  const port = Number(value('port'))
  const persistTo = value('persist-to')
  // Beside the first of several configurations; without any, wrangler looks for one from where it is started.
  const configs = flagValues(args, '--config', '-c').map((config) => resolve(cwd, config))
  const home = configs[0] === undefined ? PROJECT_ROOT : dirname(configs[0])
  return {
    persistDirectory: persistTo === undefined ? join(home, DEFAULT_PERSIST_DIRECTORY) : resolve(cwd, persistTo),
    port: Number.isInteger(port) && port > 0 ? port : null,
    protocol: PROTOCOLS.find((protocol) => protocol === value('local-protocol')) ?? null,
    ip: value('ip') ?? null,
    isPublicUrlGiven: home === PROJECT_ROOT && flagValues(args, '--var').some((given) => given.startsWith('PUBLIC_URL:')),
    servedConfig: configs[0] ?? null,
    config: configs.find((config) => dirname(config) === PROJECT_ROOT) ?? null,
    environment: flagValues(args, '--env', '-e').at(-1) || null,
  }
}

/** Of the package that a file of wrangler's is in. */
async function findVersion(file: string): Promise<string | null> {
  const real = await realpath(file).catch(() => file)
  for (let folder = dirname(real); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '')
    if (/"name":\s*"wrangler"/.test(manifest)) return /"version":\s*"([^"]+)"/.exec(manifest)?.[1] ?? null
  }
  return null
}

/** What to tell the developer of a wrangler that is too old; `null` where it is not. @param own the version that Postern has */
export function describeOldWrangler({ version }: Pick<PlainWrangler, 'version'>, own: string): string | null {
  const minor = (text: string) => text.split('.').slice(0, 2).join('.')
  if (version === null || minor(version).localeCompare(minor(own), 'en', { numeric: true }) >= 0) return null
  return `This is wrangler ${version}, and Postern is made for ${own}: an older one may not run it, nor reach it from another worker. Get a newer one with "npm install --save-dev wrangler@${own}", on Node 22 or later`
}

/**
 * What to tell the developer of a wrangler that was told to read wrangler.toml, and so leaves deployment.toml out; `null` where it does not.
 * By the time that this is known it has read its configuration.
 * @param effective the configuration that has both in it, absolute
 */
export function describeLeftOutSettings(
  { config }: Pick<PlainWrangler, 'config'>,
  effective: string,
  cwd: string = WRANGLERS_FOLDER,
): string | null {
  if (config === null || config === effective || basename(effective) !== MERGED_CONFIG) return null
  const [named, whole] = [config, effective].map((path) => relative(cwd, path))
  return `${SETTINGS} is left out: this wrangler was told to read ${named}, which knows nothing of it. Name ${whole} in its place, and start again`
}

/** `null` where there is none, or the system does not tell. */
export async function lookAtProcess(pid: number): Promise<Process | null> {
  try {
    if (process.platform === 'linux') {
      const [status, commandLine] = await Promise.all([
        readFile(`/proc/${pid}/status`, 'utf8'),
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
      ])
      return { parent: Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]), args: commandLine.split('\0') }
    }
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'ppid=', '-o', 'args=', '-p', String(pid)])
    const [, parent, args = ''] = /^\s*(\d+)\s+(.*)$/m.exec(stdout) ?? []
    return parent === undefined ? null : { parent: Number(parent), args: args.split(' ') }
  } catch {
    return null
  }
}
