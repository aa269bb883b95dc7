// What people may want to do, as fast-check draws it: at random, to both sides of every moment that changes something, and in pairs
// that cannot both have it. A wish names nothing: whose session it is about is counted from the newest one.
import { type Arbitrary, array, constantFrom, nat, oneof, option, record as recordOf, tuple } from 'fast-check'
import type { OperatorAct, Password, Person } from './model.ts'
import { PASSWORDS, PEOPLE } from './player.ts'

/** Counted from the newest one. */
export type Pick = number
/** `null`: the one that is right. */
export type Guess = Password | null

export type Wish =
  | { readonly do: 'register'; readonly who: Person; readonly password: Password }
  | { readonly do: 'verify'; readonly link: Pick }
  | { readonly do: 'login'; readonly who: Person; readonly guess: Guess }
  | { readonly do: 'refresh'; readonly session: Pick; readonly behind: number }
  | { readonly do: 'logout'; readonly session: Pick }
  | { readonly do: 'revoke all'; readonly session: Pick }
  | { readonly do: 'change password'; readonly session: Pick; readonly guess: Guess; readonly to: Password }
  | { readonly do: 'delete'; readonly session: Pick; readonly guess: Guess }
  | { readonly do: 'operate'; readonly act: OperatorAct; readonly who: Person; readonly to: Password }
  | { readonly do: 'pass'; readonly seconds: number }

/** Mostly one of them, so that things meet; the other is there to be left alone. */
const who = oneof({ weight: 3, arbitrary: constantFrom(PEOPLE[0] ?? 'ada') }, constantFrom(...PEOPLE))
const password = constantFrom(...PASSWORDS)
const guess: Arbitrary<Guess> = oneof({ weight: 2, arbitrary: constantFrom(null) }, password)
/** Mostly the newest one: things go wrong where one comes back to the same again and again. */
const pick = oneof({ weight: 2, arbitrary: constantFrom(0) }, nat(3))
const name = <const T extends string>(...names: T[]) => constantFrom(...names)

const ACTS: readonly OperatorAct[] = ['disable', 'enable', 'enable', 'sign-out', 'set-password', 'delete']

/** Without prototypes of none, which only make what is printed longer. */
const record = <T>(parts: { [Key in keyof T]: Arbitrary<T[Key]> }) => recordOf<T>(parts, { noNullPrototype: true })

const refreshing = record({ do: name('refresh'), session: pick, behind: constantFrom(0, 0, 0, 1, 2) })
const registering = record({ do: name('register'), who, password })
const verifying = record({ do: name('verify'), link: pick })
const signingIn = record({ do: name('login'), who, guess })
const signingOut = record({ do: name('logout'), session: pick })
const revoking = record({ do: name('revoke all'), session: pick })
const changing = record({ do: name('change password'), session: pick, guess, to: password })
const deleting = record({ do: name('delete'), session: pick, guess })

const operating = record({ do: name('operate'), act: constantFrom(...ACTS), who, to: password })

const wish: Arbitrary<Wish> = oneof(
  { weight: 2, arbitrary: registering },
  { weight: 2, arbitrary: verifying },
  { weight: 3, arbitrary: signingIn },
  { weight: 8, arbitrary: refreshing },
  { weight: 2, arbitrary: signingOut },
  { weight: 1, arbitrary: revoking },
  { weight: 3, arbitrary: changing },
  { weight: 1, arbitrary: deleting },
  { weight: 2, arbitrary: operating },
)

/** More of what gets into the way of others. */
const wishAtOnce: Arbitrary<Wish> = oneof(
  { weight: 1, arbitrary: registering },
  { weight: 1, arbitrary: verifying },
  { weight: 4, arbitrary: signingIn },
  { weight: 4, arbitrary: refreshing },
  { weight: 2, arbitrary: signingOut },
  { weight: 2, arbitrary: revoking },
  { weight: 4, arbitrary: changing },
  { weight: 1, arbitrary: deleting },
  { weight: 2, arbitrary: operating },
)

const MINUTE = 60
const DAY = 86_400

interface Rule {
  readonly first: readonly Wish[]
  /** To both sides of the moment from which on it is another matter. */
  readonly waits: readonly number[]
  readonly after: Wish
}

const register = { do: 'register', who: 'ada', password: PASSWORDS[0] ?? 'first password of all' } as const
const signIn: Wish = { do: 'login', who: 'ada', guess: null }
const refresh = { do: 'refresh', session: 0, behind: 0 } as const
const month: Wish = { do: 'pass', seconds: 29 * DAY }

/** Everything that time changes: a link, a password given lately, an access token, the grace, a session, its longest life. */
const RULES: readonly Rule[] = [
  // By somebody who has no account yet, as far as one can tell here.
  { first: [{ ...register, who: 'bob' }], waits: [DAY - 1, DAY], after: { do: 'verify', link: 0 } },
  { first: [signIn], waits: [10 * MINUTE, 10 * MINUTE + 1], after: { do: 'delete', session: 0, guess: null } },
  { first: [signIn], waits: [899, 900, 904, 905], after: { do: 'logout', session: 0 } },
  { first: [refresh], waits: [59, 60, 61], after: { do: 'refresh', session: 0, behind: 1 } },
  { first: [refresh], waits: [30 * DAY - 1, 30 * DAY], after: refresh },
  { first: [signIn, month, refresh, month, refresh, month, refresh], waits: [3 * DAY - 1, 3 * DAY], after: refresh },
]

const passing = record({ do: name('pass'), seconds: constantFrom(1, ...RULES.flatMap(({ waits }) => waits)) })

const atTheEdge: Arbitrary<readonly Wish[]> = constantFrom(...RULES).chain(({ first, waits, after }) =>
  constantFrom(...waits).map((seconds) => [...first, { do: 'pass', seconds }, after]),
)

/** What is wished for one after the other. */
export const wishes: Arbitrary<readonly Wish[]> = array(
  oneof(
    { weight: 24, arbitrary: wish.map((each) => [each]) },
    { weight: 3, arbitrary: passing.map((each) => [each]) },
    { weight: 3, arbitrary: atTheEdge },
  ),
  { maxLength: 25, size: 'max' },
).map((parts) => parts.flat())

const change = (to: Password): Wish => ({ do: 'change password', session: 0, guess: null, to })
const signOut: Wish = { do: 'logout', session: 0 }
const revokeAll: Wish = { do: 'revoke all', session: 0 }
const remove: Wish = { do: 'delete', session: 0, guess: null }
const verify: Wish = { do: 'verify', link: 0 }
const operate = (act: OperatorAct): Wish => ({ do: 'operate', act, who: 'ada', to: 'third time is a charm' })

/** The pairs of which whoever breaks in would like both to come true. */
const RIVALS: readonly (readonly Wish[])[] = [
  [refresh, refresh],
  [refresh, { ...refresh, behind: 1 }],
  [refresh, signOut],
  [refresh, revokeAll],
  [refresh, change('second choice of words')],
  [signIn, change('third time is a charm')],
  [signIn, revokeAll],
  [signIn, remove],
  [change('second choice of words'), change('third time is a charm')],
  [change('second choice of words'), revokeAll],
  [change('second choice of words'), remove],
  [remove, refresh],
  [remove, register],
  [register, { ...register, password: 'second choice of words' }],
  [signIn, operate('disable')],
  [signIn, operate('sign-out')],
  [refresh, operate('set-password')],
  [change('second choice of words'), operate('set-password')],
  [remove, operate('delete')],
  [register, operate('delete')],
  [operate('disable'), operate('enable')],
  [verify, verify],
  [verify, { ...verify, link: 1 }],
  [verify, register],
]

type Steps = readonly (readonly Wish[])[]

/** So that there is an account with a session to race for, mostly, and one whose tokens were used already, sometimes. */
const preludes: Arbitrary<Steps> = constantFrom(
  [[signIn]],
  [[signIn]],
  [[signIn], [refresh]],
  [[register], [verify], [signIn]],
  [[register], [register]],
)

/** What is wished for at once, each time after something that makes it matter; nothing else happens while time passes. */
export const wishesAtOnce: Arbitrary<Steps> = array(
  tuple(
    preludes,
    option(passing, { freq: 6 }),
    oneof(constantFrom(...RIVALS), array(wishAtOnce, { minLength: 2, maxLength: 3 })),
  ).map(([prelude, wait, race]) => [...prelude, ...(wait ? [[wait]] : []), race]),
  { minLength: 2, maxLength: 6, size: 'max' },
).map((rounds) => rounds.flat())

/** How most stories begin, or little would happen in them. */
export const BEGINNING: readonly Wish[] = [register, { do: 'verify', link: 0 }, signIn, signIn]
