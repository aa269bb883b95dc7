// What the command lines of the operator's tools (user, mail, audit) have in common.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { isLoopback } from '../../tools/loopback.ts'
import { DEFAULT_PERSIST_DIRECTORY } from '../../tools/project.ts'

/** Wrong on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Which service: a deployed one, or the one on the local state in this directory. */
export interface Where {
  readonly isRemote: boolean
  /** Where it answers; `null`: as configured, or wherever it is found. */
  readonly url: string | null
  /** Of wrangler.toml; `null`: the top level. */
  readonly environment: string | null
  readonly persistDirectory: string
}

/** The options that say where. */
export const WHERE_OPTIONS = {
  remote: { type: 'boolean' },
  url: { type: 'string' },
  env: { type: 'string' },
  'persist-to': { type: 'string' },
} as const

export const WHERE_USAGE = `--persist-to DIR works on the local state of "npm run dev -- --persist-to DIR", whether that server runs or not.
--remote works on the deployed service, with the admin key that "npm run deploy" keeps, or POSTERN_ADMIN_KEY;
--env NAME picks the environment of wrangler.toml, --url URL says where the service answers.`

interface WhereValues {
  readonly remote?: boolean | undefined
  readonly url?: string | undefined
  readonly env?: string | undefined
  readonly 'persist-to'?: string | undefined
}

/** @throws UsageError */
export function readWhere({ remote: isRemote = false, url, env, 'persist-to': persistTo }: WhereValues): Where {
  if (isRemote && persistTo !== undefined) throw new UsageError('--remote and --persist-to exclude each other')
  if (url !== undefined && persistTo !== undefined) throw new UsageError('--url and --persist-to exclude each other')
  if (persistTo === '') throw new UsageError('--persist-to must be the name of a directory')
  if (env !== undefined && !/^[\w-]{1,64}$/.test(env)) throw new UsageError('--env must be the name of an environment')
  return {
    isRemote,
    url: url === undefined ? null : requireOrigin(url),
    environment: env ?? null,
    persistDirectory: persistTo ?? DEFAULT_PERSIST_DIRECTORY,
  }
}

/** The key must not cross a network in the clear. */
function requireOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const isSafe = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.origin)))
  if (!isSafe || url.origin !== text.replace(/\/$/, '')) {
    throw new UsageError('--url must be an origin such as https://auth.example.com; http for this machine only')
  }
  return url.origin
}

/** @throws UsageError with the first sentence of what parseArgs says */
export function readOptions<const T extends ParseArgsOptionsConfig, const P extends boolean>(
  args: readonly string[],
  options: T,
  allowPositionals: P,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(message.split(/\.\s/)[0])
  }
}
