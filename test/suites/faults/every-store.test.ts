// A whole store that is slow or overloaded, for each operation in turn.
import { describe, expect, it } from 'vitest'
import { startApp } from '../../support/harness.ts'
import { breakableBindings, type StoreName } from './intercepted-bindings.ts'
import { OPERATIONS } from './operations.ts'
import { tryBroken } from './trial.ts'

const STORES: readonly StoreName[] = ['database', 'ledger', 'limiter', 'copies']

describe.each(OPERATIONS)('%s', { timeout: 60_000 }, (_, operation) => {
  it.each(['is slow', 'is overloaded'] as const)('while any one store %s', async (fault) => {
    const { bindings, fault: state } = breakableBindings()
    let isHit = false
    const app = await startApp({ bindings, vars: { STORE_TIMEOUT_MS: '100' } })
    await app.signIn(await app.createAccount())
    Object.assign(state, { how: fault, matches: () => (isHit = true) })
    const outages = new Set<StoreName>()
    for (const store of STORES) {
      isHit = false
      const reply = await tryBroken(app, operation, {
        fault,
        break: () => {
          state.store = store
        },
        heal() {
          state.store = null
          return isHit ? store : null
        },
      })
      if (reply?.status === 503) outages.add(store)
    }
    expect(outages.size).toBeGreaterThan(0)
    expect(outages).not.toContain('copies')
  })
})
