// What begins a session, looks at one, goes on with one and ends one, on every face.
import { expect } from 'vitest'
import { ask } from '../../support/account-fixtures.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, type Reply, type TestApp } from '../../support/harness.ts'
import { cookieHeader, createPinAccount, pinLogin, pinSignIn, post, tokensIn } from '../../support/http/cookie-browser.ts'
import { signInStable, stable } from '../../support/http/stable-shapes.ts'
import type { Asked, Operation } from './operation.ts'

interface Person {
  readonly email: string
  readonly username: string
  readonly grant: Awaited<ReturnType<TestApp['signIn']>>
  readonly userId: string
}

async function createPerson(app: TestApp): Promise<Person> {
  const { email, username } = await createPinAccount(app)
  const grant = await app.signIn(email)
  return { email, username, grant, userId: grant.user.id }
}

async function createPersonWithStableToken(app: TestApp) {
  const person = await createPerson(app)
  const { token } = await signInStable(app, person.username)
  return { ...person, token }
}

async function createPersonWithCookies(app: TestApp) {
  const person = await createPerson(app)
  return { ...person, tokens: await pinSignIn(app, person.username) }
}

const meStatus = async (app: TestApp, token: string) => (await app.v1('GET', '/me', { token })).status
const refreshStatus = async (app: TestApp, token: string) =>
  (await app.v1('POST', '/refresh', { body: { refresh_token: token } })).status

/** Of a request that only looks. */
function look(ask: (app: TestApp, person: Person) => Promise<Reply>): Operation {
  return {
    done: 200,
    again: 200,
    async prepare(app) {
      const person = await createPerson(app)
      return { userId: person.userId, send: () => ask(app, person) }
    },
  }
}

/** Of a request of a `v1` session that ends it for good. */
function signOut(path: string, again: number, ask: (app: TestApp, person: Person) => Promise<Reply>): readonly [string, Operation] {
  const prepare = async (app: TestApp): Promise<Asked> => {
    const person = await createPerson(app)
    return {
      userId: person.userId,
      send: () => ask(app, person),
      async proveDone() {
        expect(await meStatus(app, person.grant.access_token)).toBe(401)
        expect(await refreshStatus(app, person.grant.refresh_token)).toBe(401)
      },
    }
  }
  return [path, { done: 200, again, prepare }]
}

/** Of a sign-in. @param isLive whether what the reply hands out counts */
function signIn(
  ask: (app: TestApp, person: Person, ip: string) => Promise<Reply>,
  isLive: (app: TestApp, reply: Reply) => Promise<number>,
): Operation {
  return {
    done: 200,
    again: 200,
    async prepare(app) {
      const person = await createPerson(app)
      const ip = anyAddress()
      return {
        userId: person.userId,
        send: () => ask(app, person, ip),
        async proveDone(successes) {
          for (const reply of successes) expect(await isLive(app, reply)).toBe(200)
          const { body } = await app.v1('GET', '/sessions', { token: person.grant.access_token })
          // Nobody holds a token of any other.
          expect(body.sessions).toHaveLength(1 + successes.length)
        },
      }
    },
  }
}

export const SESSION_OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /login': signIn(
    (app, { email }, ip) => app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip }),
    (app, { body }) => meStatus(app, body.access_token),
  ),
  'GET /me': look((app, { grant }) => app.v1('GET', '/me', { token: grant.access_token })),
  'GET /sessions': look((app, { grant }) => app.v1('GET', '/sessions', { token: grant.access_token })),
  'GET /activity': look((app, { grant }) => app.v1('GET', '/activity', { token: grant.access_token })),
  'POST /refresh, by refresh token': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { grant, userId } = await createPerson(app)
      return {
        userId,
        send: () => app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } }),
        async proveDone(successes) {
          const successors = new Set(successes.map(({ body }) => body.refresh_token as string))
          expect(successors.size).toBe(1)
          for (const successor of successors) expect(await refreshStatus(app, successor)).toBe(200)
        },
      }
    },
  },
  'POST /refresh, by bearer': look((app, { grant }) => app.v1('POST', '/refresh', { token: grant.access_token })),
  ...Object.fromEntries([
    signOut('POST /logout', 200, (app, { grant }) => app.v1('POST', '/logout', { token: grant.access_token })),
    // The token that asks has ended with the others.
    signOut('POST /revoke-all', 401, (app, { grant }) => app.v1('POST', '/revoke-all', { token: grant.access_token })),
  ]),
  'DELETE /sessions/:id': {
    done: 200,
    // No such session any more.
    again: 404,
    async prepare(app) {
      const { email, grant, userId } = await createPerson(app)
      const { access_token: other } = await app.signIn(email)
      return {
        userId,
        send: () => ask(app, 'DELETE', `/sessions/${claimsOf(other).sid}`, undefined, grant.access_token),
        async proveDone() {
          expect([await meStatus(app, other), await meStatus(app, grant.access_token)]).toEqual([401, 200])
        },
      }
    },
  },
  'POST stable/login': signIn(
    (app, { username }, ip) => stable(app, 'POST', '/login', { body: { username, password: PASSWORD }, ip }),
    async (app, { body }) => (await stable(app, 'GET', '/whoami', { token: body.data.token })).status,
  ),
  'GET stable/whoami': lookStable('/whoami'),
  'GET stable/user/:name': lookStable('/user/'),
  'GET stable/token': lookStable('/token'),
  'DELETE stable/logout': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { userId, token } = await createPersonWithStableToken(app)
      return {
        userId,
        send: () => stable(app, 'DELETE', '/logout', { token }),
        proveDone: async () => expect((await stable(app, 'GET', '/whoami', { token })).status).toBe(403),
      }
    },
  },
  'POST cookie/login': signIn(
    (app, { username }, ip) => pinLogin(app, username, undefined, { ip }),
    (app, reply) => meStatus(app, tokensIn(reply).accessToken),
  ),
  'POST cookie/refresh': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { userId, tokens } = await createPersonWithCookies(app)
      return {
        userId,
        send: () => post(app, '/refresh', cookieHeader(tokens)),
        async proveDone(successes) {
          expect(new Set(successes.map((reply) => tokensIn(reply).refreshToken)).size).toBe(1)
        },
      }
    },
  },
  'POST cookie/logout': {
    done: 200,
    again: 200,
    async prepare(app) {
      const { userId, tokens } = await createPersonWithCookies(app)
      return {
        userId,
        send: () => post(app, '/logout', cookieHeader(tokens)),
        async proveDone(successes) {
          for (const reply of successes) expect(tokensIn(reply)).toEqual({ accessToken: '', refreshToken: '' })
          expect(await meStatus(app, tokens.accessToken)).toBe(401)
          expect((await post(app, '/refresh', cookieHeader(tokens))).status).toBe(401)
        },
      }
    },
  },
}

function lookStable(path: string): Operation {
  return {
    done: 200,
    again: 200,
    async prepare(app) {
      const { username, userId, token } = await createPersonWithStableToken(app)
      return { userId, send: () => stable(app, 'GET', path.endsWith('/') ? `${path}${username}` : path, { token }) }
    },
  }
}
