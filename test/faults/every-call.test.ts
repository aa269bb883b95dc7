// Each call to a store that each operation makes, spoilt in turn: refused before anything happens, and done with the answer lost.
// Either the operation goes on without, or it is a 503 that has left nothing half done; and the client's next try ends it well.
import { describe, expect, it } from 'vitest'
import { rows } from '../auth/fixtures.ts'
import { BINDINGS, type Reply, startApp, type TestApp } from '../support/harness.ts'
import { ACCOUNT_OPERATIONS } from './account-operations.ts'
import { type Fault, type StoreCall, type StoreName, spoilableBindings } from './intercepted-bindings.ts'
import type { Asked, Operation } from './operation.ts'
import { SESSION_OPERATIONS } from './session-operations.ts'

const OPERATIONS = Object.entries({ ...ACCOUNT_OPERATIONS, ...SESSION_OPERATIONS })
const TABLES = ['users', 'registrations', 'username_claims', 'one_time_tokens', 'erasures', 'signing_keys', 'outbox']

/** Everything that an operation that was refused must leave as it was: all of D1 but its record, and the user's live sessions. */
async function dump({ userId }: Asked): Promise<unknown> {
  const tables = await Promise.all(TABLES.map((table) => rows(`SELECT * FROM ${table} ORDER BY 1`)))
  const sessions = userId === undefined ? [] : await BINDINGS.SESSION_LEDGER.getByName(userId.replaceAll('-', '')).list()
  const live = sessions.filter(({ revokedAt }) => revokedAt === null).map(({ id, epoch, counter }) => ({ id, epoch, counter }))
  return { tables, live }
}

/** What a mail or an erasure that could not be ended waits for: its lease is over, and the sweeper comes. */
async function sweep(app: TestApp): Promise<void> {
  await app.settle()
  app.clock.advance(150)
  await app.auth.keepHouse()
  await app.settle()
}

interface Trial {
  readonly call: StoreCall
  readonly reply: Reply
}

/** @returns what became of it, or `null` when the operation makes fewer calls */
async function tryWithout(world: World, operation: Operation, nth: number, fault: Fault): Promise<Trial | null> {
  const { app, stores } = world
  const asked = await operation.prepare(app)
  await app.settle()
  const before = await dump(asked)
  stores.spoil(nth, fault)
  const reply = await asked.send()
  await app.settle()
  const call = stores.heal()
  if (!call) return null

  const name = `${fault}: call ${nth}, ${call.store} ${call.method} ${call.text.trim().slice(0, 60)}`
  expect([operation.done, 503], `${name}: ${reply.text}`).toContain(reply.status)
  if (reply.status === 503) {
    expect(Number(reply.headers.get('Retry-After')), name).toBeGreaterThan(0)
    expect(reply.headers.get('WWW-Authenticate'), name).toBeNull()
    expect(reply.headers.getSetCookie(), name).toEqual([])
    if (fault === 'fails') expect(await dump(asked), name).toEqual(before)
  }
  const retried = await asked.send()
  const expected =
    reply.status !== 503 ? [operation.again] : fault === 'fails' ? [operation.done] : [operation.done, operation.again]
  expect(expected, `${name}, tried again: ${retried.text}`).toContain(retried.status)
  await sweep(app)
  const successes = [reply, retried].filter(({ status }) => status === operation.done)
  await asked.proveDone?.(successes)
  return { call, reply }
}

interface World {
  readonly app: TestApp
  readonly stores: ReturnType<typeof spoilableBindings>
}

async function startWorld(): Promise<World> {
  const stores = spoilableBindings()
  const app = await startApp({ bindings: stores.bindings })
  // The signing key is made before anything is spoilt: what it means that it cannot be is the subject of other tests.
  await app.signIn(await app.createAccount())
  return { app, stores }
}

describe.each(OPERATIONS)('%s', { timeout: 60_000 }, (_, operation) => {
  it.each(['fails', 'loses its answer'] as const)('when any one call of it %s', async (fault) => {
    const world = await startWorld()
    const outages = new Set<StoreName>()
    let count = 0
    for (
      let trial = await tryWithout(world, operation, 1, fault);
      trial;
      trial = await tryWithout(world, operation, count + 1, fault)
    ) {
      count += 1
      if (trial.reply.status === 503) outages.add(trial.call.store)
    }
    // None of them does without D1 or the ledger, so a suite that spoils nothing would not pass.
    expect(count).toBeGreaterThan(0)
    expect(outages.size).toBeGreaterThan(0)
    expect(outages).not.toContain('copies')
  })

  it('when its reply is lost on the way, and it is sent again', async () => {
    const { app } = await startWorld()
    const asked = await operation.prepare(app)
    const first = await asked.send()
    const second = await asked.send()
    expect([first.status, second.status]).toEqual([operation.done, operation.again])
    await sweep(app)
    await asked.proveDone?.([first, second].filter(({ status }) => status === operation.done))
  })
})
