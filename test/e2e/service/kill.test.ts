// The short form of `npm run test:kill`, and that it would tell if something were lost.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chanceOf, makeSeed } from '../../../bench/chance.ts'
import { findHalfDone, findLost } from '../../../bench/kill/checks.ts'
import { createPerson, live } from '../../../bench/kill/person.ts'
import { runKillTest } from '../../../bench/kill/run.ts'
import { startServer } from '../../../bench/kill/server.ts'
import { bundleService } from '../../../bench/measure/modules.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

it('killed at random moments, the server loses nothing that it has acknowledged', async () => {
  const seed = makeSeed()
  const lines: string[] = []
  const { acknowledged, lost } = await runKillTest({ rounds: 3, seed, note: (line) => lines.push(line) })
  expect(lost, `seed ${seed}\n${lines.join('\n')}`).toEqual([])
  expect(acknowledged).toBeGreaterThan(0)
})

it('a server that has forgotten everything is told as losses, and one in disorder as half done', async () => {
  const directory = await temporaryDirectory()
  const modules = await bundleService(join(directory, 'bundle'))
  const server = await startServer(modules, join(directory, 'one'), true)
  const people = [1, 2, 3, 4].map(createPerson)
  try {
    for (const person of people) await live(person, server.ask, chanceOf(1).branch(person.email))
    const later = createPerson(5)
    await expect(live(later, server.ask, chanceOf(1)).then(() => later.acknowledged)).resolves.toBeGreaterThan(10)
    expect(await findHalfDone(server)).toEqual([])
    await server.rows(
      "INSERT INTO erasures (user_id, email, created_at) SELECT id, email, 1 FROM users WHERE email = 'person5@example.com'",
    )
    await server.rows('DELETE FROM username_claims')
    expect(await findHalfDone(server)).toEqual([
      'half done: an account whose username is not held',
      'half done: an account that is being erased, and there',
    ])
  } finally {
    await server.stop()
  }
  const forgetful = await startServer(modules, join(directory, 'another'), true)
  try {
    const alive = people.filter(({ account }) => account === 'confirmed')
    expect(alive.length).toBeGreaterThan(0)
    for (const person of alive) expect((await findLost(person, forgetful, '10.5.0.1')).join()).toContain('a password: of 1')
  } finally {
    await forgetful.stop()
  }
})
