// Each call to a store that each operation makes, spoilt in turn: refused before anything happens, and done with the answer lost.
import { describe, expect, it } from 'vitest'
import { adminOpenApiDocument, openApiDocument } from '../../../tools/build/openapi.ts'
import { startApp, type TestApp } from '../../support/harness.ts'
import { type Fault, type StoreName, spoilableBindings } from './intercepted-bindings.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { sweep, tryBroken } from './trial.ts'

interface World {
  readonly app: TestApp
  readonly stores: ReturnType<typeof spoilableBindings>
}

/** @returns which store was hit and what became of it, or `null` when the operation makes fewer calls */
async function tryWithout({ app, stores }: World, operation: Operation, nth: number, fault: Fault) {
  let store: StoreName | undefined
  const reply = await tryBroken(app, operation, {
    fault,
    break: () => stores.spoil(nth, fault),
    heal() {
      const call = stores.heal()
      store = call?.store
      return call && `call ${nth}, ${call.store} ${call.method} ${call.text.trim().slice(0, 60)}`
    },
  })
  return reply && store ? { reply, store } : null
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
      if (trial.reply.status === 503) outages.add(trial.store)
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

describe('the tables of operations', () => {
  const FACES = [
    ['/api/v1/auth/', '/'],
    ['/api/stable/auth/', 'stable/'],
    ['/auth/', 'cookie/'],
    ['/api/admin/v1/', 'admin/'],
  ] as const

  it('have every operation that is documented and needs a store', () => {
    const named = new Set(OPERATIONS.map(([name]) => name.split(',')[0]))
    const paths = { ...(openApiDocument().paths as object), ...(adminOpenApiDocument().paths as object) }
    const documented = Object.entries<object>(paths).flatMap(([path, item]) => {
      const [prefix, face] = FACES.find(([start]) => path.startsWith(start)) ?? []
      if (prefix === undefined) return []
      const place = face + path.slice(prefix.length).replace(/\{(\w+)\}/g, ':$1')
      return Object.keys(item).map((method) => `${method.toUpperCase()} ${place}`)
    })
    expect(documented.length).toBeGreaterThan(50)
    // Signing out by GET is the same as by DELETE.
    expect(documented.filter((operation) => !named.has(operation))).toEqual(['GET stable/logout'])
  })
})
