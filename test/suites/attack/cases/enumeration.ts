// What tells an account from none: text, status or header field. The work behind an answer, which its time follows, is compared
// by test/http/enumeration.test.ts.
import { expect } from 'vitest'
import { anyAddress } from '../../../support/harness.ts'
import { PROOF, shapeOf } from '../../../support/http/page-browser.ts'
import type { Attack, AttackClass, Attempt, Outcome } from '../attack.ts'
import type { Scene } from '../scene.ts'

const V1 = '/api/v1/auth'

/** An answer without what differs from one request to the next in any case. */
function visible({ reply, value }: Outcome): string {
  const said = reply ? { status: reply.status, headers: [...reply.headers], body: reply.body } : { value }
  return JSON.stringify(said)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
    .replaceAll(PROOF, shapeOf)
    .replaceAll(/(user-id|nobody)@example\.com/g, 'address')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'time')
}

function sameAnswers(_: Scene, outcomes: readonly Outcome[]): void {
  expect([...new Set(outcomes.map(visible))]).toHaveLength(1)
}

interface Ask {
  readonly name: string
  readonly known: (scene: Scene) => Attempt
  readonly unknown: Attempt
  readonly answer: Attack['answer']
  readonly changes?: true
}

const post = (path: string, body: object): Attempt => ({ method: 'POST', path, body })

const ASKS: readonly Ask[] = [
  {
    name: 'POST /login by address',
    known: ({ victim }) => post(`${V1}/login`, { email: victim.email, password: 'wrong' }),
    unknown: post(`${V1}/login`, { email: 'nobody@example.com', password: 'wrong' }),
    answer: 'refused',
  },
  {
    name: 'POST /login by username',
    known: ({ victim }) => post(`${V1}/login`, { username: victim.username, password: 'wrong' }),
    unknown: post(`${V1}/login`, { username: 'nobody', password: 'wrong' }),
    answer: 'refused',
  },
  {
    name: 'the stable login',
    known: ({ victim }) => post('/api/stable/auth/login', { username: victim.username, password: 'wrong' }),
    unknown: post('/api/stable/auth/login', { username: 'nobody', password: 'wrong' }),
    answer: 'refused',
  },
  {
    name: 'the login by PIN',
    known: ({ victim }) => post('/auth/login', { name: victim.username, pin: '1111' }),
    unknown: post('/auth/login', { name: 'nobody', pin: '1111' }),
    answer: 'refused',
  },
  {
    name: 'login() of RPC',
    known: ({ victim }) => ({ call: 'login', with: [victim.email, 'wrong'] }),
    unknown: { call: 'login', with: ['nobody@example.com', 'wrong'] },
    answer: 'refused',
  },
  {
    name: 'POST /register',
    known: ({ victim }) => post(`${V1}/register`, { email: victim.email, password: 'quite another one' }),
    unknown: post(`${V1}/register`, { email: 'nobody@example.com', password: 'quite another one' }),
    answer: 'ok',
    changes: true,
  },
  {
    name: 'POST /forgot-password',
    known: ({ victim }) => post(`${V1}/forgot-password`, { email: victim.email }),
    unknown: post(`${V1}/forgot-password`, { email: 'nobody@example.com' }),
    answer: 'ok',
    changes: true,
  },
  {
    name: 'POST /resend-verification',
    known: ({ victim }) => post(`${V1}/resend-verification`, { email: victim.email }),
    unknown: post(`${V1}/resend-verification`, { email: 'nobody@example.com' }),
    answer: 'ok',
    changes: true,
  },
  {
    name: 'DELETE /sessions/:id',
    known: ({ victim, attacker }) => ({ method: 'DELETE', path: `${V1}/sessions/${victim.sessionId}`, token: attacker.access }),
    unknown: { method: 'DELETE', path: `${V1}/sessions/${'0'.repeat(64)}` },
    answer: 'missing',
  },
]

export const enumeration: AttackClass = {
  name: 'Enumeration',
  cases: [
    ...ASKS.map(
      ({ name, known, unknown, answer, changes }): Attack => ({
        name: `tells nobody by ${name} who has an account`,
        ...(changes && { changes }),
        attempts: (scene) => [
          known(scene),
          'path' in unknown && !unknown.body ? { ...unknown, token: scene.attacker.access } : unknown,
        ],
        answer,
        holds: sameAnswers,
      }),
    ),
    {
      name: 'tells nobody by the limits who has an account',
      attempts: ({ victim }) => {
        const tries = (email: string, ip: string) =>
          Array.from(
            { length: 6 },
            (): Attempt => ({ method: 'POST', path: `${V1}/login`, body: { email, password: 'wrong' }, ip }),
          )
        return [...tries(victim.email, anyAddress()), ...tries('nobody@example.com', anyAddress())]
      },
      answer: [0, 1].flatMap(() => [...Array.from({ length: 5 }, () => 'refused' as const), 'limited' as const]),
      holds: (_, outcomes) => expect(outcomes.slice(0, 6).map(visible)).toEqual(outcomes.slice(6).map(visible)),
    },
  ],
}
