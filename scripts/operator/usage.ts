// What the command lines of the operator's tools (user, mail, audit) have in common.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { DEFAULT_PERSIST_DIRECTORY } from '../project.ts'

/** Wrong on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Which database: the deployed one, or the local one in this directory. */
export interface Where {
  readonly isRemote: boolean
  readonly persistDirectory: string
}

/** The options that say where. */
export const WHERE_OPTIONS = { remote: { type: 'boolean' }, 'persist-to': { type: 'string' } } as const

interface WhereValues {
  readonly remote?: boolean | undefined
  readonly 'persist-to'?: string | undefined
}

/** @throws UsageError */
export function readWhere({ remote, 'persist-to': persistTo }: WhereValues): Where {
  if (remote && persistTo !== undefined) throw new UsageError('--remote and --persist-to exclude each other')
  return { isRemote: remote ?? false, persistDirectory: persistTo ?? DEFAULT_PERSIST_DIRECTORY }
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
    throw new UsageError(message.split('. ')[0])
  }
}
