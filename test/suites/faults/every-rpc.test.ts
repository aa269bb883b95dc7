// What another worker asks for, while each call to a store that it leads to is spoilt in turn: done, or told as an outage. Never as
// a token, a password or a user that does not count.
import { describe, expect, it } from 'vitest'
import { createCalls } from '../../../src/rpc/calls.ts'
import { claimsOf } from '../../support/fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { hashPassword } from '../../support/hasher.ts'
import { spoilableBindings } from './intercepted-bindings.ts'

interface Person {
  readonly email: string
  readonly id: string
  readonly token: string
}

type Calls = ReturnType<typeof createCalls>

const PROPS = { caller: 'notes-api', rights: ['verify', 'login', 'users', 'sessions'] }
const HASH = hashPassword(PASSWORD, { ln: 4, r: 1, p: 1 }, new Uint8Array(16))

/** Each succeeds when nothing is wrong. */
const METHODS: readonly (readonly [string, (calls: Calls, person: Person) => Promise<unknown>])[] = [
  ['verifyPassword', async (calls) => calls.verifyPassword(PASSWORD, await HASH)],
  ['login', (calls, { email }) => calls.login(email, PASSWORD)],
  ['verifyToken', (calls, { token }) => calls.verifyToken(token)],
  ['authenticate at edge', (calls, { token }) => calls.authenticate(token, { freshness: 'edge' })],
  ['authenticate at strict', (calls, { token }) => calls.authenticate(token, { freshness: 'strict' })],
  ['getUser', (calls, { id }) => calls.getUser(id)],
  ['revokeSession', (calls, { token }) => calls.revokeSession(claimsOf(token).sid)],
]

async function createPerson(app: TestApp): Promise<Person> {
  const email = await app.createAccount()
  const { access_token: token, user } = await app.signIn(email)
  await app.settle()
  return { email, id: user.id, token }
}

/** `done`, `unavailable`, or whatever else was said. */
async function judge(asked: Promise<unknown>): Promise<unknown> {
  try {
    const answer = await asked
    if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return answer ? 'done' : answer
    if (answer.ok) return 'done'
    expect(answer).toEqual({ ok: false, code: 'unavailable', retryAfter: expect.any(Number) })
    return 'unavailable'
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}

describe.each(METHODS)('%s', (_, ask) => {
  it.each(['fails', 'loses its answer'] as const)('when any one call of it %s', async (how) => {
    const stores = spoilableBindings()
    const app = await startApp({ bindings: stores.bindings })
    const calls = createCalls(() => ({ auth: app.auth, log: () => {} }), PROPS)
    const hits: string[] = []
    const outages: string[] = []
    for (let nth = 1; ; nth += 1) {
      const person = await createPerson(app)
      stores.spoil(nth, how)
      const verdict = await judge(ask(calls, person))
      await app.settle()
      const hit = stores.heal()
      if (!hit) {
        expect(verdict).toBe('done')
        break
      }
      expect(['done', 'unavailable'], `${hit.store} ${hit.method} ${how}`).toContain(verdict)
      hits.push(hit.store)
      if (verdict === 'unavailable') outages.push(hit.store)
    }
    expect(hits.length).toBeGreaterThan(0)
    // Nothing does without the stores it asks, but for the copies.
    expect(outages.length > 0).toBe(hits.some((store) => store !== 'copies'))
    expect(outages).not.toContain('copies')
  })
})
