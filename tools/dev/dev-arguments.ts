// What `npm run dev -- …` was asked for: read here, passed on to wrangler as it is. Knows no process and no file.
import { dirname, resolve } from 'node:path'
import { DEFAULT_PERSIST_DIRECTORY, PROJECT_ROOT } from '../project.ts'
import type { DevSettings } from './dev-settings.ts'

export interface DevArguments {
  readonly port: number
  readonly ip: string | undefined
  readonly protocol: 'http' | 'https'
  readonly persistDirectory: string
  /** Of the workers that are served together, the first over HTTP; empty: Postern's alone. */
  readonly configs: readonly string[]
  /** `null`: none is named. */
  readonly environment: string | null
  readonly hasInspectorPort: boolean
  readonly hasPublicUrl: boolean
  readonly hasInteractiveChoice: boolean
}

export const DEFAULT_PORT = 8787

/** Those of `wrangler dev` that people give, all of which it would serve without; `call` is what npm takes `-c` for. */
export const DEV_OPTIONS = [
  ...[
    'port',
    'ip',
    'local-protocol',
    'persist-to',
    'config',
    'call',
    'env',
    'env-file',
    'var',
    'name',
    'inspector-port',
    'inspect',
  ],
  ...[
    'test-scheduled',
    'local',
    'remote',
    'log-level',
    'live-reload',
    'show-interactive-dev-session',
    'https-key-path',
    'https-cert-path',
  ],
]
const LOOPBACK_OR_ANY = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::', '*'])

/**
 * @param settings of the configuration, which count where no argument says otherwise
 * @throws Error whose message says which argument is wrong
 */
export function parseDevArguments(args: readonly string[], settings: DevSettings = { hasInspectorPort: false }): DevArguments {
  const port = flagValue(args, 'port') ?? String(settings.port ?? DEFAULT_PORT)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`Cannot listen on port ${port}: it must be a number from 0 to 65535`)
  const protocol = flagValue(args, 'local-protocol') ?? settings.protocol ?? 'http'
  if (protocol !== 'http' && protocol !== 'https')
    throw new Error(`Cannot serve over ${protocol}: --local-protocol is http or https`)
  const persistDirectory = flagValue(args, 'persist-to') ?? DEFAULT_PERSIST_DIRECTORY
  if (persistDirectory === '') throw new Error('Cannot keep local state: --persist-to must be the name of a directory')
  return {
    port: Number(port),
    ip: flagValue(args, 'ip') ?? settings.ip,
    protocol,
    persistDirectory,
    configs: flagValues(args, '--config', '-c'),
    environment: flagValues(args, '--env', '-e').at(-1) || null,
    hasInspectorPort: settings.hasInspectorPort || hasFlag(args, 'inspector-port') || hasFlag(args, 'inspect'),
    hasPublicUrl: args.some((arg) => /^(--var=)?PUBLIC_URL:/.test(arg)),
    hasInteractiveChoice: hasFlag(args, 'show-interactive-dev-session'),
  }
}

/** What a browser on this machine types: links in mail, and the issuer of tokens, begin with it. */
export function publicUrlOf(ip: string | undefined, port: number, protocol: 'http' | 'https'): string {
  const bare = ip?.replace(/^\[|\]$/g, '')
  const isNamed = bare === undefined || LOOPBACK_OR_ANY.has(bare)
  const host = isNamed ? 'localhost' : bare.includes(':') ? `[${bare}]` : bare
  // `new URL` drops the port that the protocol implies.
  return new URL(`${protocol}://${host}:${port}`).origin
}

/** What is said once it serves. */
export function welcome(url: string, persistDirectory: string): string {
  const where = persistDirectory === DEFAULT_PERSIST_DIRECTORY ? '' : ` --persist-to ${persistDirectory}`
  return [
    `  API reference  ${url}/docs`,
    `  Mailbox        ${url}/dev/mailbox`,
    `  First user     npm run user -- create --email you@example.com --verified${where}`,
  ].join('\n')
}

/** `.dev.vars` is a dotenv file: `NAME=value`, perhaps after `export`. */
export function setsVariable(devVars: string, name: string): boolean {
  return new RegExp(`^\\s*(?:export\\s+)?${name}\\s*[=:]`, 'm').test(devVars)
}

export interface DevSurroundings {
  readonly port: number
  readonly isTerminal: boolean
  readonly isPublicUrlSet: boolean
  /** What stands in for Postern's configuration; `null`: nothing does. */
  readonly devConfig: string | null
}

/** The arguments for wrangler: all that were given, then what follows from them. */
export function wranglerDevArguments(
  args: readonly string[],
  parsed: DevArguments,
  { port, isTerminal, isPublicUrlSet, devConfig }: DevSurroundings,
): readonly string[] {
  const added: string[] = []
  const { configs } = parsed
  if (devConfig !== null && configs.length === 0) added.push('--config', devConfig)
  // Named, or wrangler would keep the state beside the first configuration, and not where Postern's database is.
  if (configs.length > 0 && !hasFlag(args, 'persist-to')) added.push('--persist-to', parsed.persistDirectory)
  // Named even when it is the default: wrangler would take another one when it is busy, and PUBLIC_URL would lie.
  if (port !== parsed.port || !hasFlag(args, 'port')) added.push('--port', String(port))
  // Two servers at once would fight over the default 9229.
  if (!parsed.hasInspectorPort) added.push('--inspector-port', '0')
  if (!isTerminal && !parsed.hasInteractiveChoice) added.push('--show-interactive-dev-session=false')
  if (isServedFirst(configs) && !parsed.hasPublicUrl && !isPublicUrlSet)
    added.push('--var', `PUBLIC_URL:${publicUrlOf(parsed.ip, port, parsed.protocol)}`)
  const given = port === parsed.port ? args : withoutFlag(args, 'port')
  return ['dev', ...(devConfig === null ? given : withOwnConfig(given, devConfig)), ...added]
}

/** Whether Postern is what answers over HTTP. */
export function isServedFirst([first]: readonly string[]): boolean {
  return first === undefined || isOwnConfig(first)
}

/** Whether a configuration is Postern's. @param config a path from the project's root */
export function isOwnConfig(config: string): boolean {
  return dirname(resolve(PROJECT_ROOT, config)) === PROJECT_ROOT
}

function withOwnConfig(args: readonly string[], devConfig: string): readonly string[] {
  return args.map((arg, index) => {
    const [, flag = '', value] = /^(--config=|-c=)(.*)$/.exec(arg) ?? []
    if (value !== undefined) return isOwnConfig(value) ? flag + devConfig : arg
    const before = args[index - 1]
    return (before === '--config' || before === '-c') && isOwnConfig(arg) ? devConfig : arg
  })
}

/** All that is given for a flag, in order. @param flags its spellings, such as `--config` and `-c` */
export function flagValues(args: readonly string[], ...flags: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    const [flag = '', value = args[index + 1]] = arg.split(/=(.*)/s)
    return flags.includes(flag) && value !== undefined ? [value] : []
  })
}

function flagValue(args: readonly string[], name: string): string | undefined {
  // The last one counts, as on most command lines.
  for (let index = args.length - 1; index >= 0; index -= 1) {
    const arg = args[index]
    if (arg?.startsWith(`--${name}=`)) return arg.slice(name.length + 3)
    if (arg !== `--${name}`) continue
    const value = args[index + 1]
    if (value === undefined || value.startsWith('--')) throw new Error(`Cannot read --${name}: it needs a value`)
    return value
  }
  return undefined
}

function hasFlag(args: readonly string[], name: string): boolean {
  return args.some((arg) => arg === `--${name}` || arg === `--no-${name}` || arg.startsWith(`--${name}=`))
}

function withoutFlag(args: readonly string[], name: string): readonly string[] {
  return args.filter((arg, index) => arg !== `--${name}` && !arg.startsWith(`--${name}=`) && args[index - 1] !== `--${name}`)
}
