// Where a POST of the cookie face may come from: both signals, each way to refuse, login included.
import { beforeAll, describe, expect, it } from 'vitest'
import { isFrom } from '../../../src/http/shared/same-origin.ts'
import { PUBLIC_URL, startApp, type TestApp } from '../../support/harness.ts'
import { cookieHeader, createPinAccount, PIN, pinSignIn, post } from '../../support/http/cookie-browser.ts'

const LISTED = 'http://localhost:8080'
const ELSEWHERE = 'https://evil.example'

const ACCEPTED: readonly Record<string, string>[] = [
  {},
  { Origin: PUBLIC_URL },
  { 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
  { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'same-origin' },
  { Origin: LISTED },
  { Origin: LISTED, 'Sec-Fetch-Site': 'same-site' },
  { Origin: LISTED, 'Sec-Fetch-Site': 'cross-site' },
]

const REFUSED: readonly Record<string, string>[] = [
  { Origin: ELSEWHERE },
  { Origin: 'null' },
  { Origin: '' },
  { Origin: 'http://localhost:8787.evil.example' },
  { Origin: 'https://localhost:8787' },
  { Origin: 'http://localhost' },
  { Origin: `${PUBLIC_URL}, ${ELSEWHERE}` },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': '' },
  { 'Sec-Fetch-Site': 'same-origin, cross-site' },
  { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'cross-site' },
  { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'same-site' },
  { Origin: ELSEWHERE, 'Sec-Fetch-Site': 'same-origin' },
  { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
]

let app: TestApp
let username: string

beforeAll(async () => {
  app = await startApp()
  username = (await createPinAccount(app)).username
})

function signIn(headers: Record<string, string>) {
  return app.request('POST', '/auth/login', { body: { name: username, pin: PIN }, headers })
}

describe('a POST of the cookie face', () => {
  it.each(ACCEPTED)('is accepted with %j', async (headers) => {
    const login = await signIn(headers)
    expect(login.status).toBe(200)

    const tokens = await pinSignIn(app, username)
    expect((await post(app, '/refresh', cookieHeader(tokens), headers)).status).toBe(200)
    expect((await post(app, '/logout', cookieHeader(tokens), headers)).status).toBe(200)
  })

  it.each(REFUSED)('is refused with %j', async (headers) => {
    const login = await signIn(headers)
    expect([login.status, login.body]).toEqual([403, { message: 'Forbidden' }])
    expect(login.headers.getSetCookie()).toEqual([])

    const tokens = await pinSignIn(app, username)
    for (const path of ['/refresh', '/logout']) {
      const reply = await post(app, path, cookieHeader(tokens), headers)
      expect([reply.status, reply.body, reply.headers.getSetCookie()]).toEqual([403, { message: 'Forbidden' }, []])
    }
    expect((await post(app, '/refresh', cookieHeader(tokens))).status).toBe(200)
  })

  it('may come from the origin that the request came to, whatever PUBLIC_URL says', async () => {
    const url = 'http://127.0.0.1:9154/auth/logout'
    const replyTo = async (origin: string) =>
      (await app.fetch(new Request(url, { method: 'POST', headers: { Origin: origin } }))).status
    expect([await replyTo('http://127.0.0.1:9154'), await replyTo('http://127.0.0.1:9155')]).toEqual([401, 403])
  })

  it('is refused before its body is looked at', async () => {
    const reply = await app.request('POST', '/auth/login', { body: 'no JSON', headers: { Origin: ELSEWHERE } })
    expect(reply.status).toBe(403)
  })

  it('gets CORS fields for a listed origin and none for another', async () => {
    const listed = await signIn({ Origin: LISTED })
    expect(listed.headers.get('Access-Control-Allow-Origin')).toBe(LISTED)
    expect(listed.headers.get('Access-Control-Allow-Credentials')).toBe('true')
    expect((await signIn({ Origin: ELSEWHERE })).headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})

describe('isFrom()', () => {
  it('trusts no origin that is not listed when the list is empty', () => {
    expect(isFrom([PUBLIC_URL], [], { origin: LISTED, site: undefined })).toBe(false)
  })
})
