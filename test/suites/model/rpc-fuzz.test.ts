// Every method that another worker can call gets arguments that no worker should send: each is answered by a value or a code,
// never by an exception of its own making.
import { type Arbitrary, array, asyncProperty, constantFrom, oneof, record } from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { type Calls, createCalls } from '../../../src/rpc/calls.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { hashPassword } from '../../support/hasher.ts'
import { createPerson, type Person } from '../attack/scene.ts'
import { NO_LIMITS } from './no-limits.ts'
import { type Odd, oddField, oddJson, RIGHT, spoil } from './odd-values.ts'
import { hold, TIMEOUT_MILLISECONDS } from './replay.ts'

const RUNS = 20

/** What structured cloning lets through, or a caller in the same isolate. */
const NO_JSON: readonly unknown[] = [
  undefined,
  Number.NaN,
  10n,
  Symbol('x'),
  () => 'x',
  new Date(Number.NaN),
  new Map([['freshness', 'strict']]),
  new Uint8Array(3),
  Object.create(null),
]

type Method = (...args: readonly unknown[]) => Promise<unknown>

let app: TestApp
let calls: Calls
let person: Person
let people = 0

beforeAll(async () => {
  app = await startApp({ vars: NO_LIMITS })
  const open = () => ({
    auth: app.auth,
    log: (level: 'info' | 'warn' | 'error', event: string) => void app.log.push({ level, event, fields: {} }),
  })
  calls = createCalls(open, { caller: 'fuzz', rights: ['verify', 'login', 'users', 'sessions'] })
  await meetSomebody()
})

async function meetSomebody(): Promise<void> {
  people += 1
  person = await createPerson(app, `person ${people}`)
}

/** A method that is not here gets none. */
const ARGUMENTS: Readonly<Record<string, () => readonly unknown[] | Promise<readonly unknown[]>>> = {
  verifyPassword: async () => [PASSWORD, await hashPassword(PASSWORD, { ln: 4, r: 1, p: 1 }, new Uint8Array(16))],
  login: () => [person.email, PASSWORD],
  verifyToken: () => [person.access],
  authenticate: () => [person.access, { freshness: 'strict' }],
  getUser: () => [person.id],
  revokeSession: () => [person.sessionId],
}

const oddArgument: Arbitrary<Odd> = oneof(
  { weight: 3, arbitrary: constantFrom(RIGHT) },
  { weight: 3, arbitrary: oddField },
  oneof(constantFrom(...NO_JSON), record({ freshness: oddJson }, { noNullPrototype: true })).map(
    (value) => ({ is: 'odd', value }) as const,
  ),
)

it.each(Object.keys(createCalls(() => Promise.reject() as never, {})) as (keyof Calls)[])(
  '%s answers what is right, and whatever is odd by a value or a code',
  { timeout: TIMEOUT_MILLISECONDS },
  async (name) => {
    const property = asyncProperty(array(oddArgument, { minLength: 2, maxLength: 3 }), (oddness) => tryOne(name, oddness))
    await hold(RUNS, property, [[[RIGHT, RIGHT]]])
  },
)

async function tryOne(name: keyof Calls, oddness: readonly Odd[]): Promise<void> {
  const right = (await ARGUMENTS[name]?.()) ?? []
  const args = oddness.map((odd, index) =>
    odd.is === 'spoilt' ? spoil(textOf(right[index]), odd) : odd.is === 'right' ? right[index] : spoil(undefined, odd),
  )
  const logged = app.log.length
  const answer = await (calls[name] as Method)(...args).then(codeOf, (error: Error) => error.message)
  await app.settle()
  expect(answer).toMatch(/^(done|no|[a-z_]{3,30})$/)
  expect(['internal_error', 'unavailable', 'rate_limited']).not.toContain(answer)
  expect(app.log.slice(logged).filter(({ level }) => level === 'error')).toEqual([])
  if (oddness.every(({ is }) => is === 'right')) expect(answer, 'tell ARGUMENTS what is right').toBe('done')
  if (name === 'revokeSession' && answer === 'done') await meetSomebody()
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function codeOf(value: unknown): string {
  if (value === null || value === false) return 'no'
  return typeof value === 'object' && 'code' in value ? String(value.code) : 'done'
}
