// The command line of `npm run mail`, parsed before anything is touched.
import { readOptions, readWhere, UsageError, WHERE_OPTIONS, type Where } from '../operator/usage.ts'

export const USAGE = `Usage: npm run mail -- <command> [options]

  list [--json]             the latest 200 mails of the outbox: sent, waiting, dead
  dead [--json]             those that are not tried again, and why
  retry ID… | retry --all   has dead ones tried again, with the next run of the cron trigger

--persist-to DIR works on the local database of "npm run dev -- --persist-to DIR"; --remote on the deployed one.
No mail is shown: they are sealed.`

export type MailCommand =
  | { readonly name: 'list' | 'dead'; readonly isJson: boolean }
  /** `null`: all. */
  | { readonly name: 'retry'; readonly ids: readonly string[] | null }

const OPTIONS = {
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  ...WHERE_OPTIONS,
} as const

/** @throws UsageError */
export function parseMailCommand(args: readonly string[]): { readonly command: MailCommand; readonly where: Where } {
  const { values, positionals } = readOptions(args, OPTIONS, true)
  const where = readWhere(values)
  const [name, ...rest] = positionals
  switch (name) {
    case 'list':
    case 'dead':
      if (rest.length > 0) throw new UsageError(`Unexpected argument ${rest[0]}`)
      if (values.all) throw new UsageError(`--all means nothing to ${name}`)
      return { command: { name, isJson: values.json ?? false }, where }
    case 'retry':
      if (values.json) throw new UsageError('--json means nothing to retry')
      if ((rest.length === 0) !== (values.all ?? false)) throw new UsageError('retry needs either IDs or --all')
      return { command: { name, ids: values.all ? null : rest }, where }
    default:
      throw new UsageError(name === undefined ? 'No command given' : `Unknown command ${name}`)
  }
}
