// What people may want to do, as fast-check draws it, and the command that comes of it once one knows what they hold.
import { type Arbitrary, constantFrom, nat, oneof, option, record } from 'fast-check'
import type { Command, Password, Person, World } from './model.ts'
import { PASSWORDS, PEOPLE, type Player } from './player.ts'

/** Counted from the newest one; `null`: the one that is right. */
type Pick = number
type Guess = Password | null

export type Wish =
  | { readonly do: 'register'; readonly who: Person; readonly password: Password }
  | { readonly do: 'verify'; readonly link: Pick }
  | { readonly do: 'login'; readonly who: Person; readonly guess: Guess }
  | { readonly do: 'refresh'; readonly session: Pick; readonly behind: number }
  | { readonly do: 'logout'; readonly session: Pick }
  | { readonly do: 'revoke all'; readonly session: Pick }
  | { readonly do: 'change password'; readonly session: Pick; readonly guess: Guess; readonly to: Password }
  | { readonly do: 'delete'; readonly session: Pick; readonly guess: Guess }
  | { readonly do: 'pass'; readonly seconds: number }

const who = constantFrom(...PEOPLE)
const password = constantFrom(...PASSWORDS)
const guess: Arbitrary<Guess> = option(password, { freq: 2 })
const pick = nat(3)
const name = <const T extends string>(...names: T[]) => constantFrom(...names)

/** To both sides of every edge: the grace, a password given lately, an access token, a link, a session, its longest life. */
const LENGTHS = [
  1,
  59,
  60,
  61,
  541,
  600,
  601,
  899,
  900,
  904,
  905,
  86_399,
  86_400,
  1_000_000,
  30 * 86_400 - 1,
  30 * 86_400,
  5_000_000,
]

const refreshing = record({ do: name('refresh'), session: pick, behind: oneof({ weight: 3, arbitrary: constantFrom(0) }, nat(2)) })
const passing = record({ do: name('pass'), seconds: oneof({ weight: 3, arbitrary: nat(120) }, constantFrom(...LENGTHS)) })

const WISHES = [
  { weight: 2, arbitrary: record({ do: name('register'), who, password }) },
  { weight: 3, arbitrary: record({ do: name('verify'), link: pick }) },
  { weight: 4, arbitrary: record({ do: name('login'), who, guess }) },
  { weight: 5, arbitrary: refreshing },
  { weight: 2, arbitrary: record({ do: name('logout'), session: pick }) },
  { weight: 1, arbitrary: record({ do: name('revoke all'), session: pick }) },
  { weight: 3, arbitrary: record({ do: name('change password'), session: pick, guess, to: password }) },
  { weight: 1, arbitrary: record({ do: name('delete'), session: pick, guess }) },
] as const

export const wishAtOnce: Arbitrary<Wish> = oneof(...WISHES)
export const wish: Arbitrary<Wish> = oneof(...WISHES, { weight: 4, arbitrary: passing })

/** How most stories begin, or little would happen in them. */
export const BEGINNING: readonly Wish[] = [
  { do: 'register', who: 'ada', password: PASSWORDS[0] ?? 'first password of all' },
  { do: 'verify', link: 0 },
  { do: 'login', who: 'ada', guess: null },
  { do: 'login', who: 'ada', guess: null },
]

/** @returns `null` where there is nothing yet that it could be about */
export function commandOf(wanted: Wish, id: string, world: World, { held, links }: Player): Command | null {
  if (wanted.do === 'pass' || wanted.do === 'register') return { ...wanted, name: id } as Command
  if (wanted.do === 'verify') {
    const link = choose([...links.keys()], wanted.link)
    return link === undefined ? null : { do: 'verify', link }
  }
  if (wanted.do === 'login') return { do: 'login', name: id, who: wanted.who, password: rightOf(world, wanted.who, wanted.guess) }
  const session = choose([...held.keys()], wanted.session)
  const mine = session === undefined ? undefined : held.get(session)
  if (session === undefined || !mine) return null
  if (wanted.do === 'refresh') return { do: 'refresh', session, counter: Math.max(0, mine.refresh.size - 1 - wanted.behind) }
  const mySession = { session, token: mine.access.at(-1)?.until ?? 0 }
  const owner = world.sessions[session]?.who ?? 'ada'
  if (wanted.do === 'logout' || wanted.do === 'revoke all') return { do: wanted.do, ...mySession }
  const known = rightOf(world, owner, wanted.guess)
  if (wanted.do === 'delete') return { do: 'delete', ...mySession, password: known }
  return { do: 'change password', ...mySession, from: known, to: wanted.to }
}

function choose<T>(values: readonly T[], fromTheEnd: Pick): T | undefined {
  return values.at(-1 - (fromTheEnd % Math.max(values.length, 1)))
}

function rightOf(world: World, person: Person, guessed: Guess): Password {
  return guessed ?? world.accounts[person] ?? PASSWORDS[0] ?? 'first password of all'
}
