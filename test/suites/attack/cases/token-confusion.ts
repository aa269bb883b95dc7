// Genuine tokens where they do not belong: of another purpose, ended, spelled otherwise, or introduced in another way.

import { claimsOf } from '../../../support/fixtures.ts'
import { makeRefreshToken, resign, respell } from '../../../support/forgery.ts'
import { anyAddress, BINDINGS } from '../../../support/harness.ts'
import { AUTH_SECRET } from '../../../support/http/cookie-browser.ts'
import type { Attack, AttackClass, Attempt } from '../attack.ts'
import { everyTokenDoor, forged } from '../doors.ts'
import { createPerson, type Person, type Scene } from '../scene.ts'

const BEARER_DOORS = (token: string): readonly Attempt[] =>
  everyTokenDoor(token).filter((door) => 'token' in door || 'call' in door)

/** Doors that take any of our bearer tokens in one of their freshnesses are left out. */
const refusedAt = (name: string, doors: (scene: Scene) => readonly Attempt[], advisories: readonly string[] = []): Attack => ({
  name,
  advisories,
  attempts: doors,
  answer: 'refused',
})

const CROSS_PURPOSE = [
  refusedAt('refuses a refresh token as a bearer token', ({ victim }) => BEARER_DOORS(victim.refresh)),
  refusedAt('refuses a refresh token of a cookie as a bearer token', ({ victim }) => BEARER_DOORS(victim.cookies.refreshToken)),
  refusedAt('refuses an access token as a refresh token', ({ victim }) => [
    { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: victim.access } },
    { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${victim.access}` } },
    { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${victim.cookies.accessToken}` } },
  ]),
  refusedAt('refuses a stable token wherever less than strict is asked', ({ victim }) => [
    { method: 'GET', path: '/api/v1/auth/me', token: victim.stable },
    { method: 'POST', path: '/api/v1/auth/refresh', token: victim.stable },
    { method: 'POST', path: '/api/v1/auth/revoke-all', token: victim.stable },
    { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: victim.stable } },
    { method: 'POST', path: '/auth/logout', headers: { Cookie: `accessToken=${victim.stable}` } },
    { call: 'authenticate', with: [victim.stable, { freshness: 'token' }] },
    { call: 'authenticate', with: [victim.stable, { freshness: 'edge' }] },
  ]),
  refusedAt('refuses an access token on the stable face', ({ victim }) => [
    { method: 'GET', path: '/api/stable/auth/whoami', token: victim.access },
    { method: 'GET', path: '/api/stable/auth/token', token: victim.access },
    { method: 'DELETE', path: '/api/stable/auth/logout', token: victim.access },
  ]),
  forged('refuses a token genuinely signed, of a type of no kind', ({ app, victim }) =>
    resign(app, claimsOf(victim.access), 'JWT'),
  ),
  forged('refuses a token of a type that a media type prefix makes look right', ({ app, victim }) =>
    resign(app, claimsOf(victim.access), 'application/at+jwt+x'),
  ),
  forged('refuses a symmetric token that calls itself an access token', ({ victim }) =>
    makeRefreshToken(claimsOf(victim.access), AUTH_SECRET, { type: 'at+jwt' }),
  ),
  forged('refuses a refresh token, signed with its own key, that calls itself by another type', ({ victim }) =>
    makeRefreshToken(claimsOf(victim.refresh), AUTH_SECRET, { type: 'JWT' }),
  ),
  forged('refuses a refresh token signed with the key of another purpose', ({ victim }) =>
    makeRefreshToken(claimsOf(victim.refresh), AUTH_SECRET, { purpose: 'signing-keys' }),
  ),
  forged('refuses a refresh token with a counter that is no number', ({ victim }) =>
    makeRefreshToken({ ...claimsOf(victim.refresh), ctr: '0' }, AUTH_SECRET),
  ),
]

const NEVER_ISSUED: Attack = {
  name: 'refuses a refresh token with a counter that was never issued, which ends no session either',
  changes: true,
  async attempts({ app }) {
    const { refresh } = await createPerson(app, `counter-${crypto.randomUUID().slice(0, 8)}`)
    const token = await makeRefreshToken({ ...claimsOf(refresh), ctr: 1_000_000 }, AUTH_SECRET)
    return [...refreshDoors(token), { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: refresh } }]
  },
  answer: ['refused', 'refused', 'ok'],
}

const refreshDoors = (token: string): readonly Attempt[] => [
  { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: token } },
  { method: 'POST', path: '/auth/refresh', headers: { Cookie: `refreshToken=${token}` } },
]

/** Of somebody new, whose sessions have ended in some way: what each of them held. */
const ended = (
  name: string,
  end: (scene: Scene, person: Person) => Promise<unknown>,
  advisories: readonly string[] = [],
): Attack => ({
  name,
  advisories,
  changes: true,
  async attempts(scene) {
    const person = await createPerson(scene.app, `ended-${crypto.randomUUID().slice(0, 8)}`)
    await end(scene, person)
    const held = [person.access, respell(person.access), person.stable, person.cookies.accessToken]
    const checks = held.flatMap((token): readonly Attempt[] => [
      { method: 'GET', path: '/api/v1/auth/me', token },
      { method: 'GET', path: '/api/stable/auth/whoami', token },
      { call: 'authenticate', with: [token, { freshness: 'strict' }] },
      { call: 'verifyToken', with: [token] },
    ])
    return [...checks, ...[person.refresh, person.cookies.refreshToken].flatMap(refreshDoors)]
  },
  answer: 'ended',
})

/** As the operator's commands do it: in D1 alone, and no ledger is told. */
const update = (change: string, { id }: Person) => BINDINGS.DB.prepare(`UPDATE users SET ${change} WHERE id = ?`).bind(id).run()

const ENDED = [
  ended('nothing a person held counts once the account is disabled', (_, person) => update('disabled_at = 1', person)),
  ended('nothing a person held counts once D1 has another epoch, whatever the ledger knows', (_, person) =>
    update('session_epoch = session_epoch + 1', person),
  ),
  ended('nothing a person held counts after revoke-all', ({ app }, { access }) => app.v1('POST', '/revoke-all', { token: access })),
  ended(
    'nothing a person held counts once the account is deleted',
    ({ app }, { access }) =>
      app.v1('DELETE', '/me', { token: access, body: { password: 'correct horse battery' }, ip: anyAddress() }),
    ['GHSA-2vg6-77g8-24mp'],
  ),
  ended('nothing a person held counts after a reset of the password', async ({ app }, { email }) => {
    await app.v1('POST', '/forgot-password', { body: { email }, ip: anyAddress() })
    const token = await app.mailedToken(email)
    await app.v1('POST', '/reset-password', { body: { token, password: 'quite another one' }, ip: anyAddress() })
  }),
]

/** A check without I/O cannot know of the end, and signing out once more is told as done: neither opens anything. */
function isSatisfied(door: Attempt): boolean {
  return 'call' in door ? JSON.stringify(door).includes('"token"}') : 'path' in door && door.path === '/api/v1/auth/logout'
}

/** Ways to write a token whose session has ended, each of which some reader would take for the same token. */
const SPELLINGS: readonly (readonly [string, (token: string) => string])[] = [
  ['with other spare bits', respell],
  ['with padding', (token) => `${token}=`],
  [
    'with padding of each part',
    (token) =>
      token
        .split('.')
        .map((part) => `${part}==`)
        .join('.'),
  ],
  ['in the other alphabet of base64', (token) => token.replaceAll('-', '+').replaceAll('_', '/')],
  ['with a part more', (token) => `${token}.x`],
  ['with a full stop behind', (token) => `${token}.`],
]

const REVOKED_SPELLINGS = SPELLINGS.map(
  ([how, spell]): Attack => ({
    name: `refuses a signed-out token ${how}`,
    changes: true,
    async attempts({ app, attacker }) {
      const { access_token: token } = await app.signIn(attacker.email)
      await app.v1('POST', '/logout', { token })
      return BEARER_DOORS(spell(token)).filter((door) => !isSatisfied(door))
    },
    answer: 'refused',
  }),
)

const SCHEMES = ['Basic', 'Token', 'JWT', 'DPoP', 'Bearer,', 'MAC', 'xBearer', 'Bearer:']

const INTRODUCTIONS: readonly Attack[] = SCHEMES.map((scheme) => ({
  name: `refuses a genuine token introduced by "${scheme}"`,
  advisories: ['GHSA-f577-qrjj-4474'],
  attempts: ({ victim }) =>
    ['/api/v1/auth/me', '/api/stable/auth/whoami'].map((path) => ({
      method: 'GET',
      path,
      headers: { Authorization: `${scheme} ${victim.access}` },
    })),
  answer: 'refused',
}))

export const tokenConfusion: AttackClass = {
  name: 'Token confusion',
  cases: [...CROSS_PURPOSE, NEVER_ISSUED, ...ENDED, ...REVOKED_SPELLINGS, ...INTRODUCTIONS],
}
