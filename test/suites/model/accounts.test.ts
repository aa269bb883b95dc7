// The worker does what the model says, whatever is done in whatever order, one thing after the other and at once.
import { array, asyncProperty, constantFrom, nat, scheduler } from 'fast-check'
import { expect, it } from 'vitest'
import { distinct, type Outcome, outcomesOf } from './at-once.ts'
import { commandOf } from './commands.ts'
import { type Answer, type Command, newWorld, type World } from './model.ts'
import { expectedOf, type Observation, type Player, startPlayer } from './player.ts'
import { hold, TIMEOUT_MILLISECONDS } from './replay.ts'
import type { Turns } from './turns.ts'
import { BEGINNING, type Wish, wishes, wishesAtOnce } from './wishes.ts'

const RUNS = 20

/** No request makes more store calls than that, with what else is under way. */
const held = array(nat(24), { minLength: 1, maxLength: 6, size: 'max' })
const isBegun = constantFrom(false, true, true, true)

/** Each step is a list of what is wished for at once. */
async function tell(steps: readonly (readonly Wish[])[], turns: Turns | null): Promise<void> {
  const player = await startPlayer()
  let worlds: readonly World[] = [newWorld(player.now())]
  for (const [at, wished] of steps.entries()) {
    const known = worlds[0] ?? newWorld(0)
    const batch = wished.flatMap((each, index) => commandOf(each, `${each.do} ${at}.${index}`, known, player) ?? [])
    if (batch.length > 0) worlds = await step(player, worlds, batch, turns)
  }
}

/** @returns the worlds that are left: of commands at once, it may be that two orders cannot be told apart yet */
async function step(player: Player, worlds: readonly World[], batch: readonly Command[], turns: Turns | null): Promise<World[]> {
  const outcomes = outcomesOf(worlds, batch)
  const answers = await player.play(batch, batch.length > 1 ? turns : null)
  const seen = await player.observe()
  const told = (outcome: Outcome) => say(batch, outcome.answers, expectedOf(outcome.world, player.held))
  const left = outcomes.filter((outcome) => told(outcome) === say(batch, answers, seen))
  if (left.length === 0) {
    const allowed = distinct(outcomes.map(told))
    expect(say(batch, answers, seen), `after ${JSON.stringify(batch)}, none of ${allowed.length} outcomes`).toBe(allowed[0])
  }
  return distinct(left.map(({ world }) => ({ ...world, mails: [] })))
}

/** In lines, so that a difference is seen as one. */
function say(batch: readonly Command[], answers: readonly Answer[], seen: Observation): string {
  const isAlone = batch.length === 1
  const isErased =
    !isAlone && batch.some((command) => command.do === 'delete' || (command.do === 'operate' && command.act === 'delete'))
  return JSON.stringify(
    {
      ...seen,
      answers: answers.map(isAlone ? (answer) => answer : (answer) => sayAtOnce(answer)),
      // What had not been sent when its account was deleted is not sent any more.
      mails: isErased ? [] : seen.mails,
    },
    null,
    1,
  )
}

/**
 * Who is refused at once with others may learn either reason; a session that begins between being counted and being ended is ended
 * without being counted; and one whose account is deleted before it begins is born dead, with a token of a short life.
 */
function sayAtOnce({ status, counter }: Answer): Answer {
  return { status, ...(counter !== undefined && { counter }) }
}

it('does what the model says, one thing after the other', { timeout: TIMEOUT_MILLISECONDS }, async () => {
  const property = asyncProperty(isBegun, wishes, (begin, story) => {
    const steps = [...(begin ? BEGINNING : []), ...story].map((each) => [each])
    return tell(steps, null)
  })
  await hold(RUNS, property)
})

it('does what the model says in some order when things are done at once', { timeout: TIMEOUT_MILLISECONDS }, async () => {
  const property = asyncProperty(isBegun, wishesAtOnce, held, scheduler(), (begin, story, calls, order) => {
    const steps = [...(begin ? BEGINNING.map((each) => [each]) : []), ...story]
    return tell(steps, { order, held: calls })
  })
  await hold(RUNS, property)
})
