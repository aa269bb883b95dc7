// Document 004's own curl lines (document-004.txt holds them as the document prints them), run by curl against a real server.
// Replaced are host, port, tokens and the one password that is too short here.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CurlReply, ORIGIN, runCurlLine } from '../../support/e2e/curl.ts'
import { mailedToken, readMailbox } from '../../support/e2e/mailed-link.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const LINES = (await readFile(join(import.meta.dirname, 'document-004.txt'), 'utf8')).trim().split('\n\n')
const DOCUMENT_HOST = 'localhost:8080'
const BEYHAN = { email: 'beyhan@beyhan.dev', username: 'Beyhan Oğur', first_name: 'Beyhan', last_name: 'Oğur', is_admin: true }
const STRANGER = { email: 'string@strind.com', username: 'string', first_name: 'string', last_name: 'string', is_admin: false }

let server: Server

beforeAll(async () => {
  server = await startServer()
  const names = ['--username', 'Beyhan Oğur', '--first-name', 'Beyhan', '--last-name', 'Oğur']
  const rights = ['--permission', 'systemAdmin', '--verified']
  await server.userWith('1923btO**', 'create', '--email', 'beyhan@beyhan.dev', '--password-stdin', ...names, ...rights)
})
afterAll(() => server?.stop())

/** Runs the line of the document for this endpoint; what is replaced in it must be there. */
function runExample(endpoint: string, replacements: Readonly<Record<string, string>> = {}): Promise<CurlReply> {
  let line = LINES.find((each) => each.includes(`/api/v1/auth/${endpoint}`)) ?? `no line for ${endpoint}`
  for (const [found, replacement] of Object.entries({ [DOCUMENT_HOST]: `localhost:${server.port}`, ...replacements })) {
    expect(line).toContain(found)
    line = line.replace(found, replacement)
  }
  return runCurlLine(line)
}

function expectCors({ headers }: CurlReply): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'Authorization,Content-Type,Accept,Origin,X-Requested-With',
    'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
    'access-control-allow-origin': ORIGIN,
    'access-control-max-age': '600',
    'content-type': 'application/json; charset=utf-8',
  })
  expect(headers.get('vary')?.split(/,\s*/)).toContain('Origin')
}

/** The token that the document prints where this pattern finds it. */
function printedIn(endpoint: string, pattern: RegExp): string {
  return LINES.find((each) => each.includes(`/api/v1/auth/${endpoint}`))?.match(pattern)?.[1] ?? `no token at ${endpoint}`
}

describe('the curl lines of document 004', () => {
  it('are the six of the document', () => {
    expect(LINES.map((line) => line.match(/auth\/([a-z-]+)/)?.[1])).toEqual([
      'login',
      'me',
      'refresh',
      'register',
      'resend-verification',
      'verify-email',
    ])
  })

  it('sign Beyhan Oğur in as an administrator', async () => {
    const reply = await runExample('login')

    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({
      access_token: expect.stringMatching(/^eyJ/),
      refresh_token: expect.stringMatching(/^eyJ/),
      user: BEYHAN,
    })
    expectCors(reply)
  })

  it('tell who is signed in', async () => {
    const { access_token } = (await runExample('login')).body

    const reply = await runExample('me', { [printedIn('me', /Bearer (\S+)'/)]: access_token })

    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ user: BEYHAN })
    expectCors(reply)
  })

  it('exchange a refresh token for two new tokens', async () => {
    const old = (await runExample('login')).body

    const reply = await runExample('refresh', { [printedIn('refresh', /"refresh_token": "(\S+)"/)]: old.refresh_token })

    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ access_token: expect.stringMatching(/^eyJ/), refresh_token: expect.stringMatching(/^eyJ/) })
    expect(reply.body.access_token).not.toBe(old.access_token)
    expect(reply.body.refresh_token).not.toBe(old.refresh_token)
    expectCors(reply)
  })

  it('are refused, by the name of the member, with the six-character password of the document', async () => {
    const reply = await runExample('register')

    expect(reply.status).toBe(400)
    expect(reply.body.errors).toMatchObject([{ field: 'password' }])
    expectCors(reply)
  })

  it('register, mail the link again, and verify the address with its token', async () => {
    const registered = await runExample('register', { '"password": "string"': '"password": "string of words"' })

    expect(registered.status).toBe(201)
    expect(registered.body).toMatchObject({
      message: 'registration successful, please verify your email before login',
      user: { ...STRANGER, email_verified: false },
    })
    expectCors(registered)

    const resent = await runExample('resend-verification')

    expect(resent.status).toBe(200)
    expect(resent.body).toEqual({ message: 'verification email has been sent' })
    expect(await readMailbox(server.url, STRANGER.email)).toHaveLength(2)
    expectCors(resent)

    const printed = printedIn('verify-email', /token=([0-9a-f]{64})/)
    const token = await mailedToken(server.url, STRANGER.email)
    const verified = await runExample('verify-email', { [printed]: token })

    expect(verified.status).toBe(200)
    expect(verified.body).toEqual({ message: 'email verified successfully' })
    expectCors(verified)
    const signedIn = await runExample('login', { 'beyhan@beyhan.dev': STRANGER.email, '1923btO**': 'string of words' })
    expect(signedIn.body.user).toMatchObject({ ...STRANGER, email_verified: true })
  })
})
