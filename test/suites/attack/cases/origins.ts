// Origins that would like to be listed, places that would like to be redirected to, and pages that would like to hold script.
import { expect } from 'vitest'
import { PUBLIC_URL } from '../../../support/harness.ts'
import type { Attack, AttackClass, Attempt } from '../attack.ts'

const V1 = '/api/v1/auth'
const LISTED = 'https://app.example.com'

const NOT_LISTED = [
  'https://evil.example',
  'null',
  '*',
  'https://app.example.com.evil.example',
  'https://evil.example/https://app.example.com',
  'https://evilapp.example.com',
  'https://sub.app.example.com',
  'http://app.example.com',
  'https://app.example.com:444',
  'https://app.example.com/',
  'https://APP.example.com',
  'https://app.example.com, https://evil.example',
  'https://app_example.com',
  'https://аpp.example.com',
]

/** A listed origin is told so by what it was not asked for as well: the answer of everybody must not be kept for it. */
const CORS: readonly Attack[] = [
  ...NOT_LISTED.map((origin) => ({
    name: `allows nothing to the origin ${origin}`,
    advisories: ['GHSA-88fw-hqm2-52qc', 'GHSA-vp58-j275-797x'],
    attempts: ({ victim }: { victim: { access: string } }): readonly Attempt[] => [
      { method: 'GET', path: `${V1}/me`, token: victim.access, headers: { Origin: encodeURI(origin) } },
      { method: 'OPTIONS', path: `${V1}/me`, headers: { Origin: encodeURI(origin), 'Access-Control-Request-Method': 'DELETE' } },
      { method: 'GET', path: '/healthz', headers: { Origin: encodeURI(origin), 'X-Forwarded-Host': 'app.example.com' } },
    ],
    answer: ['ok', 'ok', 'ok'] as const,
    holds(_: unknown, outcomes: Parameters<NonNullable<Attack['holds']>>[1]) {
      for (const { reply } of outcomes) {
        expect([...(reply?.headers.keys() ?? [])].filter((name) => name.startsWith('access-control-'))).toEqual([])
        expect(reply?.headers.get('Vary')).toContain('Origin')
      }
    },
  })),
  {
    name: 'lets no header field of a request into Vary, or into what is allowed',
    advisories: ['GHSA-q7jf-gf43-6x6p'],
    attempts: () => [
      {
        method: 'OPTIONS',
        path: `${V1}/me`,
        headers: {
          Origin: LISTED,
          Vary: 'X-Evil',
          'Access-Control-Request-Method': 'X-EVIL',
          'Access-Control-Request-Headers': 'X-Evil, *',
          'Access-Control-Allow-Origin': '*',
        },
      },
    ],
    answer: 'ok',
    holds(_, [outcome]) {
      const fields = JSON.stringify([...(outcome?.reply?.headers ?? [])])
      expect(fields).not.toMatch(/evil|"\*"/i)
      expect(outcome?.reply?.headers.get('Access-Control-Allow-Origin')).toBe(LISTED)
    },
  },
  {
    name: 'reads no list of header fields that a preflight asks for, however long',
    advisories: ['GHSA-8j4g-w8fx-2239'],
    attempts: () =>
      [' '.repeat(50_000), ', '.repeat(50_000), `${'x'.repeat(50_000)}\t`].map((list) => ({
        method: 'OPTIONS',
        path: `${V1}/me`,
        headers: { Origin: LISTED, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': `a${list}b` },
      })),
    answer: 'ok',
  },
]

const PLACES: readonly (readonly [string, readonly string[]])[] = [
  ['https://evil.example', ['GHSA-8jhw-6pjj-8723', 'GHSA-36rg-gfq2-3h56', 'GHSA-4pc9-x2fx-p7vj']],
  ['//evil.example', ['GHSA-hjpm-7mrm-26w8']],
  ['/\\evil.example', ['GHSA-36rg-gfq2-3h56']],
  ['javascript:alert(document.domain)//evil.example', ['GHSA-86j7-9j95-vpqj']],
  ['http://localhost:8787@evil.example', ['GHSA-vp58-j275-797x']],
]

const PARAMETERS = ['callbackURL', 'redirectTo', 'redirect_to', 'redirect_uri', 'next', 'returnTo', 'continue']

const REDIRECTS: readonly Attack[] = PLACES.map(([place, advisories]) => ({
  name: `sends nobody to ${place}, in no answer and no mail`,
  advisories,
  changes: true,
  async attempts({ app }) {
    const email = await app.createAccount()
    const wishes = Object.fromEntries(PARAMETERS.map((name) => [name, place]))
    const query = String(new URLSearchParams(wishes))
    return [
      { method: 'POST', path: `${V1}/forgot-password?${query}`, body: { email, ...wishes } },
      { method: 'POST', path: `${V1}/resend-verification?${query}`, body: { email, ...wishes } },
      { method: 'POST', path: `${V1}/login?${query}`, body: { email, password: 'correct horse battery', ...wishes } },
      { method: 'GET', path: `/docs?${query}` },
    ]
  },
  answer: 'ok',
  async holds({ app }, outcomes) {
    // That nothing redirects is a rule for every answer (test/suites/contract/header-rules.ts).
    for (const { reply } of outcomes.slice(0, 3)) expect(reply?.text).not.toContain('evil.example')
    const mails = JSON.stringify((await app.request('GET', '/dev/mailbox', { headers: { Accept: 'application/json' } })).body)
    expect(mails).toContain('/reset-password?token=')
    expect(mails).not.toContain('evil.example')
  },
}))

const SCRIPTS: readonly (readonly [string, readonly string[]])[] = [
  ['<script>alert(1)</script>', ['GHSA-9x4v-xfq5-m8x5', 'GHSA-9r54-q6cx-xmh5']],
  ['"><img src=x onerror=alert(1)>', ['GHSA-458j-xx4x-4375', 'GHSA-hxh3-vqpv-xpqv']],
  ["'><svg/onload=alert(1)>", ['GHSA-69xw-7hcm-h432']],
  ['" style="background:url(//evil.example)', ['GHSA-qp7p-654g-cw7p', 'GHSA-w62v-xxxg-mg59']],
]

const PAGES = ['/verify-email', '/reset-password', '/confirm-email-change', '/undo-email-change']

const MARKUP: readonly Attack[] = SCRIPTS.map(([script, advisories]) => ({
  name: `holds in no page what a link says: ${script}`,
  advisories,
  attempts: () => {
    const query = String(new URLSearchParams({ token: script, error: script, message: script }))
    return [
      ...PAGES.map((path) => ({ method: 'GET', path: `${path}?${query}` })),
      ...PAGES.map(
        (path) =>
          new Request(PUBLIC_URL + path, { method: 'POST', body: new URLSearchParams({ token: script, password: script }) }),
      ),
    ]
  },
  answer: 'invalid',
  holds(_, outcomes) {
    for (const { reply } of outcomes) expect(reply?.text).not.toContain(script)
  },
}))

const KEPT: readonly Attack[] = [
  {
    name: 'lets nobody keep an answer that is one person’s',
    advisories: ['GHSA-p77w-8qqv-26rm', 'GHSA-6wqw-2p9w-4vw4'],
    attempts: ({ victim }) => [
      { method: 'GET', path: `${V1}/me`, token: victim.access, headers: { 'Cache-Control': 'max-stale=60' } },
      { method: 'GET', path: `${V1}/me?x=.css`, token: victim.access },
      { method: 'GET', path: `${V1}/sessions`, token: victim.access },
      { method: 'GET', path: `${V1}/activity`, token: victim.access },
      { method: 'GET', path: '/api/stable/auth/whoami', token: victim.stable },
    ],
    answer: 'ok',
    holds(_, outcomes) {
      for (const { reply } of outcomes) expect(reply?.headers.get('Cache-Control')).toBe('no-store')
    },
  },
  {
    name: 'serves no one’s answer under a name that a cache keeps files by',
    attempts: ({ victim }) =>
      ['/me.css', '/me/x.js', '/me%2fx.css', '/me;x.css', '/sessions/x.png/y'].map((path) => ({
        method: 'GET',
        path: V1 + path,
        token: victim.access,
      })),
    answer: 'missing',
  },
]

export const origins: AttackClass = {
  name: 'CORS, redirects and pages',
  vars: { CORS_ORIGINS: LISTED },
  cases: [...CORS, ...REDIRECTS, ...MARKUP, ...KEPT],
}
