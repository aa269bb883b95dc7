// The command that comes of a wish, once one knows what people hold.
import type { Command, Password, Person, World } from './model.ts'
import { PASSWORDS, type Player } from './player.ts'
import type { Guess, Pick, Wish } from './wishes.ts'

/** @returns `null` where there is nothing yet that it could be about */
export function commandOf(wanted: Wish, id: string, world: World, { held, links }: Player): Command | null {
  if (wanted.do === 'operate') return wanted
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
