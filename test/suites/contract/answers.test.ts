// That an answer which breaks the contract is noticed: a good one, and each single way to spoil it.
import { describe, expect, it } from 'vitest'
import { type Answer, findFaults, type Question } from './answers.ts'

const ID = '3f2b8c1e-5d4a-4f6b-9c7d-0123456789ab'
const ORIGIN = 'https://app.example.com'

const HEADERS = {
  'X-Request-Id': ID,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  Vary: 'Origin',
}

const LIMITED = { 'Retry-After': '60', RateLimit: '"pair";r=0;t=60', 'RateLimit-Policy': '"pair";q=5;w=3600' }
const V1 = '/api/v1/auth'
const error = (code: string, message = 'x') => ({ message, code, request_id: ID })

interface Sample {
  readonly method?: string
  readonly path: string
  readonly asked?: Record<string, string>
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

function judge({ method = 'GET', path, asked = {}, status, headers = {}, body }: Sample): string[] {
  const question: Question = {
    method,
    url: `https://auth.example.com${path}`,
    headers: new Headers(asked),
    corsOrigins: [ORIGIN],
    isDevelopment: false,
  }
  const fields = Object.entries({ ...HEADERS, ...headers }).filter(([, value]) => value !== '')
  const text = typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body)
  const answer: Answer = { status, headers: new Headers(fields), text }
  return findFaults(question, answer)
}

const HEALTHY: Sample = { path: '/healthz', status: 200, body: { status: 'ok' } }
const REFUSED: Sample = {
  path: `${V1}/me`,
  asked: { Authorization: 'Bearer x' },
  status: 401,
  headers: { 'WWW-Authenticate': 'Bearer realm="postern", error="invalid_token"' },
  body: error('invalid_token', 'Unauthorized'),
}
const TOO_MANY: Sample = { method: 'POST', path: `${V1}/login`, status: 429, headers: LIMITED, body: error('rate_limited') }
const DOWN: Sample = { path: `${V1}/me`, status: 503, headers: { 'Retry-After': '1' }, body: error('unavailable') }
const WRONG_METHOD: Sample = {
  method: 'PUT',
  path: `${V1}/logout`,
  status: 405,
  headers: { Allow: 'POST, OPTIONS' },
  body: error('method_not_allowed'),
}
const COOKIES: Sample = {
  method: 'POST',
  path: '/auth/login',
  status: 200,
  headers: { 'Set-Cookie': 'accessToken=a.b.c; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Lax' },
  body: { message: 'Login successful' },
}
const LISTED: Sample = { ...HEALTHY, asked: { Origin: ORIGIN }, headers: { 'Access-Control-Allow-Origin': ORIGIN } }

describe('an answer that keeps the contract', () => {
  it.each([HEALTHY, REFUSED, TOO_MANY, DOWN, WRONG_METHOD, COOKIES, LISTED])('has no faults: %j', (sample) => {
    expect(judge(sample)).toEqual([])
  })
})

describe('an answer that breaks the contract', () => {
  it.each(Object.keys(HEADERS).filter((name) => name !== 'Content-Type'))('is noticed without %s', (name) => {
    expect(judge({ ...HEALTHY, headers: { [name]: '' } })).toHaveLength(name === 'Content-Security-Policy' ? 2 : 1)
  })

  it.each<[string, Sample]>([
    ['with an undocumented status', { ...HEALTHY, status: 202 }],
    ['from an undocumented path', { ...HEALTHY, path: '/healthz2' }],
    ['from an undocumented path below one', { ...HEALTHY, path: '/healthz/x' }],
    ['with an undocumented member', { ...HEALTHY, body: { status: 'ok', version: '1' } }],
    ['without a documented member', { ...HEALTHY, body: {} }],
    ['with a member of another type', { ...HEALTHY, body: { status: 1 } }],
    ['that is no JSON', { ...HEALTHY, body: 'ok' }],
    ['in another media type', { ...HEALTHY, headers: { 'Content-Type': 'application/json' } }],
    ['that others may keep', { ...REFUSED, headers: { ...REFUSED.headers, 'Cache-Control': 'public, max-age=60' } }],
    ['whose request_id is another', { ...DOWN, body: { ...error('unavailable'), request_id: ID.replace('3', '4') } }],
    ['with a code that is on no list', { ...DOWN, body: error('oops') }],
    [
      'with a code that its endpoint does not know',
      { ...DOWN, path: '/api/v1/auth/sessions', status: 404, body: error('rate_limited') },
    ],
    ['of another face', { path: '/auth/x', status: 404, body: { message: 'Not found', code: 'not_found' } }],
    ['401 without a challenge', { ...REFUSED, headers: {} }],
    [
      '401 whose challenge keeps back that a token was refused',
      { ...REFUSED, headers: { 'WWW-Authenticate': 'Bearer realm="postern"' } },
    ],
    [
      '401 to a password, with a challenge for a token',
      { ...REFUSED, method: 'POST', path: `${V1}/login`, body: error('invalid_credentials') },
    ],
    ['429 without Retry-After', { ...TOO_MANY, headers: { ...LIMITED, 'Retry-After': '' } }],
    ['429 with no seconds to wait', { ...TOO_MANY, headers: { ...LIMITED, 'Retry-After': '0' } }],
    ['429 without RateLimit', { ...TOO_MANY, headers: { ...LIMITED, RateLimit: '' } }],
    ['429 that says two times', { ...TOO_MANY, headers: { ...LIMITED, 'Retry-After': '61' } }],
    ['429 that names two policies', { ...TOO_MANY, headers: { ...LIMITED, 'RateLimit-Policy': '"address";q=5;w=3600' } }],
    ['200 with RateLimit', { ...HEALTHY, headers: LIMITED }],
    ['503 without Retry-After', { ...DOWN, headers: {} }],
    ['405 without Allow', { ...WRONG_METHOD, headers: {} }],
    ['405 that allows what it refuses', { ...WRONG_METHOD, headers: { Allow: 'POST, PUT, OPTIONS' } }],
    ['405 that allows too little', { ...WRONG_METHOD, path: `${V1}/me`, headers: { Allow: 'GET, OPTIONS' } }],
    ['405 for a method that is documented', { ...WRONG_METHOD, method: 'POST' }],
    ['with CORS for an origin that is not listed', { ...LISTED, asked: { Origin: 'https://evil.example' } }],
    ['with CORS for everybody', { ...LISTED, headers: { 'Access-Control-Allow-Origin': '*' } }],
    [
      'with CORS for the origin that asks',
      { ...HEALTHY, asked: { Origin: 'null' }, headers: { 'Access-Control-Allow-Origin': 'null' } },
    ],
    ['with credentials for nobody', { ...HEALTHY, headers: { 'Access-Control-Allow-Credentials': 'true' } }],
    [
      'with a cookie that scripts can read',
      { ...COOKIES, headers: { 'Set-Cookie': 'accessToken=a; Max-Age=1; Path=/; Secure; SameSite=Lax' } },
    ],
    [
      'with a cookie over plain http',
      { ...COOKIES, headers: { 'Set-Cookie': 'accessToken=a; Max-Age=1; Path=/; HttpOnly; SameSite=Lax' } },
    ],
    [
      'with a cookie of another name',
      { ...COOKIES, headers: { 'Set-Cookie': 'a=a; Max-Age=1; Path=/; HttpOnly; Secure; SameSite=Lax' } },
    ],
    ['with cookies from another face', { ...COOKIES, path: `${V1}/logout`, body: { message: 'Logged out' } }],
    ['that leads elsewhere', { ...HEALTHY, headers: { Location: 'https://evil.example' } }],
    ['that names the server', { ...HEALTHY, headers: { Server: 'postern/0.1.0' } }],
    ['with a stack', { ...DOWN, body: error('unavailable', 'Error\n    at signIn (sign-in.ts:1)') }],
    ['with a password hash', { ...DOWN, body: error('unavailable', '$scrypt$ln=15') }],
  ])('is noticed: %s', (_, sample) => {
    // One fault and no other: what is noticed is what was spoilt.
    expect(judge(sample)).toEqual([expect.any(String)])
  })

  it('is noticed twice with a private key: as undocumented, and as what nobody may see', () => {
    const coordinate = 'A'.repeat(43)
    const key = { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: coordinate, x: coordinate, y: coordinate }
    const sample = { path: '/.well-known/jwks.json', status: 200, headers: { 'Cache-Control': 'public, max-age=60' } }
    expect(judge({ ...sample, body: { keys: [key] } })).toEqual([])
    expect(judge({ ...sample, body: { keys: [{ ...key, d: 'x' }] } })).toEqual([
      '$.keys[0].d is not documented',
      'the body says what nobody may see',
    ])
  })
})
