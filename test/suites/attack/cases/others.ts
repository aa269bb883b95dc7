// What is somebody else's: their sessions, their record, and what a session that began with a PIN may not come near.
import type { Attack, AttackClass } from '../attack.ts'
import { PASSWORD } from '../scene.ts'

const V1 = '/api/v1/auth'
const STABLE = '/api/stable/auth'

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

export const others: AttackClass = { name: 'What is somebody else’s', cases: OTHERS }
