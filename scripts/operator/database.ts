// Runs the account tool's statements: locally with bound values on the very files a running `wrangler dev` uses (both see
// each other's writes at once), remotely through wrangler, which has the operator's credentials.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inProject, PROJECT_ROOT } from '../project.ts'
import { captureTool, type ToolResult, toolEnvironment } from '../run-tool.ts'
import { type Row, renderScript, type Statement } from './sql.ts'

export interface OperatorDatabase {
  /** Runs all or nothing; one list of rows per statement. */
  run(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>
  close(): Promise<void>
}

const ATTEMPTS = 10
const BUSY_PAUSE_MILLISECONDS = 150

export async function openLocalDatabase(persistDirectory: string): Promise<OperatorDatabase> {
  Object.assign(process.env, toolEnvironment({ WRANGLER_LOG: 'error' }))
  // Loaded only here: wrangler takes more than half a second.
  const { getPlatformProxy } = await import('wrangler')
  const configPath = await writeLocalConfig()
  const proxy = await retryWhileBusy(() =>
    getPlatformProxy<{ DB: D1Database }>({
      configPath,
      persist: { path: join(resolve(PROJECT_ROOT, persistDirectory), 'v3') },
      remoteBindings: false,
    }),
  )
  const db = proxy.env.DB
  return {
    async run(statements) {
      const answers = await retryWhileBusy(() =>
        db.batch<Row>(statements.map(({ text, values }) => db.prepare(text).bind(...values))),
      )
      return answers.map((answer) => answer.results)
    },
    close: () => proxy.dispose(),
  }
}

export function openRemoteDatabase(execute: (sql: string) => Promise<ToolResult> = executeRemotely): OperatorDatabase {
  return {
    async run(statements) {
      const result = await execute(renderScript(statements))
      if (result.code !== 0) throw new Error(`Cannot reach the deployed database: ${remoteProblem(result)}`)
      const answers = JSON.parse(jsonIn(result.stdout)) as readonly { readonly results: readonly Row[] }[]
      if (answers.length !== statements.length) {
        throw new Error(`Cannot read the deployed database's answer: ${answers.length} results for ${statements.length} statements`)
      }
      return answers.map((answer) => answer.results)
    },
    close: async () => {},
  }
}

function executeRemotely(sql: string): Promise<ToolResult> {
  return captureTool('wrangler', ['d1', 'execute', 'DB', '--remote', '--json', '--yes', '--command', sql])
}

/** wrangler's JSON may follow a note or two. */
function jsonIn(output: string): string {
  const start = output.search(/^[[{]/m)
  return start < 0 ? '[]' : output.slice(start)
}

function remoteProblem({ stdout, stderr }: ToolResult): string {
  const text = /"text":\s*"((?:[^"\\]|\\.)*)"/.exec(stdout)?.[1]
  const line = stderr.split('\n').find((each) => /error/i.test(each))
  return text ?? line ?? 'wrangler gave no reason. Try "npx wrangler whoami"'
}

/** The worker's own line of it. */
async function compatibilityDate(): Promise<string> {
  const line = /^compatibility_date = "[\d-]+"$/m.exec(await readFile(inProject('wrangler.toml'), 'utf8'))?.[0]
  if (line === undefined) throw new Error('Cannot find compatibility_date in wrangler.toml')
  return line
}

/** D1 alone: the worker's own configuration would warn about objects that nobody asks for here. */
async function writeLocalConfig(): Promise<string> {
  const directory = inProject('.postern', 'user-tool')
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'wrangler.toml')
  const lines = [
    'name = "postern-user-tool"',
    await compatibilityDate(),
    '[[d1_databases]]',
    'binding = "DB"',
    'database_name = "postern"',
    '',
  ]
  await writeFile(path, lines.join('\n'))
  return path
}

/** SQLite refuses while another process writes or opens the same file; a batch that was refused has changed nothing. */
async function retryWhileBusy<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action()
    } catch (error) {
      if (attempt === ATTEMPTS || !/SQLITE_BUSY|database is locked/.test(String(error))) throw error
      await sleep(BUSY_PAUSE_MILLISECONDS)
    }
  }
}
