// Every class of attack with all its cases, against the real worker: each is answered as it says, and changes nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../support/fixtures.ts'
import { ADVISORIES } from './advisories.ts'
import type { Attack, Outcome, Verdict } from './attack.ts'
import { CLASSES } from './classes.ts'
import { type Scene, startScene, worldOf } from './scene.ts'
import { tryAttack } from './try-attack.ts'

const DENIALS: readonly Verdict[] = ['invalid', 'refused', 'forbidden', 'missing']

describe.each(CLASSES)('$name', ({ cases, vars }) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene(vars)
  })

  it.each(cases.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    const before = attack.changes ? null : await worldOf(scene)
    const outcomes = await tryAttack(scene, attack)
    expectAnswers(outcomes, attack)
    await attack.holds?.(scene, outcomes)
    if (before) expect(await worldOf(scene)).toEqual(before)
    const admins = await rows<{ id: string }>(`SELECT id FROM users WHERE permissions <> '[]'`)
    expect(admins).toEqual([{ id: scene.admin.id }])
  })
})

function expectAnswers(outcomes: readonly Outcome[], { answer, atOnce }: Attack): void {
  // An attack that tries nothing proves nothing.
  expect(outcomes.length).toBeGreaterThan(0)
  const verdicts = outcomes.map(({ verdict }) => verdict)
  if (typeof answer === 'string') {
    const others = outcomes.filter(({ verdict, tried }) => !allowedTo(answer, tried).includes(verdict))
    expect(others.map(({ tried, verdict }) => `${tried}: ${verdict}`)).toEqual([])
  } else {
    expect(atOnce ? verdicts.sort() : verdicts).toEqual(atOnce ? [...answer].sort() : answer)
  }
}

function allowedTo(answer: Verdict | 'denied' | 'ended', tried: string): readonly Verdict[] {
  if (answer === 'denied') return DENIALS
  if (answer !== 'ended') return [answer]
  return tried.startsWith('GET /api/stable/') ? ['refused', 'forbidden'] : ['refused']
}

describe('the suite', () => {
  const cases = CLASSES.flatMap((each) => each.cases)

  it('has at least 150 cases, each with a name of its own in its class', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150)
    for (const each of CLASSES) expect(new Set(each.cases.map(({ name }) => name)).size).toBe(each.cases.length)
  })

  it('has a case for every published advisory that applies, and names no other', () => {
    const named = new Set(cases.flatMap(({ advisories = [] }) => advisories))
    const applying = Object.entries(ADVISORIES).flatMap(([id, { applies }]) => (applies ? [id] : []))
    expect([...named].sort()).toEqual(applying.sort())
  })
})
