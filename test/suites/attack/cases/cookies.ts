// Cookies that a page of another origin, a neighbour or a forger would like to have counted.
import { expect } from 'vitest'
import { anyAddress, PUBLIC_URL } from '../../../support/harness.ts'
import { cookieHeader, PIN } from '../../../support/http/cookie-browser.ts'
import type { Attack, AttackClass, Attempt } from '../attack.ts'
import type { Scene } from '../scene.ts'

const EVIL = 'https://evil.example'

/** Every POST of the face with the victim's cookies, as a page elsewhere makes a browser send it. */
function everyPost({ victim }: Scene, headers: Readonly<Record<string, string>>, body?: string): readonly Attempt[] {
  return ['/login', '/refresh', '/logout'].map(
    (path) =>
      new Request(`${PUBLIC_URL}/auth${path}`, {
        method: 'POST',
        headers: { Cookie: cookieHeader(victim.cookies), 'CF-Connecting-IP': anyAddress(), ...headers },
        ...(body !== undefined && { body }),
      }),
  )
}

const FORM_TYPES: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, []],
  ['a form whose type is in capitals', { 'Content-Type': 'Application/X-WWW-Form-Urlencoded' }, ['GHSA-rpfr-3m35-5vx5']],
  ['plain text', { 'Content-Type': 'text/plain' }, []],
  ['a body of no type', {}, ['GHSA-2234-fmw7-43wr']],
  ['JSON', { 'Content-Type': 'application/json' }, []],
]

const CROSS_SITE: readonly Attack[] = [
  ...FORM_TYPES.map(([what, headers, advisories]) => ({
    name: `refuses ${what} from a page elsewhere`,
    advisories,
    attempts: (scene: Scene) => everyPost(scene, { ...headers, Origin: EVIL }, JSON.stringify({ name: 'victim', pin: PIN })),
    answer: 'forbidden' as const,
  })),
  ...[
    { Origin: 'null' },
    { Origin: `${PUBLIC_URL}.evil.example` },
    { Origin: PUBLIC_URL.replace('http:', 'https:') },
    { Origin: 'http://localhost:80' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: EVIL, 'Sec-Fetch-Site': 'same-origin' },
    { Origin: EVIL, Referer: PUBLIC_URL, Host: 'localhost:8787' },
  ].map((headers) => ({
    name: `refuses what comes with ${JSON.stringify(headers)}`,
    attempts: (scene: Scene) => everyPost(scene, headers as Record<string, string>),
    answer: 'forbidden' as const,
  })),
]

const posts = (cookies: readonly string[]): readonly Attempt[] =>
  cookies.flatMap((Cookie) =>
    ['/refresh', '/logout'].map((path) => ({ method: 'POST', path: `/auth${path}`, headers: { Cookie } })),
  )

const FORGED: readonly Attack[] = [
  {
    name: 'ends no session for cookies that nobody signed',
    advisories: ['GHSA-wmjr-v86c-m9jj'],
    attempts: ({ victim }) =>
      posts([
        `accessToken=${victim.sessionId}; refreshToken=${victim.sessionId}`,
        `accessToken=${victim.id}`,
        `session=${victim.sessionId}; sid=${victim.sessionId}`,
        `refreshToken=${victim.cookies.refreshToken.slice(0, -2)}`,
        `accessToken=${victim.cookies.accessToken.split('.').slice(0, 2).join('.')}.`,
      ]),
    answer: 'refused',
  },
  {
    name: 'takes no cookie for ours whose name a browser tells from ours',
    advisories: ['GHSA-r5rp-j6wh-rvv4'],
    attempts: ({ victim }) =>
      posts(
        // Of spaces that browsers do not trim, one; test/http/cookie/cookies.test.ts has more, without a warning of workerd for each.
        ['\u00a0', '__Host-', 'x'].map((prefix) => `a=b; ${prefix}refreshToken=${victim.cookies.refreshToken}`),
      ),
    answer: 'refused',
  },
  {
    name: 'takes neither of two that a neighbour has put beside ours',
    attempts: ({ victim, attacker }) =>
      posts([
        `refreshToken=${attacker.cookies.refreshToken}; refreshToken=${victim.cookies.refreshToken}`,
        `accessToken=${victim.cookies.accessToken}, accessToken=${attacker.cookies.accessToken}`,
        `refreshToken=; refreshToken=${victim.cookies.refreshToken}`,
      ]),
    answer: 'refused',
  },
  {
    name: 'counts cookies on no other face, and bearer tokens not on this one',
    attempts: ({ victim }) => [
      { method: 'GET', path: '/api/v1/auth/me', headers: { Cookie: cookieHeader(victim.cookies) } },
      { method: 'POST', path: '/api/v1/auth/logout', headers: { Cookie: cookieHeader(victim.cookies) } },
      { method: 'GET', path: '/api/stable/auth/logout', headers: { Cookie: cookieHeader(victim.cookies) } },
      { method: 'POST', path: '/auth/logout', token: victim.cookies.accessToken },
      { method: 'POST', path: '/auth/refresh', body: { refreshToken: victim.cookies.refreshToken } },
    ],
    answer: 'refused',
  },
  {
    name: 'gives whoever signs in a session of their own, whatever cookies they came with',
    changes: true,
    attempts: ({ attacker, victim }) => [
      {
        method: 'POST',
        path: '/auth/login',
        headers: { Cookie: cookieHeader(attacker.cookies) },
        body: { name: victim.username, pin: PIN },
      },
    ],
    answer: 'ok',
    holds({ attacker }, [outcome]) {
      const set = outcome?.reply?.headers.getSetCookie().join() ?? ''
      expect(set).toMatch(/accessToken=[\w-]+\.[\w-]+\.[\w-]+;/)
      expect(set).not.toContain(attacker.cookies.accessToken)
      expect(set).not.toContain(attacker.cookies.refreshToken)
    },
  },
  {
    name: 'lets nothing that was sent shape a Set-Cookie field',
    advisories: ['GHSA-5pq2-9x2x-5p6w', 'GHSA-3hrh-pfw6-9m5x', 'GHSA-26pp-8wgv-hjvm'],
    attempts: () =>
      ['a; Domain=evil.example', 'a\r\nSet-Cookie: x=y', 'a; SameSite=None'].flatMap((text): Attempt[] => [
        { method: 'POST', path: '/auth/login', body: { name: text, pin: PIN } },
        { method: 'POST', path: '/auth/login', body: { name: 'victim', pin: text } },
        { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${text.replaceAll(/[\r\n]/g, '')}` } },
      ]),
    answer: 'denied',
    holds(_, outcomes) {
      for (const { reply } of outcomes) expect(reply?.headers.getSetCookie()).toEqual([])
    },
  },
]

export const cookies: AttackClass = { name: 'Cookies and CSRF', cases: [...CROSS_SITE, ...FORGED] }
