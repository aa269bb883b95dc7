// Requests at once, of which one store call at a time goes on: whose it is, chance decides, so that a race runs the same way
// again with the same seed, and finds its way into gaps that are narrow otherwise.
import type { Scheduler } from 'fast-check'
import type { StoreCall } from '../faults/intercepted-bindings.ts'
import { interceptBindings } from '../faults/intercepted-bindings.ts'

/** fast-check's, which shrinks the order and prints it. */
export type Turns = Scheduler

export function startTurns() {
  let order: Turns | null = null
  let underWay: Promise<unknown> = Promise.resolve()

  const bindings = interceptBindings(async (call, run) => {
    if (!order) return run()
    await order.schedule(Promise.resolve(), labelOf(call))
    const work = run()
    underWay = work.catch(() => {})
    return work
  })

  /** Asks all at once, and gives one call after the other its turn until all are answered. */
  async function take<T>(turns: Turns, asked: readonly (() => Promise<T>)[]): Promise<T[]> {
    order = turns
    let isDone = false
    const answers = Promise.all(asked.map((ask) => ask())).finally(() => {
      isDone = true
    })
    while (!isDone || turns.count() > 0) {
      await quiet()
      if (turns.count() > 0) await turns.waitNext(1)
      await underWay
    }
    order = null
    return answers
  }

  return { bindings, take }
}

/** Until everybody who is not waiting for a turn has come to where one is needed. */
async function quiet(): Promise<void> {
  for (let round = 0; round < 2; round += 1) await new Promise((resolve) => setTimeout(resolve, 0))
}

function labelOf({ store, method, text }: StoreCall): string {
  return `${store} ${method} ${text.trim().replace(/\s+/g, ' ').slice(0, 50)}`
}
