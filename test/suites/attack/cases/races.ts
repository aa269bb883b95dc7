// The same thing many times at once, or once more: what is for one time is for one.
import { expect } from 'vitest'
import { countRows, rows } from '../../../support/fixtures.ts'
import { anyAddress, PASSWORD } from '../../../support/harness.ts'
import type { Attack, AttackClass, Attempt, HttpAttempt, Verdict } from '../attack.ts'
import type { Scene } from '../scene.ts'

const V1 = '/api/v1/auth'
const TIMES = 8

const many = (make: (index: number) => Attempt): Attempt[] => Array.from({ length: TIMES }, (_, index) => make(index))
const one = (winner: Verdict, others: Verdict): readonly Verdict[] => [winner, ...Array.from({ length: TIMES - 1 }, () => others)]
const post = (path: string, body: object, ip?: string): HttpAttempt => ({
  method: 'POST',
  path: V1 + path,
  body,
  ...(ip !== undefined && { ip }),
})

async function mailedReset({ app }: Scene): Promise<{ email: string; token: string }> {
  const email = await app.createAccount()
  await app.v1('POST', '/forgot-password', { body: { email }, ip: anyAddress() })
  return { email, token: await app.mailedToken(email) }
}

async function mailedVerification({ app }: Scene, email: string): Promise<string> {
  await app.v1('POST', '/register', { body: { email, password: PASSWORD }, ip: anyAddress() })
  return app.mailedToken(email)
}

const AT_ONCE: readonly Attack[] = [
  {
    name: 'makes one successor of a refresh token that is spent many times at once',
    advisories: ['GHSA-392p-2q2v-4372'],
    atOnce: true,
    changes: true,
    async attempts({ app, attacker }) {
      const { refresh_token } = await app.signIn(attacker.email)
      return many(() => post('/refresh', { refresh_token }))
    },
    answer: 'ok',
    holds: (_, outcomes) => expect(new Set(outcomes.map(({ reply }) => reply?.body.refresh_token)).size).toBe(1),
  },
  {
    name: 'sets one password of many that one link is spent for at once',
    advisories: ['GHSA-7w99-5wm4-3g79', 'GHSA-hc7v-rggr-4hvx'],
    atOnce: true,
    changes: true,
    async attempts(scene) {
      const { token } = await mailedReset(scene)
      return many((index) => post('/reset-password', { token, password: `another one, number ${index}` }, anyAddress()))
    },
    answer: one('ok', 'invalid'),
  },
  {
    name: 'makes one account of a registration that is confirmed many times at once',
    atOnce: true,
    changes: true,
    async attempts(scene) {
      const token = await mailedVerification(scene, 'raced@example.com')
      return many(() => ({ method: 'GET', path: `${V1}/verify-email?token=${token}` }))
    },
    answer: 'ok',
    holds: async () => expect(await rows(`SELECT email FROM users WHERE email = 'raced@example.com'`)).toHaveLength(1),
  },
  {
    name: 'gives a username that many register at once to one of them',
    atOnce: true,
    changes: true,
    attempts: () =>
      many((index) =>
        post('/register', { email: `race-${index}@example.com`, password: PASSWORD, username: 'raced' }, anyAddress()),
      ),
    answer: one('ok', 'taken'),
  },
  {
    name: 'judges 5 of many guesses at a password that come at once',
    advisories: ['GHSA-44jh-23m7-hpcf'],
    atOnce: true,
    attempts: ({ victim }) => many(() => post('/login', { email: victim.email, password: 'wrong' }, '203.0.113.60')),
    answer: ['refused', 'refused', 'refused', 'refused', 'refused', 'limited', 'limited', 'limited'],
  },
  {
    name: 'judges 10 of many guesses at a PIN that come at once, each from another address',
    advisories: ['GHSA-44jh-23m7-hpcf'],
    atOnce: true,
    attempts: ({ attacker }) =>
      Array.from({ length: 16 }, (_, index) => ({
        method: 'POST',
        path: '/auth/login',
        body: { name: attacker.username, pin: String(1000 + index) },
        ip: anyAddress(),
      })),
    answer: [...Array.from({ length: 10 }, () => 'refused' as const), ...Array.from({ length: 6 }, () => 'limited' as const)],
  },
  {
    name: 'ends a session for good and notes it once, though all who ask at once are told that it has ended',
    atOnce: true,
    changes: true,
    async attempts({ app, attacker }) {
      const { access_token: token } = await app.signIn(attacker.email)
      return many(() => ({ method: 'POST', path: `${V1}/logout`, token }))
    },
    answer: 'ok',
    async holds({ app }, outcomes) {
      await app.settle()
      expect(await rows(`SELECT id FROM audit_events WHERE what = 'signed_out'`)).toHaveLength(1)
      expect(outcomes).toHaveLength(TIMES)
    },
  },
  {
    name: 'deletes an account once, however often at once',
    atOnce: true,
    changes: true,
    async attempts({ app }) {
      const { access_token: token } = await app.signIn(await app.createAccount())
      // As many passwords as a session may be checking at once.
      return many(() => ({ method: 'DELETE', path: `${V1}/me`, token, body: { password: PASSWORD }, ip: anyAddress() })).slice(0, 5)
    },
    answer: ['ok', ...Array<Verdict>(4).fill('refused')],
    holds: async () => expect(await countRows('erasures')).toBeLessThanOrEqual(1),
  },
]

const REPLAYS: readonly Attack[] = [
  {
    name: 'ends a session whose refresh token comes back after the grace, and with it the token that took its place',
    advisories: ['GHSA-pw9m-5jxm-xr6h'],
    changes: true,
    async attempts({ app, attacker }) {
      const { refresh_token: stolen } = await app.signIn(attacker.email)
      const next = (await app.v1('POST', '/refresh', { body: { refresh_token: stolen } })).body
      app.clock.advance(61)
      return [
        post('/refresh', { refresh_token: stolen }),
        post('/refresh', { refresh_token: next.refresh_token }),
        { method: 'GET', path: `${V1}/me`, token: next.access_token },
      ]
    },
    answer: 'refused',
  },
  {
    name: 'ends a session whose refresh token comes back once its successor was used, however soon',
    changes: true,
    async attempts({ app, attacker }) {
      const { refresh_token: stolen } = await app.signIn(attacker.email)
      const refresh = async (token: string) => (await app.v1('POST', '/refresh', { body: { refresh_token: token } })).body
      const newest = await refresh((await refresh(stolen)).refresh_token)
      return [
        post('/refresh', { refresh_token: stolen }),
        post('/refresh', { refresh_token: newest.refresh_token }),
        { method: 'GET', path: `${V1}/me`, token: newest.access_token },
      ]
    },
    answer: 'refused',
  },
  {
    name: 'spends a link for a new password once',
    changes: true,
    async attempts(scene) {
      const { token } = await mailedReset(scene)
      await scene.app.v1('POST', '/reset-password', { body: { token, password: 'the first new one' }, ip: anyAddress() })
      return [
        post('/reset-password', { token, password: 'the second new one' }),
        { method: 'GET', path: `/reset-password?token=${token}` },
      ]
    },
    answer: 'invalid',
  },
  {
    name: 'lets a link of one purpose do nothing for another',
    advisories: ['GHSA-965c-763c-88jm'],
    changes: true,
    async attempts(scene) {
      const { token: reset } = await mailedReset(scene)
      const verification = await mailedVerification(scene, 'purpose@example.com')
      const elsewhere = (token: string, own: string): Attempt[] =>
        [
          { method: 'GET', path: `${V1}/verify-email?token=${token}` },
          post('/reset-password', { token, password: 'quite another one' }),
          post('/confirm-email-change', { token }),
          post('/undo-email-change', { token }),
        ].filter(({ path }) => !path.includes(own))
      return [...elsewhere(reset, 'reset-password'), ...elsewhere(verification, 'verify-email')]
    },
    answer: 'invalid',
  },
  {
    name: 'spends a link no more once another reset has ended it',
    changes: true,
    async attempts(scene) {
      const { email, token: older } = await mailedReset(scene)
      await scene.app.v1('POST', '/forgot-password', { body: { email }, ip: anyAddress() })
      const newer = await scene.app.mailedToken(email)
      await scene.app.v1('POST', '/reset-password', { body: { token: newer, password: 'quite another one' }, ip: anyAddress() })
      return [post('/reset-password', { token: older, password: 'what the attacker chose' })]
    },
    answer: 'invalid',
  },
]

export const races: AttackClass = {
  name: 'Races and replay',
  // What is at stake is what is judged, not how much at once.
  vars: { MAX_PENDING_HASHES: '32' },
  cases: [...AT_ONCE, ...REPLAYS],
}
