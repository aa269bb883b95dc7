// What may come of commands at once: what comes of them in some order. Few enough are at once that all orders are tried.
import { type Answer, type Command, isLive, obey, type World } from './model.ts'

export interface Outcome {
  /** In the order of the batch, in whichever order they came about. */
  readonly answers: readonly Answer[]
  readonly world: World
}

type Act = (world: World) => [Answer, World]

/** Every outcome that the model allows from any of these worlds. One command has one outcome. */
export function outcomesOf(worlds: readonly World[], batch: readonly Command[]): Outcome[] {
  return worlds.flatMap((start) => ordersOf(batch.map((_, index) => index)).flatMap((order) => inOrder(start, batch, order)))
}

/** Told apart by what they say and nothing else. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

function inOrder(start: World, batch: readonly Command[], order: readonly number[]): Outcome[] {
  let outcomes: Outcome[] = [{ answers: [], world: start }]
  for (const index of order) {
    outcomes = outcomes.flatMap(({ answers, world }) =>
      waysOf(start, batch, index).map((act) => {
        const [answer, next] = act(world)
        return { answers: Object.assign([...answers], { [index]: answer }), world: next }
      }),
    )
  }
  return outcomes
}

/** A command as the model has it, and where others are under way what else is right. */
function waysOf(start: World, batch: readonly Command[], index: number): Act[] {
  const command = batch[index]
  if (!command) return []
  const ways: Act[] = [(world) => obey(world, command)]
  if (batch.length === 1 || !('session' in command)) return ways
  const session = start.sessions[command.session]
  // Who asks for it is looked at first, and what a logout or another such call does in between takes nothing back. All others
  // that change an account are guarded by its epoch, so that for them there is no in between.
  if (command.do === 'revoke all' && session && isLive(start, session)) {
    ways.push((world) => obey(world, { ...command, wasLive: true }))
  }
  return ways
}

function ordersOf(indices: readonly number[]): number[][] {
  if (indices.length <= 1) return [[...indices]]
  return indices.flatMap((first) => ordersOf(indices.filter((index) => index !== first)).map((rest) => [first, ...rest]))
}
