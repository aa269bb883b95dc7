// One operation while something is broken, and once more when it is mended: it goes on without, or is a 503 that has left nothing
// half done; and the client's next try ends it well.
import { expect } from 'vitest'
import { BINDINGS, type Reply, type TestApp } from '../../support/harness.ts'
import type { Fault } from './intercepted-bindings.ts'
import type { Asked, Operation } from './operation.ts'

export interface Breakage {
  readonly fault: Fault
  break(): void
  /** @returns what was hit, in words, or `null` when nothing was */
  heal(): string | null
}

const TABLES = ['users', 'registrations', 'username_claims', 'one_time_tokens', 'erasures', 'signing_keys', 'outbox']

/** Everything that an operation that was refused must leave as it was: all of D1 but its record, and the user's live sessions. */
async function dump({ userId }: Asked): Promise<unknown> {
  const answers = await BINDINGS.DB.batch(TABLES.map((table) => BINDINGS.DB.prepare(`SELECT * FROM ${table} ORDER BY 1`)))
  const tables = answers.map(({ results }) => results)
  const sessions = userId === undefined ? [] : await BINDINGS.SESSION_LEDGER.getByName(userId.replaceAll('-', '')).list()
  const live = sessions.filter(({ revokedAt }) => revokedAt === null).map(({ id, epoch, counter }) => ({ id, epoch, counter }))
  return { tables, live }
}

/** What a mail or an erasure that could not be ended waits for: its lease is over, and the sweeper comes. */
export async function sweep(app: TestApp): Promise<void> {
  await app.settle()
  app.clock.advance(150)
  await app.auth.keepHouse()
  await app.settle()
}

/** @returns what it was answered while broken, or `null` when nothing was hit */
export async function tryBroken(app: TestApp, operation: Operation, breakage: Breakage): Promise<Reply | null> {
  const asked = await operation.prepare(app)
  await app.settle()
  const before = await dump(asked)
  breakage.break()
  const reply = await asked.send()
  await app.settle()
  const hit = breakage.heal()
  if (hit === null) return null

  const isLost = breakage.fault === 'loses its answer'
  const name = `${hit} ${breakage.fault}`
  expect([operation.done, 503], `${name}: ${reply.text}`).toContain(reply.status)
  if (reply.status === 503) {
    expect(Number(reply.headers.get('Retry-After')), name).toBeGreaterThan(0)
    expect(reply.headers.get('WWW-Authenticate'), name).toBeNull()
    expect(reply.headers.getSetCookie(), name).toEqual([])
    if (!isLost) expect(await dump(asked), name).toEqual(before)
  }
  const retried = await asked.send()
  const expected = reply.status !== 503 ? [operation.again] : isLost ? [operation.done, operation.again] : [operation.done]
  expect(expected, `${name}, tried again: ${retried.text}`).toContain(retried.status)
  await sweep(app)
  await asked.proveDone?.([reply, retried].filter(({ status }) => status === operation.done))
  return reply
}
