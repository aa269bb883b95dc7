// The operator's acts in the hands of others: with tokens of every kind that are not an operator's, with what only looks like the key, and with
// text and files that mean harm.
import { expect } from 'vitest'
import { adminOpenApiDocument } from '../../../../tools/build/openapi.ts'
import { countRows } from '../../../support/fixtures.ts'
import { ADMIN_KEY } from '../../../support/harness.ts'
import type { Attack, AttackClass, HttpAttempt } from '../attack.ts'
import { PASSWORD, type Scene } from '../scene.ts'

const ADMIN = '/api/admin/v1'

const FORM = { password: 'a new one of mine', permissions: ['systemAdmin'], pin: '0000', email: 'x@example.com' }
const FILE = '{"email":"x@example.com","permissions":["systemAdmin"]}'

/** Every act there is, on the victim. */
function everyAct({ victim }: Scene, credential: Partial<HttpAttempt>): readonly HttpAttempt[] {
  const paths = adminOpenApiDocument().paths as Readonly<Record<string, object>>
  return Object.entries(paths).flatMap(([route, item]) =>
    Object.keys(item).map((method): HttpAttempt => {
      const path = route.replace('{id}', victim.id).replace('{sid}', victim.sessionId)
      const attempt = { ...credential, method: method.toUpperCase(), path }
      if (method === 'get') return attempt
      const isFile = path.endsWith('/import')
      const headers = { 'Content-Type': isFile ? 'application/x-ndjson' : 'application/json', ...credential.headers }
      return { ...attempt, headers, body: isFile ? FILE : FORM }
    }),
  )
}

const CREDENTIALS: readonly (readonly [string, (scene: Scene) => Partial<HttpAttempt>])[] = [
  ['nothing', () => ({})],
  ['an access token of somebody else', ({ attacker }) => ({ token: attacker.access })],
  ['an access token of the victim', ({ victim }) => ({ token: victim.access })],
  ['a refresh token of an administrator', ({ admin }) => ({ token: admin.refresh })],
  ['a stable token of an administrator', ({ admin }) => ({ token: admin.stable })],
  ['a token of an administrator’s PIN', ({ admin }) => ({ token: admin.cookies.accessToken })],
  [
    'an administrator’s cookies',
    ({ admin }) => ({
      headers: { Cookie: `accessToken=${admin.cookies.accessToken}; refreshToken=${admin.cookies.refreshToken}` },
    }),
  ],
]

const KEYS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['in capitals', { Authorization: `Bearer ${ADMIN_KEY.toUpperCase()}` }],
  ['without its prefix', { Authorization: `Bearer ${ADMIN_KEY.slice(5)}` }],
  ['with something behind it', { Authorization: `Bearer ${ADMIN_KEY}A` }],
  ['twice', { Authorization: `Bearer ${ADMIN_KEY}, Bearer ${ADMIN_KEY}` }],
  ['cut by one', { Authorization: `Bearer ${ADMIN_KEY.slice(0, -1)}` }],
  ['as a Basic password', { Authorization: `Basic ${btoa(`admin:${ADMIN_KEY}`)}` }],
  ['without a scheme', { Authorization: ADMIN_KEY }],
  ['as a cookie', { Cookie: `accessToken=${ADMIN_KEY}` }],
  ['in another field', { 'X-Api-Key': ADMIN_KEY, 'X-Admin-Key': ADMIN_KEY }],
  ['with an override of the field', { 'X-Original-Authorization': `Bearer ${ADMIN_KEY}` }],
]

const TEXTS = [
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  '%',
  '_',
  "' UNION SELECT 1 --",
  '\u0000',
  '../users',
  '{',
  '[object Object]',
]

const look = (path: string, text: string): HttpAttempt => ({
  method: 'GET',
  path: `${ADMIN}${path}${encodeURIComponent(text)}`,
  token: ADMIN_KEY,
})

const bring = (body: string): HttpAttempt => ({
  method: 'POST',
  path: `${ADMIN}/import`,
  token: ADMIN_KEY,
  body,
  headers: { 'Content-Type': 'application/x-ndjson' },
})

const FILES: readonly (readonly [string, string])[] = [
  ['nests deeper than anybody reads', `${'['.repeat(15_000)}${']'.repeat(15_000)}`],
  ['names a prototype', '{"email":"a@example.com","__proto__":{"permissions":["systemAdmin"]}}'],
  [
    'has a hash that would take minutes',
    '{"email":"a@example.com","hash":"$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}',
  ],
  [
    'has a hash that would take gigabytes',
    '{"email":"a@example.com","hash":"$argon2id$v=19$m=4194304,t=9,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"}',
  ],
  ['has a member twice as large as a line may be', `{"email":"${'a'.repeat(66_000)}@example.com"}`],
  ['has one good line and one bad', '{"email":"a@example.com"}\n{"email":"b@example.com","is_admin":true}'],
  ['ends in the middle', '{"email":"a@example.com"}\n{"email":"b@exam'],
  ['is an archive', '\u001f\u008b\u0008\u0000'],
]

export const operators: AttackClass = {
  name: 'the operator’s acts',
  cases: [
    ...CREDENTIALS.map(
      ([what, credential]): Attack => ({
        name: `are nobody’s by ${what}`,
        attempts: (scene) => everyAct(scene, credential(scene)),
        answer: 'denied',
      }),
    ),
    ...KEYS.map(
      ([what, headers]): Attack => ({
        name: `do not open to the key ${what}`,
        attempts: (scene) => everyAct(scene, { headers }),
        answer: 'denied',
      }),
    ),
    {
      name: 'do not open to the key in a query or a body',
      attempts: ({ victim }) => [
        { method: 'GET', path: `${ADMIN}/users?access_token=${ADMIN_KEY}&token=${ADMIN_KEY}&key=${ADMIN_KEY}` },
        { method: 'POST', path: `${ADMIN}/users/${victim.id}/disable`, body: { key: ADMIN_KEY, access_token: ADMIN_KEY } },
      ],
      answer: 'refused',
    },
    {
      name: 'find nobody by text that is more than text',
      attempts: () =>
        TEXTS.flatMap((text) => ['/users?search=', '/users?username=', '/registrations?search='].map((path) => look(path, text))),
      answer: 'ok',
      holds: (_, outcomes) => {
        for (const { reply, tried } of outcomes)
          expect([tried, reply?.body.users ?? reply?.body.registrations]).toEqual([tried, []])
      },
    },
    {
      name: 'are on nobody by an id that is none',
      attempts: ({ victim }) =>
        [...TEXTS, ` ${victim.id}`, `${victim.id}'`, victim.email].flatMap((text): HttpAttempt[] => [
          look('/users/', text),
          { ...look('/users/', text), method: 'DELETE' },
          { ...look('/mails/', `${text}/retry`), method: 'POST' },
        ]),
      answer: 'missing',
    },
    ...FILES.map(
      ([what, file]): Attack => ({
        name: `take no file that ${what}`,
        attempts: () => [bring(file)],
        answer: 'invalid',
        holds: async () => expect(await countRows('import_lines')).toBe(0),
      }),
    ),
    {
      name: 'let two imports at once make each user once',
      changes: true,
      atOnce: true,
      attempts: () => {
        const file = Array.from(
          { length: 300 },
          (_, index) => `{"id":${index},"email":"u${index}@example.com","username":"u${index}"}`,
        ).join('\n')
        return [bring(file), bring(file), bring(file)]
      },
      answer: 'ok',
      async holds(_, outcomes) {
        expect(await countRows('users')).toBe(303)
        const written = outcomes.map(({ reply }) => reply?.body.imported + reply?.body.present + reply?.body.not_imported.length)
        expect(written).toEqual([300, 300, 300])
        expect(outcomes.reduce((sum, { reply }) => sum + reply?.body.imported, 0)).toBe(300)
      },
    },
    {
      name: 'make no administrator of whoever asks to be imported over an account',
      attempts: ({ victim }) => [bring(JSON.stringify({ email: victim.email, permissions: ['systemAdmin'], hash: null }))],
      answer: 'invalid',
    },
    {
      name: 'leave the right password of a disabled account as it was',
      changes: true,
      attempts: ({ victim }) => [
        { method: 'POST', path: `${ADMIN}/users/${victim.id}/disable`, token: ADMIN_KEY },
        { method: 'POST', path: '/api/v1/auth/login', body: { email: victim.email, password: PASSWORD } },
        { method: 'GET', path: '/api/v1/auth/me', token: victim.access },
        { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: victim.refresh } },
        { method: 'GET', path: '/api/stable/auth/whoami', token: victim.stable },
      ],
      answer: ['ok', 'forbidden', 'refused', 'refused', 'forbidden'],
    },
  ],
}
