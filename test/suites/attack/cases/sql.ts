// SQL, LIKE and their kin in every place where text of a client's reaches a store.
import { expect } from 'vitest'
import { countRows, rows } from '../../../support/fixtures.ts'
import { anyAddress } from '../../../support/harness.ts'
import type { Attack, AttackClass, Attempt } from '../attack.ts'
import { PASSWORD, type Scene } from '../scene.ts'

const V1 = '/api/v1/auth'

const PAYLOADS = [
  "' OR '1'='1",
  "' OR 1=1 --",
  "victim' --",
  // What is a local part of an address as well.
  "'or'1'='1'--",
  "'||email||'",
  "'; DROP TABLE users; --",
  "' UNION SELECT id, email FROM users --",
  '" OR ""="',
  '`; DELETE FROM users; --',
  '%',
  '_ictim',
  'victi_',
  'vic%',
  '*',
  'v[i]ctim',
  '?1',
  '$1',
  "\\'; --",
  "char(0x27) || '1'",
] as const

function everyPlace(text: string, { attacker, admin }: Scene): readonly Attempt[] {
  const encoded = encodeURIComponent(text)
  return [
    { method: 'POST', path: `${V1}/login`, body: { username: text, password: PASSWORD } },
    { method: 'POST', path: `${V1}/login`, body: { email: text, password: PASSWORD } },
    { method: 'POST', path: `${V1}/login`, body: { email: `${text}@example.com`, password: PASSWORD } },
    { method: 'POST', path: '/api/stable/auth/login', body: { username: text, password: PASSWORD } },
    { method: 'POST', path: '/auth/login', body: { name: text, pin: '2580' } },
    { method: 'GET', path: `/api/stable/auth/user/${encoded}`, token: admin.stable },
    { method: 'GET', path: `/api/stable/auth/token?userName=${encoded}`, token: admin.stable },
    { method: 'DELETE', path: `/api/stable/auth/logout?sessionId=${encoded}`, token: admin.stable },
    { method: 'GET', path: `${V1}/sessions?user_id=${encoded}`, token: admin.access },
    { method: 'GET', path: `${V1}/activity?user_id=${encoded}`, token: admin.access },
    { method: 'GET', path: `${V1}/activity?cursor=${encoded}`, token: attacker.access },
    { method: 'GET', path: `${V1}/activity?limit=${encoded}`, token: attacker.access },
    { method: 'DELETE', path: `${V1}/sessions/${encoded}`, token: attacker.access },
    { method: 'GET', path: `${V1}/verify-email?token=${encoded}` },
    { method: 'POST', path: `${V1}/reset-password`, body: { token: text, password: 'quite another one' } },
    { method: 'POST', path: `${V1}/confirm-email-change`, body: { token: text } },
    { method: 'POST', path: `${V1}/refresh`, body: { refresh_token: text } },
    { call: 'login', with: [text, PASSWORD] },
    { call: 'getUser', with: [text] },
    { call: 'revokeSession', with: [text] },
  ]
}

export const sql: AttackClass = {
  name: 'SQL and LIKE',
  cases: [
    ...PAYLOADS.map(
      (text): Attack => ({
        name: `is text and nothing else everywhere: ${text}`,
        advisories: ['GHSA-gpj5-g38j-94v9'],
        attempts: (scene) => everyPlace(text, scene),
        answer: 'denied',
      }),
    ),
    {
      name: 'keeps SQL in a name as it was typed',
      changes: true,
      attempts: ({ attacker }) =>
        PAYLOADS.map((text) => ({
          method: 'PATCH',
          path: `${V1}/me`,
          token: attacker.access,
          body: { first_name: text },
          ip: anyAddress(),
        })),
      answer: 'ok',
      async holds({ attacker }, outcomes) {
        expect(outcomes.map(({ reply }) => reply?.body.user.first_name)).toEqual(PAYLOADS)
        expect(await rows('SELECT first_name FROM users WHERE id = ?', attacker.id)).toEqual([{ first_name: PAYLOADS.at(-1) }])
        expect(await countRows('users')).toBe(3)
      },
    },
    {
      name: 'finds the mail of one address in the mailbox, not of a pattern',
      attempts: () =>
        ['%', '%@example.com', 'user-%', "' OR 1=1 --", '*'].map((to) => ({
          method: 'GET',
          path: `/dev/mailbox?to=${encodeURIComponent(to)}`,
          headers: { Accept: 'application/json' },
        })),
      answer: 'ok',
      holds: (_, outcomes) => expect(outcomes.flatMap(({ reply }) => reply?.body.messages)).toEqual([]),
    },
  ],
}
