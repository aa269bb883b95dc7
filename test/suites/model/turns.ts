// Requests at once, of which one store call at a time goes on, and one call only when nobody else can: which ones, chance decides,
// so that a race runs the same way again with the same seed, and finds its way into gaps that are narrow otherwise.
import type { Scheduler } from 'fast-check'
import { interceptBindings, type StoreCall } from '../faults/intercepted-bindings.ts'

export interface Turns {
  /** fast-check's, which shrinks the order and prints it. */
  readonly order: Scheduler
  /** Which call of each race is held, counted from 1 as they come; 0 is none. Taken round and round. */
  readonly held: readonly number[]
}

export function startTurns() {
  let order: Scheduler | null = null
  let [calls, held, races] = [0, 0, 0]
  let release: (() => void) | null = null
  let underWay: Promise<unknown> = Promise.resolve()

  const bindings = interceptBindings(async (call, run) => {
    if (!order) return run()
    calls += 1
    if (calls === held) {
      await new Promise<void>((resolve) => {
        release = resolve
      })
    } else {
      await order.schedule(Promise.resolve(), labelOf(call))
    }
    const work = run()
    underWay = work.catch(() => {})
    return work
  })

  /** Asks all at once, and gives one call after the other its turn until all are answered. */
  async function take<T>(turns: Turns, asked: readonly (() => Promise<T>)[]): Promise<T[]> {
    order = turns.order
    ;[calls, held] = [0, turns.held[races % turns.held.length] ?? 0]
    races += 1
    let isDone = false
    const answers = Promise.all(asked.map((ask) => ask())).finally(() => {
      isDone = true
    })
    // Looked at below, when the others have come to an end too.
    answers.catch(() => {})
    while (!isDone || order.count() > 0 || release) {
      await quiet(2)
      if (order.count() === 0 && release) await quiet(10)
      if (order.count() > 0) await order.waitNext(1)
      else if (release) {
        release()
        release = null
      }
      await underWay
    }
    order = null
    return answers
  }

  return { bindings, take }
}

/** Until everybody who is not waiting for a turn has come to where one is needed. */
async function quiet(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise((resolve) => setTimeout(resolve, 0))
}

function labelOf({ store, method, text }: StoreCall): string {
  return `${store} ${method} ${text.trim().replace(/\s+/g, ' ').slice(0, 50)}`
}
