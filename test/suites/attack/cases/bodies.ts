// Bodies and media types: what is too large by whichever measure, not JSON, or JSON that hopes to be more than text.
import { expect } from 'vitest'
import { rows } from '../../../support/fixtures.ts'
import { anyAddress, PASSWORD, PUBLIC_URL } from '../../../support/harness.ts'
import type { Attack, AttackClass } from '../attack.ts'

const V1 = '/api/v1/auth'
const FORMS = [`${V1}/login`, `${V1}/register`, `${V1}/forgot-password`, '/api/stable/auth/login', '/auth/login']

function raw(path: string, body: BodyInit, headers: Readonly<Record<string, string>>): Request {
  return new Request(new URL(path, PUBLIC_URL), { method: 'POST', body, headers: { 'CF-Connecting-IP': anyAddress(), ...headers } })
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const LARGE = JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(20_000) })

const CHUNK_BYTES = 1000

/** No length is known before the end. @param onChunk told of each that is taken */
function inChunks(chunks: number, onChunk: () => void = () => {}): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent === chunks) return controller.close()
      sent += 1
      onChunk()
      controller.enqueue(new TextEncoder().encode(' '.repeat(CHUNK_BYTES)))
    },
  })
}

const PAGES = ['/verify-email', '/reset-password', '/confirm-email-change', '/undo-email-change']

const BODY_DOORS = [
  ...FORMS.map((path) => [path, 'application/json'] as const),
  ...PAGES.map((path) => [path, 'application/x-www-form-urlencoded'] as const),
]

/** To whatever reads a body. */
const toEveryDoor = (bodyOf: (door: number) => BodyInit, headers: Readonly<Record<string, string>> = {}) =>
  BODY_DOORS.map(([path, type], door) => raw(path, bodyOf(door), { 'Content-Type': type, ...headers }))

/** A megabyte to each door, of which hardly more than a body may have is to be taken. */
function sendEndless(): Attack {
  const taken = BODY_DOORS.map(() => 0)
  const count = (door: number) => () => {
    taken[door] = (taken[door] ?? 0) + CHUNK_BYTES
  }
  return {
    name: 'takes no more of a body that does not end than a body may have',
    advisories: ['GHSA-9vqf-7f2p-gf9v'],
    attempts: () => toEveryDoor((door) => inChunks(1000, count(door))),
    answer: 'too large',
    holds() {
      for (const bytes of taken) expect(bytes).toBeLessThan(2 * 16 * 1024)
    },
  }
}

const SIZES: readonly Attack[] = [
  {
    name: 'refuses a body that is too large',
    attempts: () => toEveryDoor(() => LARGE),
    answer: 'too large',
  },
  {
    name: 'refuses a body that is too large and comes in chunks, before anything is done with it',
    advisories: ['GHSA-9vqf-7f2p-gf9v'],
    attempts: () => toEveryDoor(() => inChunks(20)),
    answer: 'too large',
  },
  sendEndless(),
  {
    name: 'refuses a body that is larger than its Content-Length says',
    advisories: ['GHSA-rv63-4mwf-qqc2'],
    attempts: () => toEveryDoor(() => LARGE, { 'Content-Length': '10' }),
    answer: 'too large',
  },
  {
    name: 'refuses a body that is too large, whose Content-Length and Transfer-Encoding disagree',
    advisories: ['GHSA-92vj-g62v-jqhh'],
    attempts: () => toEveryDoor(() => LARGE, { 'Content-Length': '10', 'Transfer-Encoding': 'chunked' }),
    answer: 'too large',
  },
  {
    name: 'refuses a compressed body rather than inflate it',
    attempts: () => FORMS.map((path) => raw(path, '{}', { ...JSON_TYPE, 'Content-Encoding': 'gzip' })),
    answer: 'wrong type',
  },
]

const MEDIA_TYPES: readonly Attack[] = [
  'text/plain',
  'Text/Plain; charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  'application/json, text/plain',
  'application/xml',
  'application/json+x',
].map((type) => ({
  name: `does not read ${type} as JSON`,
  ...(/text\/plain;/i.test(type) && { advisories: ['GHSA-rpfr-3m35-5vx5'] }),
  attempts: ({ victim }) =>
    FORMS.map((path) =>
      raw(path, JSON.stringify({ email: victim.email, username: victim.username, password: PASSWORD }), { 'Content-Type': type }),
    ),
  answer: 'wrong type',
}))

const DEEP = `${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}`

const SHAPES: readonly Attack[] = [
  {
    name: 'takes no operator of another database for a credential',
    attempts: () => [
      { method: 'POST', path: `${V1}/login`, body: { email: { $ne: null }, password: { $ne: null } } },
      { method: 'POST', path: `${V1}/login`, body: { username: ['victim'], password: [PASSWORD] } },
      { method: 'POST', path: '/api/stable/auth/login', body: { username: { $regex: '.*' }, password: true } },
      { method: 'POST', path: '/auth/login', body: { name: { length: 6 }, pin: 2580 } },
      { method: 'POST', path: `${V1}/refresh`, body: { refresh_token: { $gt: '' } } },
      { method: 'POST', path: `${V1}/reset-password`, body: { token: { $gt: '' }, password: PASSWORD } },
      { call: 'login', with: [{ $ne: null }, { $ne: null }] },
      { call: 'login', with: [['a@example.com'], PASSWORD] },
    ],
    answer: 'invalid',
  },
  {
    name: 'lets no body reach a prototype',
    advisories: ['GHSA-v8w9-8mx6-g223'],
    attempts: ({ victim }) =>
      ['__proto__', 'constructor', 'prototype'].map((member) => ({
        method: 'POST',
        path: `${V1}/login`,
        body: `{"${member}":{"email":"${victim.email}","password":"${PASSWORD}","isAdmin":true}}`,
      })),
    answer: 'invalid',
    holds: () => expect(Reflect.get({}, 'isAdmin')).toBeUndefined(),
  },
  {
    name: 'survives a body of thousands of levels, and members that look like paths',
    advisories: ['GHSA-g6gw-c38x-mqfc'],
    attempts: () => [
      raw(`${V1}/login`, DEEP, JSON_TYPE),
      raw(`${V1}/login`, JSON.stringify({ [`a${'.a'.repeat(5000)}`]: 1 }), JSON_TYPE),
      raw(`${V1}/login`, '['.repeat(16_000), JSON_TYPE),
    ],
    answer: 'invalid',
  },
]

const GREEDY = {
  id: 'x',
  user_id: 'x',
  email: 'other@example.com',
  email_verified: true,
  is_admin: true,
  role: 'admin',
  roles: ['admin'],
  permissions: ['systemAdmin'],
  disabled_at: null,
  session_epoch: 0,
  password_hash: 'x',
  created_at: 0,
}

const ASSIGNMENTS: readonly Attack[] = [
  {
    name: 'changes nothing of an account by members that nobody may set',
    changes: true,
    attempts: ({ attacker }) => [
      { method: 'PATCH', path: `${V1}/me`, token: attacker.access, body: { ...GREEDY, first_name: 'A' } },
    ],
    answer: 'ok',
    async holds({ attacker }) {
      const [row] = await rows('SELECT id, email, permissions, first_name FROM users WHERE id = ?', attacker.id)
      expect(row).toEqual({ id: attacker.id, email: attacker.email, permissions: '[]', first_name: 'A' })
    },
  },
  {
    name: 'makes nobody an administrator who registers as one',
    advisories: ['GHSA-5hvv-9cqv-894r'],
    changes: true,
    attempts: () => [
      {
        method: 'POST',
        path: `${V1}/register`,
        body: { ...GREEDY, email: `greedy-${crypto.randomUUID()}@example.com`, password: PASSWORD },
      },
    ],
    answer: 'ok',
    holds: (_, [registered]) =>
      expect(registered?.reply?.body.user).toMatchObject({ is_admin: false, permissions: [], email_verified: false }),
  },
  {
    name: 'takes nobody’s word for who they are, in a body, a query or a header',
    advisories: ['GHSA-99h5-pjcv-gr6v'],
    attempts: ({ victim }) => {
      const claim = { user_id: victim.id, userId: victim.id, sub: victim.id, user: { id: victim.id } }
      const headers = { 'X-User-Id': victim.id, 'X-Forwarded-User': victim.email, 'X-Authenticated-User': victim.id }
      return [
        { method: 'GET', path: `${V1}/me?user_id=${victim.id}&userId=${victim.id}`, headers },
        { method: 'PATCH', path: `${V1}/me`, body: { ...claim, first_name: 'X' }, headers },
        { method: 'DELETE', path: `${V1}/me`, body: { ...claim, password: PASSWORD }, headers },
        { method: 'PUT', path: `${V1}/pin`, body: { ...claim, pin: '0000', current_password: PASSWORD }, headers },
        {
          method: 'POST',
          path: `${V1}/change-password`,
          body: { ...claim, current_password: PASSWORD, new_password: 'quite another one' },
        },
        { method: 'POST', path: `${V1}/change-email`, body: { ...claim, email: 'x@example.com', password: PASSWORD }, headers },
        { method: 'POST', path: `${V1}/revoke-all`, body: claim, headers },
        { method: 'GET', path: '/api/stable/auth/whoami', headers },
      ]
    },
    answer: 'refused',
  },
]

export const bodies: AttackClass = { name: 'Bodies and media types', cases: [...SIZES, ...MEDIA_TYPES, ...SHAPES, ...ASSIGNMENTS] }
