// Hundreds of odd requests over every operation, the same ones each time: none breaks anything, each is answered in a way that
// is documented, and what is stored stays what it was.
import { expect, it } from 'vitest'
import { openApiDocument } from '../../../scripts/openapi.ts'
import { rows } from '../../auth/fixtures.ts'
import { anyAddress, PASSWORD, type RequestOptions, startApp, type TestApp } from '../../support/harness.ts'
import { findUndocumented, type Json } from '../documented.ts'
import { expectCommonHeaders } from '../v1-shapes.ts'

const SEED = 20_261_120
const REQUESTS = 1500

/** mulberry32: small, good enough, and the same everywhere. */
function createChance(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)] as T
  return { oneOf, happens: (probability: number) => next() < probability }
}

const ODD_TEXTS = [
  '',
  ' ',
  'x',
  'someone@example.com',
  'a@example.com,b@example.com',
  PASSWORD,
  '\0',
  '\ud800',
  '\udfff\ud83d',
  '\u202e',
  '\r\nSet-Cookie: a=b',
  "' OR ''='",
  '%',
  '%00',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '\u{10ffff}',
  'ﷺ'.repeat(20),
  '🔑'.repeat(64),
  'x'.repeat(300),
  'İ'.repeat(64),
  'e30.e30.e30',
  '0'.repeat(64),
  '-1',
  'NaN',
  'null',
]
const ODD_VALUES: readonly Json[] = [null, 0, -1, 1.5, 1e308, true, false, [], {}, ['x'], { $gt: '' }, [[[]]], { length: -1 }]
const MEMBERS = ['email', 'password', 'refresh_token', '__proto__', 'constructor', '']
const NAMES = ['username', 'first_name', 'last_name', 'name', 'pin', 'current_password', 'token']
const RAW_BODIES = [
  '',
  ' ',
  '{',
  '[]',
  'null',
  '{"email":',
  '"x"',
  '\ufeff{}',
  '{"a":'.repeat(2000),
  'x'.repeat(17_000),
  '{"a":1}{}',
]
const MEDIA_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  '',
  'application/json; charset=x',
  'text/html',
]
const SUFFIXES = [
  '',
  '/',
  '//',
  '/%00',
  '/%ff',
  '/..',
  '/%2e%2e',
  '/x',
  '/;',
  '/%F0%9F%94%91',
  '?',
  '?token',
  '?user_id=%00&user_id=',
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const ACCOUNT = 'account@example.com'
const NEWCOMER = 'newcomer@example.com'

type Chance = ReturnType<typeof createChance>
type Grant = Awaited<ReturnType<TestApp['signIn']>>

interface OddRequest {
  readonly method: string
  readonly route: string
  readonly path: string
  readonly options: RequestOptions
}

const OPERATIONS = Object.entries<Json>(openApiDocument().paths as Json).flatMap(([route, item]) =>
  Object.keys(item).map((method) => ({ route, method: method.toUpperCase() })),
)

/** The account is what the other requests are about. */
const HARMLESS = OPERATIONS.filter(({ route, method }) => `${method} ${route}` !== 'DELETE /api/v1/auth/me')

/** A request to one operation of which each part may be odd, or what a client would send. */
function makeRequest({ oneOf, happens }: Chance, grant: Grant): OddRequest {
  const text = () => oneOf([...ODD_TEXTS, ACCOUNT, 'somebody', grant.access_token, grant.refresh_token, grant.user.id])
  const inHeader = (odd: string) => odd.toWellFormed().replace(/[^\x20-\x7e]/g, '~')
  const inUrl = (odd: string) => (happens(0.2) ? oneOf(['%', '%zz', '%ff', '%00', '*']) : encodeURIComponent(odd.toWellFormed()))
  const { route, method } = oneOf(HARMLESS)
  const path = `${route.replace(/\{\w+\}/g, () => inUrl(text()) || 'x')}?${oneOf(['token', 'user_id', 'x'])}=${inUrl(text())}`
  const authorization = () =>
    happens(0.5) ? `Bearer ${grant.access_token}` : oneOf(['Bearer ', 'bearer  ', 'Basic ', '']) + inHeader(text())
  const headers = {
    'User-Agent': inHeader(text()),
    ...(happens(0.1) && { 'Content-Type': oneOf(MEDIA_TYPES) }),
    ...(happens(0.1) && { 'Content-Encoding': oneOf(['gzip', 'identity', 'x']) }),
    ...(happens(0.7) && { Authorization: authorization() }),
    ...(happens(0.2) && { Origin: oneOf(['http://localhost:8080', 'null', inHeader(text())]) }),
  }
  const ip = oneOf([anyAddress(), inHeader(text())])
  const body = method !== 'GET' && happens(0.8) && { body: makeBody({ oneOf, happens }, grant, text) }
  return { method, route, path, options: { ip, headers, ...body } }
}

function makeBody({ oneOf, happens }: Chance, grant: Grant, text: () => string): string {
  if (happens(0.1)) return oneOf(RAW_BODIES)
  const member = (name: string) => {
    const plausible = new Map([
      ['email', oneOf([ACCOUNT, NEWCOMER])],
      ['password', PASSWORD],
      ['refresh_token', grant.refresh_token],
      ['username', oneOf(['somebody', 'newcomer'])],
    ])
    const value = happens(0.7) && plausible.has(name) ? plausible.get(name) : happens(0.6) ? text() : oneOf(ODD_VALUES)
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`
  }
  const names = [...MEMBERS.filter(() => happens(0.7)), ...NAMES.filter(() => happens(0.2))]
  return `{${names.map(member).join()}}`
}

it(`answers ${REQUESTS} odd requests as documented, none with a 5xx, and keeps what is stored`, async () => {
  const chance = createChance(SEED)
  const app = await startApp()
  await app.createAccount({ email: ACCOUNT, username: 'somebody' })
  const [before] = await rows('SELECT * FROM users')
  const seen = new Set<number>()
  let grant = await app.signIn(ACCOUNT)
  for (let count = 0; count < REQUESTS; count += 1) {
    // Some of the requests end the session.
    if (count % 20 === 19) grant = await app.signIn(ACCOUNT)
    const { method, route, path, options } = makeRequest(chance, grant)
    const reply = await app.request(method, path, options)
    const told = `request ${count}: ${method} ${path} ${JSON.stringify(options)} → ${reply.status} ${reply.text}`
    expect(reply.status, told).toBeLessThan(500)
    expect(findUndocumented(openApiDocument(), method, route, reply), told).toEqual([])
    expectCommonHeaders(reply)
    seen.add(reply.status)
  }
  // Had none got further than the door, the rest would prove little.
  expect([...seen].sort()).toEqual(expect.arrayContaining([200, 201, 400, 401, 403, 404, 413, 415]))

  await app.settle()
  const after = await rows('SELECT * FROM users')
  const { first_name, last_name, username: name, username_key } = after[0] ?? {}
  const changeable = { first_name, last_name, username: name, username_key }
  expect(after).toEqual([{ ...before, ...changeable, session_epoch: expect.any(Number), updated_at: expect.any(Number) }])
  for (const text of [first_name, last_name, name]) expect(String(text)).toMatch(/^[^\p{Cc}\p{Cs}]{1,300}$/u)
  for (const { email, username } of await rows<{ email: string; username: string | null }>('SELECT * FROM registrations')) {
    expect([ACCOUNT, NEWCOMER, 'someone@example.com']).toContain(email)
    expect(username ?? 'none').toMatch(/^[\p{L}\p{M}\p{Nd}. _-]{1,64}$/u)
  }
  expect((await app.v1('GET', '/me', { token: (await app.signIn(ACCOUNT)).access_token })).status).toBe(200)
}, 60_000)

it('answers every method on every operation’s path, and on odd paths beside them, without a 5xx', async () => {
  const app = await startApp()
  for (const { route } of OPERATIONS) {
    for (const suffix of SUFFIXES) {
      for (const method of METHODS) {
        const reply = await app.request(method, route + suffix)
        expect(reply.status, `${method} ${route}${suffix}`).toBeLessThan(500)
        expectCommonHeaders(reply)
      }
    }
  }
}, 60_000)
