// What an operation writes is what it costs: rows of D1, rows and values of Durable Objects, and alarms, each of which is billed as a row.
import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { interceptBindings } from '../../suites/faults/intercepted-bindings.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

interface Written {
  /** Index entries count as rows. */
  readonly d1: number
  readonly objects: number
  readonly alarms: number
}

type Method = (...args: never[]) => unknown

const restorers: (() => void)[] = []

/** All objects of a test run in this isolate, so that their storage can be watched at its prototypes. */
function watch(target: object, method: string, note: (result: unknown) => void): void {
  const prototype = Object.getPrototypeOf(target) as Record<string, Method>
  const original = prototype[method] as Method
  prototype[method] = function (this: unknown, ...args: never[]) {
    const result = original.apply(this, args)
    note(result)
    return result
  }
  restorers.push(() => {
    prototype[method] = original
  })
}

let [d1, values, alarms] = [0, 0, 0]
const cursors: SqlStorageCursor<never>[] = []

beforeEach(async () => {
  await runInDurableObject(BINDINGS.SESSION_LEDGER.getByName('watched'), (_, { storage }) => {
    watch(storage.sql, 'exec', (cursor) => cursors.push(cursor as SqlStorageCursor<never>))
    for (const method of ['put', 'delete']) {
      watch(storage.kv, method, () => {
        values += 1
      })
    }
    watch(storage, 'setAlarm', () => {
      alarms += 1
    })
  })
})

afterEach(() => {
  for (const restore of restorers.splice(0)) restore()
})

async function startCountedApp(): Promise<TestApp> {
  const written = (result: unknown) => (result as D1Result).meta?.rows_written ?? 0
  const bindings = interceptBindings(async (call, run) => {
    const result = await run()
    if (call.store === 'database')
      d1 += Array.isArray(result) ? result.reduce((sum, each) => sum + written(each), 0) : written(result)
    return result
  })
  return startApp({ bindings })
}

async function countRows(app: TestApp, operate: () => Promise<unknown>): Promise<Written> {
  await app.settle()
  ;[d1, values, alarms] = [0, 0, 0]
  cursors.length = 0
  await operate()
  // Objects go on behind their answers, with the copies that they owe to KV.
  for (let before = -1; before !== total(); ) {
    before = total()
    await app.settle()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { d1, objects: inObjects(), alarms }
}

const inObjects = () => values + cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
const total = () => d1 + inObjects() + alarms

describe('rows written', () => {
  it('by a refresh are one, without an alarm', async () => {
    const app = await startCountedApp()
    const { refresh_token } = await app.signIn(await app.createAccount())
    const refresh = () => app.v1('POST', '/refresh', { body: { refresh_token } })
    expect(await countRows(app, refresh)).toEqual({ d1: 0, objects: 1, alarms: 0 })
  })

  it('by a check of a token are none, at any freshness', async () => {
    const app = await startCountedApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    for (const freshness of ['token', 'edge', 'strict'] as const) {
      const check = () => app.auth.authenticate(token, freshness)
      expect(await countRows(app, check)).toEqual({ d1: 0, objects: 0, alarms: 0 })
    }
  })

  it('are pinned for every operation that people do often', async () => {
    const app = await startCountedApp()
    const email = 'ada@example.com'
    const written: Record<string, Written> = {}
    const note = async (name: string, operate: () => Promise<unknown>) => {
      written[name] = await countRows(app, operate)
    }
    const ip = anyAddress()
    const signIn = () => app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip })
    await note('register', () => app.v1('POST', '/register', { body: { email, username: 'ada', password: PASSWORD }, ip }))
    const token = await app.mailedToken(email)
    await note('confirm', () => app.v1('GET', `/verify-email?token=${token}`))
    await note('first sign-in', signIn)
    await note('sign-in', signIn)
    await note('wrong password', () => app.v1('POST', '/login', { body: { email, password: 'wrong password' }, ip }))
    await note('unknown address', () => app.v1('POST', '/login', { body: { email: 'x@example.com', password: PASSWORD }, ip }))
    const { access_token } = (await signIn()).body
    const body = { current_password: PASSWORD, new_password: 'quite another one' }
    await note('change password', () => app.v1('POST', '/change-password', { body, token: access_token, ip }))
    await note('sign out', () => app.v1('POST', '/logout', { token: access_token, ip }))
    expect(written).toEqual({
      register: { d1: 30, objects: 3, alarms: 1 },
      confirm: { d1: 21, objects: 0, alarms: 0 },
      'first sign-in': { d1: 12, objects: 14, alarms: 2 },
      'sign-in': { d1: 4, objects: 9, alarms: 1 },
      'wrong password': { d1: 4, objects: 3, alarms: 0 },
      'unknown address': { d1: 0, objects: 5, alarms: 1 },
      'change password': { d1: 19, objects: 19, alarms: 3 },
      'sign out': { d1: 4, objects: 3, alarms: 1 },
    })
  })
})
