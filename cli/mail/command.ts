// The command line of `npm run mail`, parsed before anything is touched.
import { readOptions, readWhere, UsageError, WHERE_OPTIONS, WHERE_USAGE, type Where } from '../operator/usage.ts'

export const USAGE = `Usage: npm run mail -- <command> [options]

  list [--json]             the latest 200 mails of the outbox: sent, waiting, dead
  dead [--json]             those that are not tried again, and why
  retry ID… | retry --all   has dead ones tried again, at once

No mail is shown: they are sealed. --json prints one JSON object a line.
${WHERE_USAGE}`

export type MailCommand =
  | { readonly name: 'list' | 'dead' }
  /** `null`: all. */
  | { readonly name: 'retry'; readonly ids: readonly string[] | null }

const OPTIONS = {
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  ...WHERE_OPTIONS,
} as const

export const MAIL_OPTIONS: readonly string[] = Object.keys(OPTIONS)

/** @param read of options, where there is no Node @throws UsageError */
export function parseMailCommand(
  args: readonly string[],
  read: typeof readOptions = readOptions,
): {
  readonly command: MailCommand
  readonly isJson: boolean
  readonly where: Where
} {
  const { values, positionals } = read(args, OPTIONS, true)
  const [where, isJson] = [readWhere(values), values.json ?? false]
  const [name, ...rest] = positionals
  switch (name) {
    case 'list':
    case 'dead':
      if (rest.length > 0) throw new UsageError(`Unexpected argument ${rest[0]}`)
      if (values.all) throw new UsageError(`--all means nothing to ${name}`)
      return { command: { name }, isJson, where }
    case 'retry':
      if ((rest.length === 0) !== (values.all ?? false)) throw new UsageError('retry needs either IDs or --all')
      return { command: { name, ids: values.all ? null : rest }, isJson, where }
    default:
      throw new UsageError(name === undefined ? 'No command given' : `Unknown command ${name}`)
  }
}
