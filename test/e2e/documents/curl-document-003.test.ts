// Document 003's own curl lines (document-003.txt holds them as the document prints them), run by curl against a real server.
// Replaced are host, port and tokens; name and PIN are the document's.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CurlReply, runCurlLine } from '../../support/e2e/curl.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const LINES = (await readFile(join(import.meta.dirname, 'document-003.txt'), 'utf8')).trim().split('\n\n')
const DOCUMENT_HOST = '127.0.0.1:9154'

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

let server: Server

beforeAll(async () => {
  server = await startServer()
  const account = ['--email', 'admin@example.com', '--verified', '--username', 'admin']
  await server.userWith('a long password\n1234\n', 'create', ...account, '--password-stdin', '--pin-stdin')
})
afterAll(() => server?.stop())

/** Runs the line of the document for this endpoint; what is replaced in it must be there. */
function runExample(endpoint: string, replacements: Readonly<Record<string, string>> = {}): Promise<CurlReply> {
  let line = LINES.find((each) => each.includes(`/auth/${endpoint}`)) ?? `no line for ${endpoint}`
  for (const [found, replacement] of Object.entries({ [DOCUMENT_HOST]: `127.0.0.1:${server.port}`, ...replacements })) {
    expect(line).toContain(found)
    line = line.replace(found, replacement)
  }
  return runCurlLine(line, null)
}

function runWith(endpoint: string, { accessToken, refreshToken }: Tokens): Promise<CurlReply> {
  return runExample(endpoint, { your_access_token_here: accessToken, your_refresh_token_here: refreshToken })
}

/** What the reply sets, each cookie's value and attributes. */
function cookiesOf({ headers }: CurlReply): Record<string, readonly string[]> {
  return Object.fromEntries(
    headers.getSetCookie().map((line) => {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      return [name, [value, ...attributes]]
    }),
  )
}

function tokensOf(reply: CurlReply): Tokens {
  const { accessToken, refreshToken } = cookiesOf(reply)
  return { accessToken: accessToken?.[0] ?? 'none', refreshToken: refreshToken?.[0] ?? 'none' }
}

const lasting = (seconds: number, value: unknown) => [value, `Max-Age=${seconds}`, 'Path=/', 'HttpOnly', 'SameSite=Lax']
const JWT = expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)

describe('the curl lines of document 003', () => {
  it('are the three of the document', () => {
    expect(LINES.map((line) => line.match(/auth\/([a-z-]+)/)?.[1])).toEqual(['login', 'refresh', 'logout'])
  })

  it('sign admin in by the PIN 1234, with an access token for 15 minutes and a refresh token for 30 days', async () => {
    const reply = await runExample('login')

    expect([reply.status, reply.body]).toEqual([200, { message: 'Login successful' }])
    expect(cookiesOf(reply)).toEqual({ accessToken: lasting(900, JWT), refreshToken: lasting(2_592_000, JWT) })
  })

  it('answer 401 Invalid credentials to another PIN', async () => {
    const reply = await runExample('login', { '1234': '4321' })

    expect([reply.status, reply.body]).toEqual([401, { message: 'Invalid credentials' }])
  })

  it('refresh with two Cookie fields on one request, again and again with the same refresh token', async () => {
    const tokens = tokensOf(await runExample('login'))

    const reply = await runWith('refresh', tokens)

    expect([reply.status, reply.body]).toEqual([200, { message: 'Access token refreshed successfully' }])
    expect(cookiesOf(reply)).toEqual({ accessToken: lasting(900, JWT) })
    expect(tokensOf(reply).accessToken).not.toBe(tokens.accessToken)
    const kept = { ...tokens, accessToken: tokensOf(reply).accessToken }
    expect((await runWith('refresh', kept)).status).toBe(200)
  })

  it('sign out with two Cookie fields, and the refresh token is dead', async () => {
    const tokens = tokensOf(await runExample('login'))

    const reply = await runWith('logout', tokens)

    expect([reply.status, reply.body]).toEqual([200, { message: 'Logout successful' }])
    expect(cookiesOf(reply)).toEqual({ accessToken: lasting(0, ''), refreshToken: lasting(0, '') })
    expect((await runWith('refresh', tokens)).status).toBe(401)
  })

  it('are refused with the placeholders that the document prints', async () => {
    const refresh = await runExample('refresh')
    const logout = await runExample('logout')

    expect([refresh.status, refresh.body]).toEqual([401, { message: 'Invalid refresh token' }])
    expect([logout.status, logout.body]).toEqual([401, { message: 'Unauthorized' }])
  })
})
