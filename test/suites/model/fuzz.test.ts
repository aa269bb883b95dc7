// Every field of every endpoint gets what no client should send: each answer is one that is documented, none repeats what was
// sent, and nothing is stored that is not well-formed.
import { type Arbitrary, array, asyncProperty, boolean, constantFrom, dictionary, oneof, record, tuple } from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { anyAddress, BINDINGS, type LogEntry, PUBLIC_URL, startApp, type TestApp } from '../../support/harness.ts'
import { cookieHeader } from '../../support/http/cookie-browser.ts'
import { createPerson, type Person } from '../attack/scene.ts'
import { type Endpoint, listEndpoints } from './endpoints.ts'
import { NO_LIMITS } from './no-limits.ts'
import { inHeader, inUrl, type Odd, oddField, oddJson, oddText, RIGHT, spoil } from './odd-values.ts'
import { hold, TIMEOUT_MILLISECONDS } from './replay.ts'
import { rightValues } from './right-values.ts'

/** For each field, on an average. */
const RUNS = 1.5

/** What is sent, as far as chance decides it. */
interface Oddness {
  /** Those that are not here are right. */
  readonly fields: Readonly<Record<string, Odd>>
  readonly credential: Odd
  readonly headers: Readonly<Record<string, string>>
  /** Members that nobody asked for. */
  readonly members: readonly (readonly [string, unknown])[]
  readonly isByAdmin: boolean
}

/** All that the worker reads, and some that it must not. */
const HEADERS = [
  'Accept',
  'Accept-Language',
  'CF-Connecting-IP',
  'Content-Encoding',
  'Content-Type',
  'Forwarded',
  'Host',
  'Idempotency-Key',
  'Origin',
  'Sec-Fetch-Site',
  'User-Agent',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-HTTP-Method-Override',
  'X-Request-Id',
]
const FAMILIAR = ['application/json', 'text/html', 'http://localhost:8080', 'same-origin', 'tr-TR,en;q=0.5', '2001:db8::1', 'gzip']
const STRANGE_MEMBERS = ['__proto__', 'constructor', 'toString', '', 'id', 'permissions', 'is_admin', 'email_verified', 'pin_hash']

const endpoints = listEndpoints()
const fieldsOf = ({ inPath, inQuery, inBody }: Endpoint) => [...inPath, ...inQuery, ...inBody]

function oddnessOf(endpoint: Endpoint): Arbitrary<Oddness> {
  const nothing = <T>(empty: T) => ({ weight: 6, arbitrary: constantFrom(empty) })
  const odd = oneof(constantFrom(...FAMILIAR), oddText).map(inHeader)
  // Mostly one thing at a time: what is refused for one field is not looked at any further.
  const fields = oneof(
    { weight: 1, arbitrary: record(Object.fromEntries(fieldsOf(endpoint).map((field) => [field, oddField]))) },
    ...fieldsOf(endpoint).map((field) => ({ weight: 2, arbitrary: record({ [field]: oddField }) })),
  )
  return record({
    fields,
    credential: oneof({ weight: 5, arbitrary: constantFrom(RIGHT) }, oddField),
    headers: oneof(nothing({}), dictionary(constantFrom(...HEADERS), odd, { minKeys: 1, maxKeys: 3, noNullPrototype: true })),
    members: oneof(nothing([]), array(tuple(constantFrom(...STRANGE_MEMBERS), oddJson), { minLength: 1, maxLength: 3 })),
    isByAdmin: boolean(),
  })
}

const NOTHING_ODD: Oddness = { fields: {}, credential: RIGHT, headers: {}, members: [], isByAdmin: false }

let app: TestApp
let people = 0
/** Until something may have ended their sessions. */
let [user, admin]: (Person | null)[] = [null, null]

beforeAll(async () => {
  app = await startApp({ vars: NO_LIMITS })
})

async function somebody(isAdmin: boolean): Promise<Person> {
  const known = isAdmin ? admin : user
  if (known) return known
  people += 1
  const person = await createPerson(app, `person ${people}`, isAdmin ? ['systemAdmin'] : [])
  if (isAdmin) admin = person
  else user = person
  return person
}

it.each(endpoints.map((endpoint) => ({ name: `${endpoint.method} ${endpoint.route}`, endpoint })))(
  '$name does what it is for, and answers what is odd as documented',
  { timeout: TIMEOUT_MILLISECONDS },
  async ({ endpoint }) => {
    const property = asyncProperty(oddnessOf(endpoint), (oddness) => tryOne(endpoint, oddness))
    await hold(1 + RUNS * (fieldsOf(endpoint).length + 1), property, [[NOTHING_ODD]])
  },
)

async function tryOne(endpoint: Endpoint, oddness: Oddness): Promise<void> {
  const person = await somebody(oddness.isByAdmin)
  const right = await rightValues(app, endpoint, person)
  const sent = new Map(fieldsOf(endpoint).map((field) => [field, spoil(right[field], oddness.fields[field] ?? RIGHT)]))
  const request = requestOf(endpoint, oddness, person, sent)
  const told = `${request.method} ${request.url}`
  const logged = app.log.length
  const response = await app.fetch(request)
  const text = await response.text()
  await app.settle()

  expect(response.status, `${told} → ${text}`).toBeLessThan(500)
  if (!('CF-Connecting-IP' in oddness.headers)) expect(response.status, told).not.toBe(429)
  const news = app.log.slice(logged)
  expect(news.map(({ level }) => level)).not.toContain('error')
  expectNothingRepeated(endpoint, sent, response.status < 400 ? '' : text, news)
  if (isNothingOdd(oddness)) {
    expect(response.status, `${told} → ${text}: tell test/suites/model/right-values.ts what gets past its door`).toBeLessThan(300)
  }
  if (response.status >= 400) return
  await expectWellFormed(told)
  if (endpoint.method !== 'GET' || endpoint.route.endsWith('/logout')) [user, admin] = [null, null]
}

function isNothingOdd({ fields, credential, headers, members }: Oddness): boolean {
  const isRight = [...Object.values(fields), credential].every(({ is }) => is === 'right')
  return isRight && Object.keys(headers).length + members.length === 0
}

/** The path is in the log, and what is in it therefore too. */
function expectNothingRepeated(endpoint: Endpoint, sent: ReadonlyMap<string, unknown>, said: string, news: readonly LogEntry[]) {
  const logged = JSON.stringify(news.map(({ level, event, fields: { path: _, ...fields } }) => [level, event, fields]))
  for (const [field, value] of [...sent].filter(isTelling)) {
    const escaped = JSON.stringify(value).slice(1, -1)
    expect(logged, `${field} is logged`).not.toContain(escaped)
    // A form that is shown once more has its link in it once more.
    if (endpoint.bodyIs === 'form' && field === 'token') continue
    expect(said, `${field} is said`).not.toContain(value)
    expect(said, `${field} is said`).not.toContain(escaped)
  }
}

/** Long enough not to stand anywhere by accident. */
function isTelling(field: [string, unknown]): field is [string, string] {
  return typeof field[1] === 'string' && field[1].trim().length >= 8
}

function requestOf(
  endpoint: Endpoint,
  { credential, headers, members }: Oddness,
  person: Person,
  sent: ReadonlyMap<string, unknown>,
): Request {
  const path = endpoint.route.replace(/\{(\w+)\}/g, (_, name) => inUrl(sent.get(name) ?? ''))
  const query = endpoint.inQuery.flatMap((name) => (sent.get(name) === undefined ? [] : [`${name}=${inUrl(sent.get(name))}`]))
  const isRead = endpoint.method === 'GET'
  const type = endpoint.bodyIs === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  return new Request(`${PUBLIC_URL}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, {
    method: endpoint.method,
    headers: {
      'CF-Connecting-IP': anyAddress(),
      ...(!isRead && { 'Content-Type': type }),
      ...credentialOf(endpoint, credential, person),
      ...headers,
    },
    ...(!isRead && { body: bodyOf(endpoint, sent, members) }),
  })
}

function bodyOf({ inBody, bodyIs }: Endpoint, sent: ReadonlyMap<string, unknown>, members: Oddness['members']): string {
  const own = inBody.flatMap((name) => (sent.get(name) === undefined ? [] : [[name, sent.get(name)] as const]))
  if (bodyIs === 'form') return own.map(([name, value]) => `${name}=${inUrl(value)}`).join('&')
  // Put together by hand: no object can have a member `__proto__` of its own, or one member twice.
  return `{${[...own, ...members].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`
}

function credentialOf({ credential: kind }: Endpoint, odd: Odd, person: Person): Record<string, string> {
  if (kind === 'none') return {}
  const right =
    kind === 'cookies' ? cookieHeader(person.cookies) : `Bearer ${kind === 'access token' ? person.access : person.stable}`
  const value = spoil(right, odd)
  return value === undefined ? {} : { [kind === 'cookies' ? 'Cookie' : 'Authorization']: inHeader(value) }
}

const TABLES = [
  'users',
  'registrations',
  'username_claims',
  'one_time_tokens',
  'outbox',
  'audit_events',
  'erasures',
  'recovery_points',
  'deleted_accounts',
]
const UNFIT = /[\p{Cc}\p{Cs}\ufffd\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** The newest rows of all tables, as far as they are texts. A user agent is kept as it came. */
async function expectWellFormed(told: string): Promise<void> {
  const select = (table: string) => BINDINGS.DB.prepare(`SELECT * FROM ${table} ORDER BY rowid DESC LIMIT 5`)
  const tables = await BINDINGS.DB.batch<Record<string, unknown>>(TABLES.map(select))
  for (const [column, value] of tables.flatMap(({ results }) => results.flatMap(Object.entries))) {
    // No address has a part in a username that its account gave up.
    if (typeof value !== 'string' || column === 'user_agent' || (column === 'email' && value === '')) continue
    expect(value, `${column} after ${told}`).not.toMatch(UNFIT)
    if (column === 'email' || column === 'recipient') expect(value, `${column} after ${told}`).toMatch(/^[!-~]+@[a-z0-9.-]+$/)
  }
}
