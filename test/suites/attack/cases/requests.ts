// Methods, paths and header fields that mean one thing to a guard and another to what it guards.
import { expect } from 'vitest'
import { claimsOf } from '../../../support/fixtures.ts'
import { PUBLIC_URL } from '../../../support/harness.ts'
import type { Attack, AttackClass, Outcome } from '../attack.ts'
import { PASSWORD } from '../scene.ts'

const V1 = '/api/v1/auth'
const STABLE = '/api/stable/auth'
const WRONG = { email: 'nobody@example.com', password: 'wrong' }

const isHealth = (outcomes: readonly Outcome[]) => {
  for (const { reply } of outcomes) expect(reply?.body).toEqual({ status: 'ok' })
}

const METHODS: readonly Attack[] = [
  {
    name: 'takes no other method than the one of the request',
    attempts: ({ victim }) =>
      ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((name) => ({
        method: 'POST',
        path: `${V1}/me?_method=DELETE`,
        token: victim.access,
        body: { password: PASSWORD, _method: 'DELETE' },
        headers: { [name]: 'DELETE' },
      })),
    answer: 'wrong method',
  },
  {
    name: 'ends no session by HEAD',
    attempts: ({ victim }) => [
      { method: 'HEAD', path: `${STABLE}/logout`, token: victim.stable },
      { method: 'HEAD', path: `${V1}/logout`, token: victim.access },
    ],
    answer: 'wrong method',
  },
  {
    name: 'knows no method that is not documented',
    attempts: ({ victim }) =>
      ['PROPFIND', 'PURGE', 'MKCOL', 'SEARCH', 'TRACE'].map((method) => ({ method, path: `${V1}/me`, token: victim.access })),
    answer: 'wrong method',
  },
]

const SLASHES = ['GHSA-x732-6j76-qmhm', 'GHSA-wmmm-f939-6g9c']

const PATHS: readonly Attack[] = [
  {
    name: 'finds no route behind repeated slashes',
    advisories: SLASHES,
    attempts: () =>
      ['//api/v1/auth/login', '/api//v1/auth/login', '/api/v1/auth//login', '///api/v1/auth/login', '/api/v1/auth/login//'].map(
        (path) => new Request(`${PUBLIC_URL}${path}`, { method: 'POST', body: JSON.stringify(WRONG) }),
      ),
    answer: 'missing',
  },
  {
    name: 'counts a sign-in at whichever spelling of its path',
    advisories: ['GHSA-2gcr-mfcq-wcc3'],
    attempts: () =>
      ['/login', '/%6cogin', '/l%6fgin', '/lo%67in', '/log%69n', '/logi%6e'].map((path) => ({
        method: 'POST',
        path: V1 + path,
        body: WRONG,
        ip: '198.51.100.1',
      })),
    answer: ['refused', 'refused', 'refused', 'refused', 'refused', 'limited'],
  },
  {
    name: 'serves over HTTP nothing that only another worker or the cron trigger may ask for',
    advisories: ['GHSA-3vf6-4wr3-c35q'],
    attempts: ({ admin }) =>
      ['verifyPassword', 'verifyToken', 'authenticate', 'getUser', 'revokeSession', 'jwks', 'keepHouse', 'scheduled', 'ping']
        .flatMap((name) => [`/${name}`, `${V1}/${name}`, `${STABLE}/${name}`, `/rpc/${name}`])
        .concat(['/cdn-cgi/handler/scheduled', '/__scheduled'])
        .map((path) => ({ method: 'POST', path, token: admin.access, body: { token: admin.access, id: admin.id } })),
    answer: 'missing',
  },
  {
    name: 'takes no path from a query, a fragment or a header',
    advisories: ['GHSA-9hp6-4448-45g2'],
    attempts: () => [
      new Request(`${PUBLIC_URL}/healthz?/../api/v1/auth/me`),
      new Request(`${PUBLIC_URL}/healthz#/api/v1/auth/me`),
      ...['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix', 'X-Forwarded-Uri'].map((name) => ({
        method: 'GET',
        path: '/healthz',
        headers: { [name]: '/dev/mailbox' },
      })),
    ],
    answer: 'ok',
    holds: (_, outcomes) => isHealth(outcomes),
  },
  {
    name: 'reads no parameter behind a fragment',
    advisories: ['GHSA-crvj-82cr-hjcx'],
    attempts: ({ attacker, victim }) => [
      new Request(`${PUBLIC_URL}${V1}/sessions#?user_id=${victim.id}`, { headers: { Authorization: `Bearer ${attacker.access}` } }),
    ],
    answer: 'ok',
    holds({ attacker }, [outcome]) {
      const ids: { id: string }[] = outcome?.reply?.body.sessions
      for (const { id } of ids) expect(id.slice(0, 32)).toBe(attacker.sessionId.slice(0, 32))
    },
  },
  {
    name: 'leads from its files to no other file',
    advisories: ['GHSA-q5qw-h33p-qvwr', 'GHSA-wwfh-h76j-fc44', 'GHSA-3mpf-rcc7-5347', 'GHSA-w332-q679-j88p'],
    attempts: () =>
      [
        '..%2f..%2f.dev.vars',
        '..%5c..%5c.dev.vars',
        '%2e%2e%2f.dev.vars',
        '..%252f.dev.vars',
        '%00',
        '__STATIC_CONTENT_MANIFEST',
        '../.dev.vars',
      ]
        .map((file) => `/docs/${file}`)
        .concat(['/.dev.vars', '/wrangler.toml', '/.git/config', '/src/index.ts', '/docs//index.html'])
        .map((path) => ({ method: 'GET', path })),
    answer: 'missing',
  },
  {
    name: 'keeps the development mailbox from every other host, whatever a header says',
    attempts: () =>
      ['http://auth.example.com', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'https://0.0.0.0'].map(
        (host) => ({
          method: 'GET',
          path: `${host}/dev/mailbox`,
          headers: { Host: 'localhost', 'X-Forwarded-Host': 'localhost', Forwarded: 'host=localhost' },
        }),
      ),
    answer: 'missing',
  },
]

const HEADERS: readonly Attack[] = [
  {
    name: 'lets the first request decide nothing about where the service is',
    advisories: ['GHSA-569q-mpph-wgww'],
    changes: true,
    attempts: ({ attacker }) => [
      { method: 'GET', path: 'http://evil.example/.well-known/jwks.json', headers: { 'X-Forwarded-Host': 'evil.example' } },
      { method: 'POST', path: 'http://evil.example/api/v1/auth/login', body: { email: attacker.email, password: PASSWORD } },
    ],
    answer: 'ok',
    holds: (_, [, signedIn]) =>
      expect(claimsOf(signedIn?.reply?.body.access_token)).toMatchObject({ iss: PUBLIC_URL, aud: PUBLIC_URL }),
  },
  {
    name: 'takes no request id from a client, by which somebody else’s lines in the log could be taken for theirs',
    attempts: ({ victim }) =>
      ['3f2b8c1e-5d4a-4f6b-9c7d-0123456789ab', 'x', 'a'.repeat(1000)].map((id) => ({
        method: 'GET',
        path: `${V1}/me`,
        token: victim.access,
        headers: { 'X-Request-Id': id, 'X-Correlation-Id': id, 'CF-Ray': id },
      })),
    answer: 'ok',
    holds(_, outcomes) {
      const ids = outcomes.map(({ reply }) => reply?.headers.get('X-Request-Id'))
      expect(new Set([...ids, '3f2b8c1e-5d4a-4f6b-9c7d-0123456789ab']).size).toBe(4)
    },
  },
  {
    name: 'breaks on no Authorization, however malformed',
    advisories: ['GHSA-xmf8-cvqr-rfgj'],
    attempts: ({ victim }) =>
      ['', 'Bearer', 'Bearer %', 'Bearer %E0%A4%A', 'Bearer .', 'Bearer ..', 'Bearer e30.e30.e30', 'Bearer bnVsbA.bnVsbA.x']
        .concat([`Bearer ${victim.access}, Bearer ${victim.access}`, `Bearer\t${victim.access}`, `Bearer ${victim.access} x`])
        .flatMap((Authorization) =>
          [`${V1}/me`, `${STABLE}/whoami`].map((path) => ({ method: 'GET', path, headers: { Authorization } })),
        ),
    answer: 'refused',
  },
  {
    name: 'answers an endless Accept-Language like a short one',
    advisories: ['GHSA-54fx-42gc-7vw4'],
    attempts: () =>
      ['a-'.repeat(50_000), 'en;q='.repeat(20_000), `${','.repeat(100_000)}tr`, `tr${';q=0.1'.repeat(10_000)}`].map((language) => ({
        method: 'POST',
        path: `${V1}/forgot-password`,
        body: { email: 'nobody@example.com' },
        headers: { 'Accept-Language': language },
      })),
    answer: 'ok',
  },
  {
    name: 'answers an endless Authorization, Cookie or User-Agent',
    attempts: ({ victim }) => [
      { method: 'GET', path: `${V1}/me`, headers: { Authorization: `Bearer ${' '.repeat(100_000)}x y` } },
      { method: 'GET', path: `${V1}/me`, token: 'a.'.repeat(50_000) },
      { method: 'POST', path: '/auth/logout', headers: { Cookie: ', '.repeat(50_000) } },
      { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${'"'.repeat(100_000)}` } },
      {
        method: 'POST',
        path: `${V1}/login`,
        body: { email: victim.email, password: 'wrong' },
        headers: { 'User-Agent': 'x'.repeat(100_000) },
      },
    ],
    answer: 'refused',
  },
]

export const requests: AttackClass = {
  name: 'Methods, paths and header fields',
  cases: [...METHODS, ...PATHS, ...HEADERS],
}
