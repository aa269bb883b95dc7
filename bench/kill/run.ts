// Rounds of: people use the server, it is killed at a random moment, it starts on the same state, and everything that it had
// acknowledged is asked for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Chance, chanceOf } from '../chance.ts'
import { bundleService, type Modules } from '../measure/modules.ts'
import { findHalfDone, findLost, isEnded } from './checks.ts'
import { createPerson, live, type Person, type Session } from './person.ts'
import { AnswerLost, type Server, startServer } from './server.ts'

export interface KillTest {
  readonly rounds: number
  readonly seed: number
  /** Hears what each round was like. */
  readonly note: (line: string) => void
}

export interface Outcome {
  readonly acknowledged: number
  readonly lost: readonly string[]
}

const CLIENTS = 8
/** The kill comes after so many acknowledgements at most, and so many milliseconds more. */
const MOST_ACKNOWLEDGEMENTS = 150
const MOST_MILLISECONDS_MORE = 30
/** For a machine that is too slow to get that far. */
const PATIENCE_MILLISECONDS = 5000

export async function runKillTest({ rounds, seed, note }: KillTest): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-kill-'))
  const numbers = { nextPerson: 0 }
  const ended: Session[] = []
  const lost: string[] = []
  let acknowledged = 0
  try {
    const modules = await bundleService(join(directory, 'bundle'))
    for (let round = 1; round <= rounds; round += 1) {
      const chance = chanceOf(seed).branch(`round ${round}`)
      const { people, broken } = await useAndKill(modules, directory, chance, numbers)
      const count = countAcknowledged(people)
      const found = [...broken, ...(await restartAndCheck(modules, directory, people, ended, round === rounds))]
      note(`round ${round}: ${people.length} people, killed after ${count} acknowledgements, ${found.length} lost`)
      for (const what of found) note(`  ${what}`)
      acknowledged += count
      lost.push(...found)
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return { acknowledged, lost }
}

async function useAndKill(modules: Modules, directory: string, chance: Chance, numbers: { nextPerson: number }) {
  const server = await startServer(modules, directory, numbers.nextPerson === 0)
  const people: Person[] = []
  const broken: string[] = []
  let isOver = false
  const client = async () => {
    while (!isOver) {
      const person = createPerson(numbers.nextPerson++)
      people.push(person)
      await live(person, server.ask, chance.branch(person.email)).catch((error: unknown) => {
        // An answer may be lost to the kill only.
        if (error instanceof AnswerLost && isOver) return
        broken.push(`${person.email}: ${error instanceof Error ? error.message : error}`)
      })
    }
  }
  const clients = Array.from({ length: CLIENTS }, client)
  await waitForMoment(people, chance)
  isOver = true
  await server.kill()
  await Promise.all(clients)
  return { people, broken }
}

async function waitForMoment(people: readonly Person[], chance: Chance): Promise<void> {
  const wanted = chance.whole(1, MOST_ACKNOWLEDGEMENTS)
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  while (countAcknowledged(people) < wanted && Date.now() < deadline) await sleep(1)
  await sleep(chance.whole(0, MOST_MILLISECONDS_MORE))
}

function countAcknowledged(people: readonly Person[]): number {
  return people.reduce((sum, { acknowledged }) => sum + acknowledged, 0)
}

/** @param ended sessions that ended in earlier rounds; those of this one are added */
async function restartAndCheck(modules: Modules, directory: string, people: readonly Person[], ended: Session[], isLast: boolean) {
  const server = await startServer(modules, directory, false)
  try {
    const lost = [...(await findHalfDone(server))]
    for (const [index, person] of people.entries())
      lost.push(...(await findLost(person, server, `10.3.${Math.floor(index / 250)}.${index % 250}`)))
    if (isLast) lost.push(...(await findRevived(ended, server)))
    ended.push(...people.flatMap(({ sessions }) => sessions.filter(({ state }) => state === 'ended')))
    return lost
  } finally {
    await server.stop()
  }
}

/** Nothing that ended comes back, however often the server has died since. */
async function findRevived(ended: readonly Session[], server: Server): Promise<readonly string[]> {
  const lost: string[] = []
  for (const session of ended)
    if (!(await isEnded(session, server, '10.4.0.1'))) lost.push(`session …${session.id.slice(-8)}: it is live again`)
  return lost
}
