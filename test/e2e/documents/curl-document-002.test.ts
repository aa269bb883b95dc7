// Document 002's own curl lines (document-002.txt holds them as the document prints them), run by curl against a real server
// with accounts from the command line. Replaced are host, port, credentials, tokens and the example of a user's name.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CurlReply, curl, runCurlLine } from '../../support/e2e/curl.ts'
import { cleanEnvironment, type Server, startServer } from '../../support/e2e/server.ts'

const LINES = (await readFile(join(import.meta.dirname, 'document-002.txt'), 'utf8')).trim().split('\n\n')
const PASSWORD = 'correct horse battery'
const CREDENTIALS = '{"username":"admin","password":"admin"}'
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/
const SESSION_ID = /^[0-9a-f]{64}$/
/** In the last line of the document a space follows the first backslash. */
const SPLIT_CONTINUATION = '\\ \n'

let server: Server

beforeAll(async () => {
  server = await startServer()
  const create = (username: string, email: string, ...permissions: readonly string[]) =>
    server.userWith(
      PASSWORD,
      ...['create', '--username', username, '--email', email, '--password-stdin', '--verified'],
      ...permissions.flatMap((permission) => ['--permission', permission]),
    )
  await create('admin', 'riotkit@riseup.net', 'collectionManager', 'usersManager', 'systemAdmin')
  await create('some-user', 'user@riseup.net', 'collectionManager')
  await create('Beyhan Oğur', 'beyhan@beyhan.dev')
})
afterAll(() => server?.stop())

function lineFor(endpoint: string): string {
  return LINES.find((line) => line.includes(`/api/stable/auth/${endpoint}`)) ?? `no line for ${endpoint}`
}

/** The line of the document for this endpoint; what is replaced in it must be there. */
function prepare(endpoint: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries({ 'localhost:8080': `localhost:${server.port}`, ...replacements }).reduce((line, [found, replacement]) => {
    expect(line).toContain(found)
    return line.replace(found, replacement)
  }, lineFor(endpoint))
}

function signIn(username: string): Promise<CurlReply> {
  return runCurlLine(prepare('login', { [CREDENTIALS]: JSON.stringify({ username, password: PASSWORD }) }))
}

/** The line with a token in place of the one the document prints. */
function withToken(endpoint: string, token: string, replacements: Readonly<Record<string, string>> = {}): string {
  return prepare(endpoint, { [lineFor(endpoint).match(/Bearer ([^']+)'/)?.[1] ?? 'no token']: token, ...replacements })
}

async function tokenOf(username: string): Promise<string> {
  return (await signIn(username)).body.data.token
}

const granted = (sessionId: string, user: string) => ({
  CreatedAt: expect.stringMatching(RFC_3339),
  UpdatedAt: expect.stringMatching(RFC_3339),
  DeletedAt: null,
  id: sessionId,
  expiresAt: expect.stringMatching(RFC_3339),
  deactivated: false,
  description: 'Login',
  requesterIP: expect.stringMatching(/./),
  user,
})

describe('the curl lines of document 002', () => {
  it('are the five of the document', () => {
    expect(LINES.map((line) => line.match(/auth\/([a-z-]+)/)?.[1])).toEqual(['login', 'user', 'whoami', 'logout', 'token'])
  })

  it.each(['admin', 'Beyhan Oğur'])('sign %s in', async (username) => {
    const { status, headers, body } = await signIn(username)

    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(body).toEqual({
      data: {
        expire: expect.stringMatching(RFC_3339),
        sessionId: expect.stringMatching(SESSION_ID),
        token: expect.stringMatching(/^eyJ/),
      },
      status: true,
    })
  })

  it('are refused in the envelope with the credentials of the document, which nobody has here', async () => {
    const { status, body } = await runCurlLine(prepare('login', {}))

    expect(status).toBe(401)
    expect(body).toEqual({ status: false, code: 401, message: 'incorrect Username or Password', data: {} })
  })

  it('show the user they name', async () => {
    const { status, body } = await runCurlLine(withToken('user/some-user', await tokenOf('admin')))

    expect(status).toBe(200)
    expect(body).toEqual({ data: { email: 'user@riseup.net', permissions: ['collectionManager'] }, status: true })
  })

  it('show a user whose name is not ASCII, and nobody to who may not look', async () => {
    const found = { 'auth/user/some-user': 'auth/user/Beyhan%20O%C4%9Fur' }
    const token = await tokenOf('Beyhan Oğur')
    const own = await runCurlLine(withToken('user/some-user', token, found))
    expect(own.body).toEqual({ data: { email: 'beyhan@beyhan.dev', permissions: [] }, status: true })

    const other = await runCurlLine(withToken('user/some-user', token))
    expect([other.status, other.body]).toEqual([403, { status: false, code: 403, message: 'Forbidden', data: {} }])

    const unknown = await runCurlLine(
      withToken('user/some-user', await tokenOf('admin'), { 'auth/user/some-user': 'auth/user/nobody' }),
    )
    expect([unknown.status, unknown.body]).toEqual([404, { status: false, code: 404, message: 'Not found', data: {} }])
  })

  it('tell who one is and by which session', async () => {
    const { token, sessionId } = (await signIn('admin')).body.data

    const { status, body } = await runCurlLine(withToken('whoami', token))

    expect(status).toBe(200)
    const permissions = ['collectionManager', 'usersManager', 'systemAdmin']
    const data = {
      email: 'riotkit@riseup.net',
      grantedAccess: granted(sessionId, 'admin'),
      permissions: expect.any(Array),
      sessionId,
    }
    expect(body).toEqual({ data, status: true })
    expect(new Set(body.data.permissions)).toEqual(new Set(permissions))
  })

  it('log out by DELETE as the example does, and by GET as its heading says', async () => {
    for (const method of ['-X DELETE', '-X GET']) {
      const { token, sessionId } = (await signIn('admin')).body.data

      const { status, body } = await runCurlLine(withToken('logout', token, { '-X DELETE': method }))

      expect([status, body]).toEqual([200, { data: { message: 'JWT was revoked', sessionId }, status: true }])
      expect((await runCurlLine(withToken('whoami', token))).status).toBe(403)
    }
  })

  it("log another user's session out by its id", async () => {
    const theirs = (await signIn('some-user')).body.data
    const named = { 'auth/logout': `auth/logout?sessionId=${theirs.sessionId}` }

    const { body } = await runCurlLine(withToken('logout', await tokenOf('admin'), named))

    expect(body).toEqual({ data: { message: 'JWT was revoked', sessionId: theirs.sessionId }, status: true })
    expect((await runCurlLine(withToken('whoami', theirs.token))).status).toBe(403)
  })

  it('list granted tokens, once the space behind the backslash is gone', async () => {
    const { token, sessionId } = (await signIn('admin')).body.data
    const joined = { [SPLIT_CONTINUATION]: '\\\n' }

    const own = await runCurlLine(withToken('token', token, joined))
    expect(own.status).toBe(200)
    expect(own.body.data.grantedAccesses[0]).toEqual(granted(sessionId, 'admin'))

    const named = { ...joined, 'auth/token': 'auth/token?userName=some-user' }
    const theirs = await runCurlLine(withToken('token', token, named))
    expect(theirs.body.data.grantedAccesses.map(({ user }: { user: string }) => user)).toContain('some-user')
  })

  it('split that one in two when pasted as printed: no shell sends a request for it, so no server can answer', async () => {
    const line = withToken('token', await tokenOf('admin'))
    const pasted = promisify(execFile)('bash', ['-c', line.replace('curl -s', 'curl -q -sS')], { env: cleanEnvironment() })

    const { stdout, stderr, code } = await pasted.then(
      () => ({ stdout: '', stderr: 'it ran', code: 0 }),
      (error) => error,
    )

    // The shell's own words differ from one to another; curl is given a space for its URL, then the second line is a command.
    expect([stdout, code]).toEqual(['', 127])
    expect(stderr).toMatch(/^curl: \(3\) .*URL[\s\S]*-H: command not found/)
    // The two halves of what was meant: the token is in the first, the address in the second.
    const [first, second] = line.split(SPLIT_CONTINUATION)
    const whole = await runCurlLine(`${first} ${second}`)
    expect(whole.status).toBe(200)
  })

  it('find 404 and 405 of this prefix in the envelope', async () => {
    const missing = await curl(`${server.url}/api/stable/auth/nothing`)
    expect([missing.status, missing.body]).toEqual([404, { status: false, code: 404, message: 'Not found', data: {} }])
    const wrong = await curl('-X', 'DELETE', `${server.url}/api/stable/auth/whoami`)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect(wrong.body).toEqual({ status: false, code: 405, message: 'Method not allowed', data: {} })
  })
})
