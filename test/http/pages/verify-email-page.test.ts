// The page behind the verification mail: who confirms a registration by a press, what anybody else has to give, and that neither
// a forged cookie nor a page elsewhere nor guessing takes its place.
import { describe, expect, it } from 'vitest'
import { NEW_PASSWORD, signInStatus } from '../../support/account-fixtures.ts'
import { countRows, DAY, HOUR, rows, times } from '../../support/fixtures.ts'
import { makeRefreshToken, tamper } from '../../support/forgery.ts'
import { anyAddress, PASSWORD, PUBLIC_URL, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { AUTH_SECRET } from '../../support/http/cookie-browser.ts'
import { headingOf, registerInBrowser, submit } from '../../support/http/page-browser.ts'
import { playService } from '../../support/outside-service.ts'

const EMAIL = 'ada@example.com'
const NAME = 'postern-registration'
const ASKED = 'Confirm your e-mail address'
const CONFIRMED = 'Your address is confirmed'
const DEAD = 'This link does not work'

/** A registration, the cookie of its browser, and the token in its mail. */
async function startRegistered(options: Parameters<typeof startApp>[0] = {}) {
  const app = await startApp(options)
  const cookie = await registerInBrowser(app, { email: EMAIL, password: PASSWORD })
  return { app, cookie, token: await app.mailedToken(EMAIL) }
}

function open(app: TestApp, token: string, cookie?: string, query = ''): Promise<Reply> {
  return app.request('GET', `/verify-email?token=${token}${query}`, cookie === undefined ? {} : { headers: { Cookie: cookie } })
}

const send = (app: TestApp, fields: Readonly<Record<string, string>>, options?: Parameters<typeof submit>[3]) =>
  submit(app, '/verify-email', fields, options)

const alertOf = ({ text }: Reply) => /<p id="problem" role="alert"><strong>(.*?)<\/strong>/.exec(text)?.[1]
const fieldOf = ({ text }: Reply) => /<input type="password"[^>]*>/.exec(text)?.[0]
const proofIn = (cookie: string) => cookie.slice(`${NAME}=`.length)

async function expectQuestion(reply: Reply, problem: string | undefined): Promise<void> {
  expect([reply.status, headingOf(reply), alertOf(reply)]).toEqual([problem === undefined ? 200 : 400, ASKED, problem])
  expect(fieldOf(reply)).toContain('name="password"')
  expect(await countRows('users')).toBe(0)
}

const NO_PASSWORD = 'Type the password of the registration, or choose a new one.'
const WRONG_PASSWORD = 'This is not the password of the registration.'

describe('in the browser that registered', () => {
  it('the page asks for one press, and the press confirms, however often', async () => {
    const { app, cookie, token } = await startRegistered()
    const page = await open(app, token, cookie)
    expect([headingOf(page), fieldOf(page)]).toEqual([ASKED, undefined])
    for (const reply of await times(5, () => send(app, { token }, { cookie }))) {
      expect([reply.status, headingOf(reply)]).toEqual([200, CONFIRMED])
    }
    expect([await countRows('users'), await signInStatus(app, EMAIL)]).toEqual([1, 200])
  })

  it('another link to the same registration is confirmed by a press as well', async () => {
    const { app, cookie } = await startRegistered()
    await app.v1('POST', '/resend-verification', { body: { email: EMAIL } })
    const reply = await send(app, { token: await app.mailedToken(EMAIL) }, { cookie })
    expect(headingOf(reply)).toBe(CONFIRMED)
  })

  it('a press costs no hash and asks no limit', async () => {
    const { app, cookie, token } = await startRegistered({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '1' } })
    const ip = anyAddress()
    await app.v1('POST', '/login', { body: { email: EMAIL, password: 'wrong' }, ip })
    expect((await send(app, { token }, { cookie, ip })).status).toBe(200)
  })

  it('a press is counted after the secret was replaced, as long as the one before is accepted', async () => {
    const { app, cookie, token } = await startRegistered()
    const vars = { AUTH_SECRET: 'Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVEq0bnJ7', AUTH_SECRET_PREVIOUS: AUTH_SECRET }
    const rotated = await startApp({ vars, keepStorage: true, now: app.clock.now })
    expect(headingOf(await send(rotated, { token }, { cookie }))).toBe(CONFIRMED)
  })
})

describe('the cookie of a registration', () => {
  it('lives as long as the registration, cannot be read by scripts, and over https is bound to this very host', async () => {
    const app = await startApp({ vars: { VERIFICATION_TTL_SECONDS: '7200' } })
    const body = { email: EMAIL, password: PASSWORD }
    const local = await app.v1('POST', '/register', { body })
    expect(local.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^postern-registration=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=7200; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
    const secure = await app.request('POST', 'https://auth.example.com/api/v1/auth/register', { body })
    expect(secure.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-postern-registration=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=7200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
  })

  it('is given for an address that has an account, too, and opens nothing', async () => {
    const app = await startApp()
    await app.createAccount({ email: EMAIL })
    const cookie = await registerInBrowser(app, { email: EMAIL, password: NEW_PASSWORD })
    expect(cookie).toMatch(/^postern-registration=[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(await signInStatus(app, EMAIL, NEW_PASSWORD)).toBe(401)
  })

  it('is not set by a registration that is refused', async () => {
    const app = await startApp()
    const reply = await app.v1('POST', '/register', { body: { email: EMAIL, password: 'short' } })
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([400, []])
  })

  it('counts under its own name over https, not under the one for this machine, which a neighbour can set', async () => {
    const { app, cookie, token } = await startRegistered()
    const https = (each: string) =>
      app.request('GET', `https://auth.example.com/verify-email?token=${token}`, { headers: { Cookie: each } })
    expect(fieldOf(await https(cookie))).toBeDefined()
    expect(fieldOf(await https(`__Host-${cookie}`))).toBeUndefined()
  })

  it('counts in quotes, in the second of two fields, and twice the same', async () => {
    const { app, cookie, token } = await startRegistered()
    for (const header of [`${NAME}="${proofIn(cookie)}"`, `a=b, ${cookie}`, `accessToken=x, ${cookie}`, `${cookie}; ${cookie}`]) {
      expect([header, fieldOf(await open(app, token, header))]).toEqual([header, undefined])
    }
  })
})

type Forge = (given: { app: TestApp; cookie: string; id: string }) => string | Promise<string>

const cookieWith = async (claims: object, secret = AUTH_SECRET, options = {}) =>
  `${NAME}=${await makeRefreshToken(claims, secret, { purpose: 'registration-proofs', type: 'registration+jwt', ...options })}`
const later = (app: TestApp) => app.clock.now + HOUR

const FORGED: readonly (readonly [string, Forge])[] = [
  ['is of another registration of the same address', ({ app }) => registerInBrowser(app, { email: EMAIL, password: NEW_PASSWORD })],
  [
    'is of a registration of another address',
    ({ app }) => registerInBrowser(app, { email: 'eve@example.com', password: PASSWORD }),
  ],
  ['names another registration than was signed', ({ cookie }) => `${NAME}=${tamper(proofIn(cookie), { claims: { exp: 9e9 } })}`],
  ['has no signature', ({ cookie }) => `${NAME}=${tamper(proofIn(cookie), { signature: '' })}`],
  ['is signed by nobody', ({ cookie }) => `${NAME}=${tamper(proofIn(cookie), { header: { alg: 'none' }, signature: '' })}`],
  [
    'is signed with another secret',
    ({ app, id }) => cookieWith({ sub: id, exp: later(app) }, AUTH_SECRET.split('').reverse().join('')),
  ],
  [
    'is signed for another purpose',
    ({ app, id }) => cookieWith({ sub: id, exp: later(app) }, AUTH_SECRET, { purpose: 'refresh-tokens' }),
  ],
  ['is a token of another type', ({ app, id }) => cookieWith({ sub: id, exp: later(app) }, AUTH_SECRET, { type: 'rt+jwt' })],
  ['has come to its end', ({ app, id }) => cookieWith({ sub: id, exp: app.clock.now })],
  ['has no end', ({ id }) => cookieWith({ sub: id })],
  ['has an end that is no number', ({ id }) => cookieWith({ sub: id, exp: '9999999999' })],
  ['names a list of registrations', ({ app, id }) => cookieWith({ sub: [id], exp: later(app) })],
  ['is the id alone', ({ id }) => `${NAME}=${id}`],
  ['is empty', () => `${NAME}=`],
  ['is ten thousand dots', () => `${NAME}=${'.'.repeat(10_000)}`],
  ['has a second one beside it, as a neighbour could set', ({ cookie }) => `${cookie}; ${NAME}=x`],
  ['has an empty one before it', ({ cookie }) => `${NAME}=; ${cookie}`],
  ['has the name that counts over https', ({ cookie }) => `__Host-${cookie}`],
  ['has a name that a browser tells from ours', ({ cookie }) => `\u00a0${cookie}`],
]

describe.each(FORGED)('a cookie that %s', (_, forge) => {
  it('confirms nothing by a press', async () => {
    const { app, cookie, token } = await startRegistered()
    const [row] = await rows<{ id: string }>('SELECT id FROM registrations')
    const forged = await forge({ app, cookie, id: row?.id ?? '' })
    await expectQuestion(await open(app, token, forged), undefined)
    await expectQuestion(await send(app, { token }, { cookie: forged }), NO_PASSWORD)
  })
})

const FROM_ELSEWHERE: readonly Readonly<Record<string, string>>[] = [
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: `${PUBLIC_URL}.evil.example` },
  { Origin: 'http://localhost:8080' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'same-site' },
]

describe('a form that a page elsewhere makes the browser send', () => {
  it.each(FROM_ELSEWHERE)('confirms nothing by the cookie: %j', async (headers) => {
    const { app, cookie, token } = await startRegistered({ vars: { CORS_ORIGINS: 'http://localhost:8080' } })
    await expectQuestion(await send(app, { token }, { cookie, headers }), NO_PASSWORD)
    expect(
      headingOf(await send(app, { token }, { cookie, headers: { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'same-origin' } })),
    ).toBe(CONFIRMED)
  })
})

describe('in any other browser', () => {
  it('the page asks for the password of the registration, and offers a new one', async () => {
    const { app, token } = await startRegistered()
    const page = await open(app, token)
    expect(fieldOf(page)).toBe(
      '<input type="password" id="password" name="password" autocomplete="current-password" required aria-describedby="hint" />',
    )
    expect(page.text).toContain(`value="${EMAIL}" autocomplete="username"`)
    expect(page.text).toContain(`<a href="/verify-email?lang=en&amp;token=${token}&amp;new=1">Choose a new password instead</a>`)
    expect(await countRows('users')).toBe(0)
  })

  it('a press alone confirms nothing', async () => {
    const { app, token } = await startRegistered()
    for (const fields of [{ token }, { token, password: '' }]) await expectQuestion(await send(app, fields), NO_PASSWORD)
  })

  it('the right password confirms, and is the account’s', async () => {
    const { app, token } = await startRegistered()
    expect(headingOf(await send(app, { token, password: PASSWORD }))).toBe(CONFIRMED)
    expect(await signInStatus(app, EMAIL)).toBe(200)
  })

  it('a wrong one is said to be wrong, in words that the field refers to and not in its own, and spends no link', async () => {
    const { app, token } = await startRegistered()
    const reply = await send(app, { token, password: 'not <b>this</b> one' })
    await expectQuestion(reply, WRONG_PASSWORD)
    expect(fieldOf(reply)).toContain('required aria-invalid="true" aria-describedby="problem hint"')
    expect(reply.text).not.toContain('not <b>')
    expect(reply.text).not.toContain('this&lt;')
    expect(headingOf(await send(app, { token, password: PASSWORD }))).toBe(CONFIRMED)
  })

  it('wrong ones are in the log without a word of them, and in no row', async () => {
    const { app, token } = await startRegistered()
    await send(app, { token, password: 'not this one' })
    await app.settle()
    const audit = app.log.filter(({ event, fields }) => event === 'audit' && fields.what === 'password_check')
    expect(audit).toMatchObject([{ fields: { outcome: 'failure', reason: 'wrong password of a registration', face: 'page' } }])
    expect(JSON.stringify(app.log)).not.toContain('not this one')
    expect(await rows("SELECT * FROM audit_events WHERE what = 'password_check'")).toEqual([])
  })
})

describe('a new password', () => {
  it('is asked for by a page of its own, in any browser', async () => {
    const { app, cookie, token } = await startRegistered()
    for (const browser of [undefined, cookie]) {
      const page = await open(app, token, browser, '&new=1')
      expect(fieldOf(page)).toBe('<input type="password" id="password" name="new_password" autocomplete="new-password" required />')
      expect(page.text).toContain('<button type="submit">Set password and confirm</button>')
    }
  })

  it('confirms, and takes the place of the one that the registration was made with', async () => {
    const { app, token } = await startRegistered()
    const reply = await send(app, { token, new_password: NEW_PASSWORD })
    expect([headingOf(reply), reply.text.includes('You can sign in now')]).toEqual([CONFIRMED, true])
    expect([await signInStatus(app, EMAIL, NEW_PASSWORD), await signInStatus(app, EMAIL)]).toEqual([200, 401])
    expect(JSON.stringify(app.log)).not.toContain(NEW_PASSWORD)
  })

  it('counts before whatever else the form and the browser have', async () => {
    const { app, cookie, token } = await startRegistered()
    await send(app, { token, password: PASSWORD, new_password: NEW_PASSWORD }, { cookie })
    expect([await signInStatus(app, EMAIL, NEW_PASSWORD), await signInStatus(app, EMAIL)]).toEqual([200, 401])
  })

  it.each([
    ['', 'The password is required.'],
    ['short', 'The password must have at least 8 characters.'],
    ['x'.repeat(257), 'The password must have at most 256 characters.'],
    ['good\0password', 'The password must not contain the character NUL.'],
    [EMAIL, 'The password must not be your e-mail address or username.'],
    ['Ada.Lovelace', 'The password must not be your e-mail address or username.'],
    ['ILoveYou', 'The password is one of the commonest passwords.'],
  ])('obeys the whole policy: %j', async (password, problem) => {
    const app = await startApp()
    await registerInBrowser(app, { email: EMAIL, password: PASSWORD, username: 'ada.lovelace' })
    const token = await app.mailedToken(EMAIL)
    const reply = await send(app, { token, new_password: password })
    expect([reply.status, alertOf(reply), await countRows('users')]).toEqual([400, problem, 0])
    expect(fieldOf(reply)).toContain('name="new_password"')
    expect((await send(app, { token, new_password: NEW_PASSWORD })).status).toBe(200)
  })

  it('is looked up in breaches where new passwords are', async () => {
    const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(NEW_PASSWORD))
    const sha1 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
    const service = await playService({ body: 'A'.repeat(35) + ':1' }, { body: `${sha1.slice(5)}:12` })
    const vars = { BREACHED_PASSWORDS: 'closed', BREACHED_PASSWORDS_URL: `${service.url}/range` }
    const { app, token } = await startRegistered({ vars })
    const reply = await send(app, { token, new_password: NEW_PASSWORD })
    expect([reply.status, alertOf(reply)]).toEqual([400, 'The password is in a list of breached passwords.'])
    expect(await countRows('users')).toBe(0)
  })

  it('keeps every character', async () => {
    const { app, token } = await startRegistered()
    const password = 'a+b %26 & =ğ 🔑 "\''
    await send(app, { token, new_password: password })
    expect(await signInStatus(app, EMAIL, password)).toBe(200)
  })

  it('that comes after somebody else has confirmed is not said to be set', async () => {
    const { app, token } = await startRegistered()
    await app.v1('GET', `/verify-email?token=${token}`)
    const reply = await send(app, { token, new_password: NEW_PASSWORD })
    expect([reply.status, headingOf(reply)]).toEqual([200, CONFIRMED])
    expect(reply.text).toContain('It was confirmed before.')
    expect(reply.text).not.toContain('You can sign in now')
    expect(await signInStatus(app, EMAIL, NEW_PASSWORD)).toBe(401)
  })

  it('is set once of many at once, and only that one is said to be', async () => {
    const { app, token } = await startRegistered()
    const passwords = Array.from({ length: 6 }, (_, index) => `${NEW_PASSWORD} ${index}`)
    const replies = await Promise.all(passwords.map((password) => send(app, { token, new_password: password })))
    const set = replies.map(({ text }) => text.includes('You can sign in now'))
    const opens = (await Promise.all(passwords.map((password) => signInStatus(app, EMAIL, password)))).map(
      (status) => status === 200,
    )
    expect(opens).toEqual(set)
    expect(set.filter((isSet) => isSet)).toHaveLength(1)
    expect(replies.map(({ status }) => status)).toEqual(passwords.map(() => 200))
  })

  it('costs a hash that is counted for the address it comes from', async () => {
    const { app, token } = await startRegistered({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '1' } })
    const ip = anyAddress()
    await app.v1('POST', '/login', { body: { email: EMAIL, password: 'wrong' }, ip })
    const reply = await send(app, { token, new_password: NEW_PASSWORD }, { ip })
    expect([reply.status, headingOf(reply), await countRows('users')]).toEqual([429, 'Please try again later', 0])
    app.clock.advance(Number(reply.headers.get('Retry-After')))
    expect((await send(app, { token, new_password: NEW_PASSWORD }, { ip })).status).toBe(200)
  })
})

describe('guessing the password of a registration', () => {
  it('from one address ends after five, and the right one is not judged either', async () => {
    const { app, token } = await startRegistered()
    const ip = anyAddress()
    for (let count = 0; count < 5; count += 1)
      await expectQuestion(await send(app, { token, password: `${count}` }, { ip }), WRONG_PASSWORD)
    const reply = await send(app, { token, password: PASSWORD }, { ip })
    expect([reply.status, headingOf(reply), await countRows('users')]).toEqual([429, 'Please try again later', 0])
    app.clock.advance(Number(reply.headers.get('Retry-After')))
    expect(headingOf(await send(app, { token, password: PASSWORD }, { ip }))).toBe(CONFIRMED)
  })

  it('from many addresses ends at the limit of an account', async () => {
    const { app, token } = await startRegistered({ vars: { LIMIT_ACCOUNT_FAILURES_PER_HOUR: '3' } })
    const statuses = (await times(8, (count) => send(app, { token, password: `${count}` }))).map(({ status }) => status)
    expect(statuses.sort()).toEqual([400, 400, 400, 429, 429, 429, 429, 429])
  })

  it('counts for the address it comes from, whatever link it is', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '3' } })
    const ip = anyAddress()
    const statuses: number[] = []
    for (let count = 0; count < 5; count += 1) {
      const email = `victim-${count}@example.com`
      await registerInBrowser(app, { email, password: PASSWORD })
      statuses.push((await send(app, { token: await app.mailedToken(email), password: 'wrong' }, { ip })).status)
    }
    expect(statuses).toEqual([400, 400, 400, 429, 429])
  })

  it('does not keep whoever chooses a new one instead from signing in at once', async () => {
    const { app, token } = await startRegistered()
    const ip = anyAddress()
    for (let count = 0; count < 6; count += 1) await send(app, { token, password: `${count}` }, { ip })
    expect(headingOf(await send(app, { token, new_password: NEW_PASSWORD }, { ip }))).toBe(CONFIRMED)
    const body = { email: EMAIL, password: NEW_PASSWORD }
    expect((await app.v1('POST', '/login', { body, ip })).status).toBe(200)
  })

  it('by a link that is spent gets one answer for right and wrong, and costs nothing', async () => {
    const { app, cookie, token } = await startRegistered({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '1' } })
    await send(app, { token }, { cookie })
    const ip = anyAddress()
    const texts = [await send(app, { token, password: PASSWORD }, { ip }), await send(app, { token, password: 'wrong' }, { ip })]
    expect(new Set(texts.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(headingOf(texts[0] as Reply)).toBe(CONFIRMED)
  })

  it('gets nothing from a link that does not count, right or wrong', async () => {
    const { app, token } = await startRegistered()
    app.clock.advance(DAY)
    for (const fields of [{ password: PASSWORD }, { password: 'wrong' }, { new_password: NEW_PASSWORD }, {}]) {
      const reply = await send(app, { token, ...fields })
      expect([reply.status, headingOf(reply), await countRows('users')]).toEqual([400, DEAD, 0])
    }
  })
})

describe('opening the page', () => {
  it('changes nothing, by GET or HEAD, with a cookie or without, whatever the query says', async () => {
    const { app, cookie, token } = await startRegistered()
    const tables = ['users', 'registrations', 'one_time_tokens', 'username_claims', 'outbox', 'audit_events']
    const everything = () => Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)))
    const before = await everything()
    const queries = ['', '&new=1', `&password=${PASSWORD}`, `&new_password=${NEW_PASSWORD}`, '&new=1&lang=tr', '&new=2']
    for (const query of queries) {
      for (const Cookie of [cookie, '']) {
        for (const method of ['GET', 'HEAD']) {
          const path = `/verify-email?token=${token}${query.replaceAll(' ', '+')}`
          expect((await app.request(method, path, { headers: { Cookie } })).status).toBe(200)
        }
      }
    }
    expect(await everything()).toEqual(before)
  })
})
