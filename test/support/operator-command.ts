// The operator's commands against the real service: what each prints, with the admin API in the same process.
import type { ParseArgsOptionsConfig } from 'node:util'
import { createAdminClient } from '../../cli/operator/admin-client.ts'
import { parseUserCommand } from '../../cli/user/command.ts'
import { performUserCommand } from '../../cli/user/perform.ts'
import { ADMIN_KEY, PUBLIC_URL, type TestApp } from './harness.ts'

/** workerd has no parseArgs; how that reads is the subject of test/cli, on Node. */
export const readPlainly = readOptions as never

function readOptions(args: readonly string[], options: ParseArgsOptionsConfig) {
  const values: Record<string, string | boolean | string[]> = {}
  const positionals: string[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const option = arg.startsWith('--') ? options[arg.slice(2)] : undefined
    if (option === undefined) positionals.push(arg)
    else if (option.type === 'boolean') values[arg.slice(2)] = true
    else if (option.multiple) values[arg.slice(2)] = [...((values[arg.slice(2)] as string[] | undefined) ?? []), rest.shift() ?? '']
    else values[arg.slice(2)] = rest.shift() ?? ''
  }
  return { values, positionals }
}

export function clientOf(app: TestApp, key = ADMIN_KEY) {
  return createAdminClient(PUBLIC_URL, key, ((url: URL, init: RequestInit) => app.fetch(new Request(url, init))) as typeof fetch)
}

export interface Printed {
  readonly out: string[]
  readonly told: string[]
  /** What was written to files, by name. */
  readonly files: Map<string, string>
}

export interface Run {
  readonly app: TestApp
  readonly files?: Readonly<Record<string, string>>
  readonly key?: string
  /** What is typed, or piped in. */
  readonly secrets?: { readonly password?: string; readonly pin?: string }
}

/** @returns what it prints @throws what it says of a failure */
export async function runUser({ app, files = {}, key, secrets = {} }: Run, ...args: readonly string[]): Promise<Printed> {
  const printed: Printed = { out: [], told: [], files: new Map() }
  const { command, isJson } = parseUserCommand(args, readPlainly)
  try {
    await performUserCommand(command, {
      admin: clientOf(app, key),
      isJson,
      show: async (text) => void printed.out.push(...text.split('\n')),
      report: (line) => void printed.told.push(line),
      secret: (of) => secrets[of] ?? 'made up just now',
      async *readFile(file) {
        yield new TextEncoder().encode(files[file] ?? '')
      },
      async writeFile(file, chunks) {
        let text = ''
        const decoder = new TextDecoder()
        for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true })
        printed.files.set(file, text)
        return text.split('\n').length - 1
      },
    })
  } catch (error) {
    throw Object.assign(error as Error, { printed })
  }
  return printed
}
