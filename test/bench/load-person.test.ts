// That the load test would notice a wrong answer: what each kind of question may be answered, and what a person learns from it.
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../../bench/chance.ts'
import { type Act, checkAll, chooseAct, createPerson, type Kind, type Person, signIn } from '../../bench/load/person.ts'

const GRANT = JSON.stringify({ access_token: 'access', refresh_token: 'refresh' })
const answer = (status: number, text = GRANT, wait = '1') => ({ status, text, headers: { 'retry-after': wait } })

function signedIn(): Person {
  const person = createPerson(1, 'correct horse battery')
  signIn(person).take(answer(200), false)
  return person
}

/** The first act of this kind that chance comes up with. */
function actOf(kind: Kind, person: Person): Act {
  const chance = chanceOf(1)
  for (let count = 0; count < 2000; count += 1) {
    const act = chooseAct(structuredClone(person), chance)
    if (act.kind === kind) return act
  }
  throw new Error(`${kind} never came up`)
}

function withEnded(): Person {
  const person = signedIn()
  for (const session of person.sessions) session.state = 'ended'
  return person
}

describe('a person under load', () => {
  it.each<[Kind, readonly number[]]>([
    ['check', [200]],
    ['refresh', [200]],
    ['sign-in', [200]],
    ['mistype', [401, 429]],
    ['sign-out', [200]],
    ['check of an ended session', [401]],
  ])('takes for %s the answers %j, 503 only when the service may be busy, and no other', (kind, right) => {
    const person = kind === 'check of an ended session' ? withEnded() : signedIn()
    const take = (status: number, mayBeBusy: boolean) => actOf(kind, person).take(answer(status), mayBeBusy)
    const statuses = [200, 400, 401, 403, 404, 429, 500, 502, 503]
    expect(statuses.filter((status) => take(status, false) === null)).toEqual(right)
    expect(statuses.filter((status) => take(status, true) === null)).toEqual([...right, 503])
  })

  it('minds 429 and 503 that do not say how long to wait', () => {
    expect(actOf('sign-in', signedIn()).take(answer(503, '', ''), true)).toBe('sign-in: 503 without Retry-After')
    expect(actOf('mistype', signedIn()).take(answer(429, '', '0'), true)).toBe('mistype: 429 without Retry-After')
  })

  it('counts on nothing that 503 has left open', () => {
    const person = signedIn()
    const chance = chanceOf(1)
    let act = chooseAct(person, chance)
    while (act.kind !== 'refresh') act = chooseAct(person, chance)
    act.take(answer(503), true)
    expect(checkAll(person)).toEqual([])
    expect(chooseAct(person, chanceOf(2)).kind).toMatch(/sign-in|mistype/)
  })
})
