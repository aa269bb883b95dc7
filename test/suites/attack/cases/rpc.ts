// Another worker that asks for more than its binding allows, or in a way nobody meant. What cannot be called at all over a real
// binding is in test/rpc/entrypoints.test.ts.
import { expect } from 'vitest'
import { hashPassword } from '../../../support/hasher.ts'
import type { Attack, AttackClass, Attempt } from '../attack.ts'
import { PASSWORD, type Scene } from '../scene.ts'

const PROPS: readonly (readonly [string, unknown])[] = [
  ['no props', undefined],
  ['props that are null', null],
  ['props that are a text', 'login users sessions'],
  ['rights that are a text', { rights: 'login,users,sessions' }],
  ['rights in capitals', { rights: ['LOGIN', 'USERS', 'SESSIONS'] }],
  ['rights with spaces', { rights: [' login', 'users ', '*'] }],
  ['rights that only look like a list', { rights: { includes: true, length: 4, 0: 'login' } }],
  ['rights inside a list inside', { rights: [['login'], { right: 'users' }] }],
  ['rights under another name', { right: ['login'], permissions: ['users'], roles: ['sessions'] }],
  ['an administrator’s name', { caller: 'admin', isAdmin: true }],
]

const FORBIDDEN: readonly Attack[] = PROPS.map(([what, props]) => ({
  name: `grants no sign-in, no user and no session to ${what}`,
  attempts: ({ victim }) => [
    { call: 'login', with: [victim.email, PASSWORD], props: props ?? {} },
    { call: 'verifyPassword', with: [PASSWORD, 'x'], props: props ?? {} },
    { call: 'getUser', with: [victim.id], props: props ?? {} },
    { call: 'revokeSession', with: [victim.sessionId], props: props ?? {} },
  ],
  answer: 'forbidden',
}))

const IDS: readonly (readonly [string, (scene: Scene) => string])[] = [
  ['leads out of its path', ({ victim }) => `../users/${victim.id}`],
  ['has a query behind it', ({ victim }) => `${victim.id}?x=1`],
  ['is in capitals', ({ victim }) => victim.id.toUpperCase()],
  ['is in braces', ({ victim }) => `{${victim.id}}`],
  ['has no hyphens', ({ victim }) => victim.id.replaceAll('-', '')],
  ['has a space behind it', ({ victim }) => `${victim.id} `],
  ['is an address', ({ victim }) => victim.email],
]

const LOOKED_UP: readonly Attack[] = IDS.map(([what, id]) => ({
  name: `finds nobody by an id that ${what}`,
  advisories: ['GHSA-8r88-6cj9-9fh5'],
  attempts: (scene): readonly Attempt[] => [
    { call: 'getUser', with: [id(scene)] },
    { call: 'revokeSession', with: [id(scene)] },
  ],
  answer: 'missing',
}))

const LENIENT = { toString: () => 'strict', freshness: 'strict' }

const ARGUMENTS: readonly Attack[] = [
  {
    name: 'takes no freshness but the three, and no object for a text',
    attempts: ({ victim }) => [
      ...[
        undefined,
        null,
        'token',
        { freshness: 'none' },
        { freshness: 'TOKEN' },
        { freshness: ['token'] },
        { freshness: LENIENT },
      ].map((options): Attempt => ({ call: 'authenticate', with: [victim.access, options] })),
      { call: 'authenticate', with: [{ toString: () => victim.access }, { freshness: 'token' }] },
      { call: 'verifyToken', with: [[victim.access]] },
      { call: 'login', with: [{ toString: () => victim.email }, PASSWORD] },
      { call: 'getUser', with: [[victim.id]] },
      { call: 'revokeSession', with: [{ id: victim.sessionId }] },
    ],
    answer: 'invalid',
  },
  {
    name: 'checks no password against a hash that would cost too much, or is none',
    attempts: () =>
      [
        '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
        '$scrypt$ln=15,r=8,p=9999$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
        '$argon2id$v=19$m=99999999,t=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
        '$2b$31$AAAAAAAAAAAAAAAAAAAAAA',
        '$pbkdf2-sha256$i=2147483647$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
        PASSWORD,
        '',
      ].map((hash): Attempt => ({ call: 'verifyPassword', with: [PASSWORD, hash] })),
    answer: 'refused',
  },
  {
    name: 'matches no password by what comes behind NUL',
    async attempts() {
      const hash = await hashPassword(PASSWORD, { ln: 4, r: 1, p: 1 }, new Uint8Array(16))
      return [`${PASSWORD}\0`, `${PASSWORD}\0x`].map((password): Attempt => ({ call: 'verifyPassword', with: [password, hash] }))
    },
    answer: 'refused',
  },
  {
    name: 'shows of a user nothing that could sign anybody in',
    attempts: ({ victim }) => [
      { call: 'getUser', with: [victim.id] },
      { call: 'jwks', with: [], props: { rights: [] } },
    ],
    answer: 'ok',
    holds: (_, outcomes) =>
      expect(JSON.stringify(outcomes.map(({ value }) => value))).not.toMatch(/\$scrypt|[hH]ash|"d":|pin|epoch/),
  },
  {
    name: 'believes no claim of a token about permissions where strict is asked',
    attempts: ({ victim }) => [{ call: 'verifyToken', with: [victim.access] }],
    answer: 'ok',
    holds: ({ victim }, [outcome]) => expect(outcome?.value).toMatchObject({ sub: victim.id, permissions: [], roles: ['user'] }),
  },
]

export const rpc: AttackClass = { name: 'RPC', cases: [...FORBIDDEN, ...LOOKED_UP, ...ARGUMENTS] }
