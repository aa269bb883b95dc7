// Methods, paths, header fields and ids that mean one thing to a guard and another to what it guards.
import { expect } from 'vitest'
import { claimsOf } from '../../auth/fixtures.ts'
import { PUBLIC_URL } from '../../support/harness.ts'
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

const OTHERS: readonly Attack[] = [
  {
    name: 'ends nobody else’s session by its id',
    advisories: ['GHSA-4vcf-q4xf-f48m'],
    attempts: ({ attacker, victim }) =>
      [
        victim.sessionId,
        victim.sessionId.toUpperCase(),
        `${victim.sessionId}?id=${attacker.sessionId}`,
        `x?id=${victim.sessionId}`,
      ].map((id) => ({
        method: 'DELETE',
        path: `${V1}/sessions/${id}`,
        token: attacker.access,
      })),
    answer: 'missing',
  },
  {
    name: 'takes no path parameter from anywhere but the path',
    advisories: ['GHSA-f6gv-hh8j-q8vq'],
    attempts: ({ attacker, victim }) => [
      { method: 'DELETE', path: `${V1}/sessions/${attacker.sessionId}/../${victim.sessionId}`, token: attacker.access },
      { method: 'DELETE', path: `${V1}/sessions/${attacker.sessionId}/${victim.sessionId}`, token: attacker.access },
      { method: 'DELETE', path: `${V1}/sessions/x;id=${attacker.sessionId}`, token: attacker.access },
      { method: 'DELETE', path: `${V1}/sessions/:id`, token: attacker.access },
    ],
    answer: 'missing',
  },
  {
    name: 'shows nobody what is somebody else’s',
    attempts: ({ attacker, victim }) => [
      { method: 'GET', path: `${V1}/sessions?user_id=${victim.id}`, token: attacker.access },
      { method: 'GET', path: `${V1}/sessions?user_id=${victim.id}&user_id=${attacker.id}`, token: attacker.access },
      { method: 'GET', path: `${V1}/activity?user_id=${victim.id}`, token: attacker.access },
      { method: 'GET', path: `${STABLE}/user/${victim.username}`, token: attacker.stable },
      { method: 'GET', path: `${STABLE}/user/nobody-has-this`, token: attacker.stable },
      { method: 'GET', path: `${STABLE}/token?userName=${victim.username}`, token: attacker.stable },
      { method: 'DELETE', path: `${STABLE}/logout?sessionId=${victim.sessionId}`, token: attacker.stable },
      { method: 'GET', path: `${STABLE}/logout?sessionId=${victim.sessionId}`, token: attacker.stable },
    ],
    answer: 'forbidden',
  },
  {
    name: 'lets no session that began with a PIN near what could take the account over, an administrator’s neither',
    attempts: ({ victim, admin }) => [
      { method: 'GET', path: `${V1}/sessions?user_id=${victim.id}`, token: admin.cookies.accessToken },
      { method: 'DELETE', path: `${V1}/me`, token: victim.cookies.accessToken, body: { password: PASSWORD } },
      { method: 'PUT', path: `${V1}/pin`, token: victim.cookies.accessToken, body: { pin: '0000', current_password: PASSWORD } },
      { method: 'DELETE', path: `${V1}/pin`, token: victim.cookies.accessToken },
      {
        method: 'POST',
        path: `${V1}/change-email`,
        token: victim.cookies.accessToken,
        body: { email: 'x@example.com', password: PASSWORD },
      },
    ],
    answer: 'forbidden',
  },
]

export const requests: AttackClass = {
  name: 'Methods, paths, header fields and ids',
  cases: [...METHODS, ...PATHS, ...HEADERS, ...OTHERS],
}
