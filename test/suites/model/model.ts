// What an account's owner may expect, as one pure function: every rule about links, passwords, sessions and time that the
// contract promises, and nothing of how it is kept. The worker is held against it, so no line here may come from src/.

export type Person = 'ada' | 'bob'
export type Password = 'first password of all' | 'second choice of words' | 'third time is a charm'

const MINUTE = 60
const DAY = 86_400
/** As they are where nothing is configured. */
const LIVES = { access: 15 * MINUTE, session: 30 * DAY, longest: 90 * DAY, link: DAY, recent: 10 * MINUTE }
/** The clocks of two machines may differ by so much. */
const TOLERANCE = 5

export interface World {
  now: number
  links: Record<string, { who: Person; password: Password; until: number; state: 'live' | 'spent' | 'dead' }>
  accounts: Partial<Record<Person, Password>>
  disabled: Person[]
  sessions: Record<string, Session>
  mails: { to: Person; what: 'verify' | 'has account' | 'password changed' | 'deleted' }[]
}

interface Session {
  who: Person
  ended: boolean
  since: number
  until: number
  /** Of the newest refresh token. */
  counter: number
}

/** In a session: with an access token of its own that lives until `token`. Links and sessions have the name of what made them. */
interface InSession {
  readonly session: string
  readonly token: number
  /** Its session was looked at before something else ended it: for commands at once. */
  readonly wasLive?: true
}

export type Command =
  | { readonly do: 'register'; readonly name: string; readonly who: Person; readonly password: Password }
  | { readonly do: 'verify'; readonly link: string }
  | { readonly do: 'login'; readonly name: string; readonly who: Person; readonly password: Password }
  | { readonly do: 'refresh'; readonly session: string; readonly counter: number }
  | ({ readonly do: 'logout' } & InSession)
  | ({ readonly do: 'revoke all' } & InSession)
  | ({ readonly do: 'change password'; readonly from: Password; readonly to: Password } & InSession)
  | ({ readonly do: 'delete'; readonly password: Password } & InSession)
  /** The operator's: on whoever has an account by then. `to` is for a password that is set. */
  | { readonly do: 'operate'; readonly act: OperatorAct; readonly who: Person; readonly to: Password }
  | { readonly do: 'pass'; readonly seconds: number }

export type OperatorAct = 'disable' | 'enable' | 'sign-out' | 'set-password' | 'delete'

export interface Answer {
  readonly status: number
  readonly code?: string
  /** What is granted: a refresh token with this counter, an access token that lives so long. */
  readonly counter?: number
  readonly until?: number
  /** How many sessions were ended. */
  readonly revoked?: number
}

export const newWorld = (now: number): World => ({ now, links: {}, accounts: {}, disabled: [], sessions: {}, mails: [] })

export const isLive = ({ now, accounts }: World, session: Session) =>
  !session.ended && accounts[session.who] !== undefined && now < session.until

/** An access token says until when it lives, and counts a little longer. */
export const isValid = ({ now }: World, until: number) => now < until + TOLERANCE

const refused = (status: number, code: string): Answer => ({ status, code })

/** What is answered, and the world after it. */
export function obey(before: World, command: Command): [Answer, World] {
  const world = structuredClone(before)
  return [RULES[command.do](world, command as never), world]
}

type Rules = { [Name in Command['do']]: (world: World, command: Extract<Command, { do: Name }>) => Answer }

const RULES: Rules = {
  register(world, { name, who, password }) {
    const hasAccount = world.accounts[who] !== undefined
    if (!hasAccount) world.links[name] = { who, password, until: world.now + LIVES.link, state: 'live' }
    world.mails.push({ to: who, what: hasAccount ? 'has account' : 'verify' })
    return { status: 201 }
  },
  verify(world, { link: name }) {
    const link = world.links[name]
    if (!link || link.state === 'dead' || world.now >= link.until) return refused(400, 'invalid_token')
    if (link.state === 'live') {
      killLinks(world, link.who)
      link.state = 'spent'
      world.accounts[link.who] = link.password
    }
    return { status: 200 }
  },
  login(world, { name, who, password }) {
    if (world.accounts[who] !== password) return refused(401, 'invalid_credentials')
    if (world.disabled.includes(who)) return refused(403, 'account_disabled')
    const { now } = world
    const session = { who, ended: false, since: now, until: now + LIVES.session, counter: 0 }
    world.sessions[name] = session
    return granted(world, session)
  },
  refresh(world, { session: name, counter }) {
    const session = world.sessions[name]
    if (!session || !isLive(world, session)) return refused(401, 'invalid_token')
    // Everybody here asks from one device, to which a lost answer is given again however late.
    const isRepeated = counter === session.counter - 1
    if (counter === session.counter) {
      session.counter += 1
      session.until = Math.min(world.now + LIVES.session, session.since + LIVES.longest)
    } else if (!isRepeated) {
      session.ended = true
      return refused(401, 'token_reused')
    }
    return granted(world, session)
  },
  logout(world, { session: name }) {
    const session = world.sessions[name]
    if (!session) return refused(401, 'invalid_token')
    // By an expired token, too; and whoever lost the answer is told the same again.
    session.ended = true
    return { status: 200 }
  },
  'revoke all'(world, command) {
    const session = sessionOf(world, command)
    if (!session) return refused(401, 'invalid_token')
    return { status: 200, revoked: endSessions(world, session.who) }
  },
  'change password'(world, command) {
    const session = sessionOf(world, command)
    if (!session) return refused(401, 'invalid_token')
    if (command.from === command.to) return refused(400, 'invalid_request')
    if (world.accounts[session.who] !== command.from) return refused(401, 'invalid_credentials')
    world.accounts[session.who] = command.to
    endSessions(world, session.who, session)
    world.mails.push({ to: session.who, what: 'password changed' })
    return { status: 200 }
  },
  delete(world, command) {
    const session = sessionOf(world, command)
    if (!session) return refused(401, 'invalid_token')
    if (world.now - session.since > LIVES.recent) return refused(403, 'reauthentication_required')
    if (world.accounts[session.who] !== command.password) return refused(401, 'invalid_credentials')
    endSessions(world, session.who)
    killLinks(world, session.who)
    delete world.accounts[session.who]
    world.mails.push({ to: session.who, what: 'deleted' })
    return { status: 200 }
  },
  operate(world, { act, who, to }) {
    if (world.accounts[who] === undefined) return refused(404, 'not_found')
    if (act !== 'enable') endSessions(world, who)
    // The link that made the account is one of its links: it says no more that it was used.
    if (act !== 'sign-out') for (const link of linksOf(world, who)) if (link.state === 'spent') link.state = 'dead'
    if (act === 'enable' || act === 'delete') world.disabled = world.disabled.filter((each) => each !== who)
    if (act === 'disable' && !world.disabled.includes(who)) world.disabled.push(who)
    if (act === 'set-password') {
      world.accounts[who] = to
      world.mails.push({ to: who, what: 'password changed' })
    }
    if (act === 'delete') {
      killLinks(world, who)
      delete world.accounts[who]
    }
    return { status: 200 }
  },
  pass(world, { seconds }) {
    world.now += seconds
    return { status: 200 }
  },
}

function granted({ now }: World, { counter, until }: Session): Answer {
  return { status: 200, counter, until: Math.min(now + LIVES.access, until) }
}

function sessionOf(world: World, { session: name, token, wasLive }: InSession): Session | null {
  const session = world.sessions[name]
  if (!session || world.accounts[session.who] === undefined || !isValid(world, token)) return null
  return wasLive || isLive(world, session) ? session : null
}

function endSessions(world: World, who: Person, kept?: Session): number {
  const ended = Object.values(world.sessions).filter((session) => session.who === who && session !== kept && isLive(world, session))
  for (const session of ended) session.ended = true
  return ended.length
}

function killLinks(world: World, who: Person): void {
  for (const link of linksOf(world, who)) link.state = 'dead'
}

function linksOf({ links }: World, who: Person) {
  return Object.values(links).filter((link) => link.who === who)
}
