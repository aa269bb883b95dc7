// What three generators make of the OpenAPI documents: clients that compile, strictly, in a small program each, which signs in at a
// real server, asks who it is and lists sessions. The generators run in the oldest Node that the project takes.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installCallers, RUNTIMES } from '../../support/callers/install.ts'
import { makeTemporaryDirectory } from '../../support/e2e/checkout.ts'
import { mailedToken } from '../../support/e2e/mailed-link.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const run = promisify(execFile)
const ADA = { email: 'ada@example.com', password: 'correct horse battery', username: 'ada', first_name: 'Ada' }

interface Generator {
  /** In node_modules. */
  readonly command: string
  readonly args: (input: string, output: string) => readonly string[]
  /** What a person would write with the client; `walk` is called with the URL of a server. */
  readonly program: string
}

/** Fails to compile where a generator has made `any` of a shape. */
const TYPES_ARE_REAL = `
type IsAny<T> = 0 extends 1 & T ? true : false
const isReal = <T>(value: T, ..._: IsAny<T> extends true ? [never] : []): T => value
`

/** The same walk for each; \`said\` is what it found. */
const WALK = `
export interface Said { user: string; email: string; name: string | null; sessions: number; current: boolean[]; refused: string }
`

const GENERATORS: Readonly<Record<string, Generator>> = {
  'openapi-typescript': {
    command: 'openapi-typescript/bin/cli.js',
    args: (input, output) => [input, '--output', join(output, 'schema.ts')],
    program: `
import createClient from 'openapi-fetch'
import type { components as AdminComponents } from './admin/schema'
import type { components, paths } from './public/schema'

type Schemas = components['schemas']
export async function walk(baseUrl: string, email: string, password: string): Promise<Said> {
  const client = createClient<paths>({ baseUrl })
  const refused = await client.POST('/api/v1/auth/login', { body: { email, password: 'wrong' } })
  const code: Schemas['ErrorCode'] | undefined = refused.error?.code
  const { data: grant } = await client.POST('/api/v1/auth/login', { body: { email, password } })
  if (!grant) throw new Error('not signed in')
  const headers = { Authorization: \`Bearer \${isReal(grant).access_token}\` }
  const { data: me } = await client.GET('/api/v1/auth/me', { headers })
  const { data: list } = await client.GET('/api/v1/auth/sessions', { headers, params: { query: {} } })
  const user: Schemas['User'] = isReal(me!.user)
  const sessions: Schemas['Session'][] = isReal(list!.sessions)
  // @ts-expect-error: there is no such member
  void user.surname
  // @ts-expect-error: a password is a text
  void client.POST('/api/v1/auth/login', { body: { email, password: 1 } }).catch(() => {})
  const account = (one: AdminComponents['schemas']['User']): string | null => isReal(one.disabled_at)
  void account
  return { user: String(user.id), email: user.email, name: user.first_name, sessions: sessions.length, current: sessions.map(({ current }) => current), refused: String(code) }
}
`,
  },
  '@hey-api/openapi-ts': {
    command: '@hey-api/openapi-ts/bin/run.js',
    args: (input, output) => ['--input', input, '--output', output, '--no-log-file', '--silent'],
    program: `
import { createClient } from './public/client'
import { listSessions, login, me } from './public/sdk.gen'
import type { ErrorCode, Session, User } from './public/types.gen'
import type { User as Account } from './admin/types.gen'
import { listUsers } from './admin/sdk.gen'

export async function walk(baseUrl: string, email: string, password: string): Promise<Said> {
  const anonymous = createClient({ baseUrl })
  const refused = await login({ client: anonymous, body: { email, password: 'wrong' } })
  const code: ErrorCode | undefined = refused.error?.code
  const { data: grant } = await login({ client: anonymous, body: { email, password }, throwOnError: true })
  const client = createClient({ baseUrl, auth: isReal(grant).access_token })
  const { data: current } = await me({ client, throwOnError: true })
  const { data: list } = await listSessions({ client, throwOnError: true })
  const user: User = isReal(current.user)
  const sessions: Session[] = isReal(list.sessions)
  // @ts-expect-error: there is no such member
  void user.surname
  // @ts-expect-error: a password is a text
  const body: NonNullable<Parameters<typeof login>[0]['body']> = { email, password: 1 }
  void body
  const accounts = async (): Promise<Account[]> => (await listUsers({ client, query: { limit: 20 }, throwOnError: true })).data.users
  void accounts
  return { user: String(user.id), email: user.email, name: user.first_name, sessions: sessions.length, current: sessions.map(({ current }) => current), refused: String(code) }
}
`,
  },
  'swagger-typescript-api': {
    command: 'swagger-typescript-api/dist/cli.mjs',
    args: (input, output) => ['generate', '--path', input, '--output', output, '--name', 'api.ts', '--silent'],
    program: `
import { Api as Admin } from './admin/api'
import { Api, type Session, type User, ErrorCode } from './public/api'

export async function walk(baseUrl: string, email: string, password: string): Promise<Said> {
  const client = new Api<string>({ baseUrl, securityWorker: (token) => (token ? { headers: { Authorization: \`Bearer \${token}\` } } : undefined) })
  const code: ErrorCode = await client.api.login({ email, password: 'wrong' }).then(
    () => { throw new Error('signed in by a wrong password') },
    (refusal: { error: { code: ErrorCode } }) => refusal.error.code,
  )
  const { data: grant } = await client.api.login({ email, password })
  client.setSecurityData(isReal(grant).access_token)
  const user: User = isReal((await client.api.me()).data.user)
  const sessions: Session[] = isReal((await client.api.listSessions({})).data.sessions)
  // @ts-expect-error: there is no such member
  void user.surname
  // @ts-expect-error: a password is a text
  const body: Parameters<typeof client.api.login>[0] = { email, password: 1 }
  void body
  const accounts = async () => isReal((await new Admin({ baseUrl }).api.listUsers({ limit: 20 })).data.users)[0]?.disabled_at
  void accounts
  return { user: String(user.id), email: user.email, name: user.first_name, sessions: sessions.length, current: sessions.map(({ current }) => current), refused: code }
}
`,
  },
}

let callers: Awaited<ReturnType<typeof installCallers>>
let server: Server

beforeAll(async () => {
  ;[callers, server] = await Promise.all([installCallers(), startServer()])
  const post = (path: string, body: object) =>
    fetch(`${server.url}/api/v1/auth${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  await post('/register', ADA)
  await fetch(`${server.url}/api/v1/auth/verify-email?token=${await mailedToken(server.url, ADA.email)}`)
})
afterAll(() => server?.stop())

/** The oldest Node where npm has one for this platform, else the one that runs the tests. */
function oldestNode(): string {
  const [files = {}] = RUNTIMES['Node 20'] ?? []
  const packaged = callers(files[`${process.platform}-${process.arch}`] ?? 'none')
  return existsSync(packaged) ? packaged : process.execPath
}

const COMPILER_OPTIONS = {
  ...{ strict: true, noUncheckedIndexedAccess: true, noImplicitOverride: true, noFallthroughCasesInSwitch: true },
  ...{ target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [], module: 'node16' },
}

/** @returns what the compiler says; what it makes is beside the sources, for Node to run */
async function compile(folder: string): Promise<string> {
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] }))
  const command = [callers('typescript/bin/tsc'), '--project', folder]
  const { stdout } = await run(process.execPath, command, { cwd: folder }).catch((error: { stdout: string }) => error)
  return stdout
}

describe.each(Object.entries(GENERATORS))('a client that %s makes', (_, { command, args, program }) => {
  let folder = ''

  beforeAll(async () => {
    folder = await makeTemporaryDirectory()
    for (const [name, path] of [
      ['public', '/openapi.json'],
      ['admin', '/api/admin/openapi.json'],
    ] as const) {
      const input = join(folder, `${name}.json`)
      await writeFile(input, await (await fetch(`${server.url}${path}`)).text())
      await mkdir(join(folder, name))
      await run(oldestNode(), [callers(command), ...args(input, join(folder, name))], { cwd: folder })
    }
    await symlink(callers(), join(folder, 'node_modules'), 'dir')
    await writeFile(join(folder, 'program.ts'), `${program}${WALK}${TYPES_ARE_REAL}`)
  })

  it('compiles strictly in a program that uses it, and signs in, asks who it is and lists sessions', async () => {
    expect(await compile(folder)).toBe('')
    const call = `require('./program.js').walk(...process.argv.slice(1)).then((said) => console.log(JSON.stringify(said)))`
    const { stdout } = await run(oldestNode(), ['--eval', call, server.url, ADA.email, ADA.password], { cwd: folder })
    const said = JSON.parse(stdout)
    expect(said).toEqual({
      ...{ user: expect.stringMatching(/^[0-9a-f-]{36}$/), email: ADA.email, name: ADA.first_name },
      ...{ sessions: expect.any(Number), current: expect.any(Array), refused: 'invalid_credentials' },
    })
    expect(said.current.filter((isCurrent: boolean) => isCurrent)).toEqual([true])
  })
})
