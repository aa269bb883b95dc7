// The real `curl`. What a test needs besides the command itself (the header fields of the reply, the Origin of a browser)
// goes into curl's own configuration file, so that a command line can be run exactly as a document prints it.
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireContract } from '../../suites/contract/require-contract.ts'
import { makeTemporaryDirectory } from './checkout.ts'
import { varsAt } from './served-vars.ts'

export const ORIGIN = 'http://localhost:8080'

export interface CurlReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a reply says
  readonly body: any
}

/** Runs a command line that calls curl once. @param origin `null` for no such field, as when a person types the line */
export function runCurlLine(line: string, origin: string | null = ORIGIN): Promise<CurlReply> {
  return withCurl('bash', ['-c', line], origin)
}

export function curl(...args: readonly string[]): Promise<CurlReply> {
  return withCurl('curl', args)
}

async function withCurl(command: string, args: readonly string[], origin: string | null = ORIGIN): Promise<CurlReply> {
  const directory = await makeTemporaryDirectory()
  const headerFile = join(directory, 'headers')
  const settings = [
    'silent',
    'show-error',
    'verbose',
    'noproxy = "*"',
    'max-time = 30',
    ...(origin === null ? [] : [`header = "Origin: ${origin}"`]),
  ]
  try {
    await writeFile(join(directory, '.curlrc'), [...settings, `dump-header = "${headerFile}"`, ''].join('\n'))
    const { stdout, stderr } = await promisify(execFile)(command, args, { env: { ...process.env, CURL_HOME: directory } })
    const [statusLine = '', ...fields] = (await readFile(headerFile, 'utf8')).trim().split('\r\n')
    const headers = new Headers(fields.map((field) => readField(field)))
    const status = Number(statusLine.split(' ')[1])
    if (headers.has('X-Request-Id')) {
      const question = readQuestion(stderr)
      await requireContract(question, new Response(stdout || null, { status, headers }), varsAt(question.url))
    }
    return { status, headers, text: stdout, body: parseBody(stdout) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** What curl says that it has sent. */
function readQuestion(verbose: string): Request {
  const [requestLine = '', ...fields] = verbose.split(/\r?\n/).flatMap((line) => (line.startsWith('> ') ? line.slice(2) : []))
  const [method = '', path = ''] = requestLine.split(' ')
  const headers = new Headers(fields.filter((field) => field !== '').map((field) => readField(field)))
  return new Request(new URL(path, `http://${headers.get('Host')}`), { method, headers })
}

function readField(field: string): [string, string] {
  const colon = field.indexOf(':')
  return [field.slice(0, colon), field.slice(colon + 1).trim()]
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
