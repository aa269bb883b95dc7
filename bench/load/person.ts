// Somebody who uses the service however busy it is: what they ask next, and which answers to it are right. Knows no time and no
// network.
import type { Chance } from '../chance.ts'
import type { Question, Reply } from '../request.ts'

export type Kind = 'check' | 'refresh' | 'sign-in' | 'mistype' | 'sign-out' | 'check of an ended session'

/** Of these 503 may always take the place, as long as more is asked than can be done. */
const RIGHT_ANSWERS: Readonly<Record<Kind, readonly number[]>> = {
  check: [200],
  refresh: [200],
  'sign-in': [200],
  mistype: [401, 429],
  'sign-out': [200],
  'check of an ended session': [401],
}

/** Out of a hundred. Few sign out, since few can sign in: a hash takes so much longer than all else. */
const MIX: readonly (readonly [Kind, number])[] = [
  ['check', 56],
  ['refresh', 25],
  ['sign-in', 10],
  ['mistype', 4],
  ['check of an ended session', 4],
  ['sign-out', 1],
]

interface Session {
  access: string
  refresh: string
  /** `unsure`: a refresh or sign-out was answered 503, so it may have been done or not. */
  state: 'live' | 'unsure' | 'ended'
}

export interface Person {
  readonly email: string
  readonly ip: string
  readonly password: string
  readonly sessions: Session[]
}

export interface Act {
  readonly kind: Kind
  readonly question: Question
  /** @returns what is wrong with the reply, or `null`; takes to heart what it says */
  take(reply: Reply, mayBeBusy: boolean): string | null
}

const PATH = '/api/v1/auth'
/** Wrong passwords all come from here, so that no limit of theirs keeps anybody out who knows theirs. */
const STRANGE_IP = '203.0.113.9'

export function createPerson(index: number, password: string): Person {
  const ip = `10.7.${Math.floor(index / 250)}.${index % 250}`
  return { email: `person${index}@example.com`, ip, password, sessions: [] }
}

/** By the mix, as far as the person has what it takes. */
export function chooseAct(person: Person, chance: Chance): Act {
  const wanted = kindAt(chance.whole(0, 100))
  const session = person.sessions.find(({ state }) => state === (wanted === 'check of an ended session' ? 'ended' : 'live'))
  if (wanted === 'mistype') return mistype(person)
  if (wanted === 'sign-in' || !session) return signIn(person)
  if (wanted === 'refresh') return refresh(person, session)
  if (wanted === 'sign-out') return signOut(person, session)
  return check(person, session, wanted)
}

function kindAt(place: number): Kind {
  let passed = 0
  for (const [kind, share] of MIX) {
    passed += share
    if (place < passed) return kind
  }
  return 'check'
}

/** Of every session, to see at the end that each is what it was said to be. */
export function checkAll(person: Person): readonly Act[] {
  return person.sessions
    .filter(({ state }) => state !== 'unsure')
    .map((session) => check(person, session, session.state === 'live' ? 'check' : 'check of an ended session'))
}

export function signIn(person: Person): Act {
  const { email, password, ip } = person
  return act('sign-in', ip, { method: 'POST', path: '/login', body: { email, password } }, ({ text }) => {
    const { access_token: access, refresh_token: token } = JSON.parse(text)
    person.sessions.push({ access, refresh: token, state: 'live' })
  })
}

function mistype({ email }: Person): Act {
  return act('mistype', STRANGE_IP, { method: 'POST', path: '/login', body: { email, password: 'wrong horse' } })
}

function check({ ip }: Person, { access }: Session, kind: Kind): Act {
  return act(kind, ip, { method: 'GET', path: '/me', token: access })
}

function refresh({ ip }: Person, session: Session): Act {
  const wish = { method: 'POST', path: '/refresh', body: { refresh_token: session.refresh } }
  session.state = 'unsure'
  return act('refresh', ip, wish, ({ text }) => {
    const { access_token: access, refresh_token: token } = JSON.parse(text)
    Object.assign(session, { access, refresh: token, state: 'live' })
  })
}

function signOut({ ip }: Person, session: Session): Act {
  session.state = 'unsure'
  return act('sign-out', ip, { method: 'POST', path: '/logout', token: session.access }, () => {
    session.state = 'ended'
  })
}

interface Wish {
  readonly method: string
  readonly path: string
  readonly body?: Readonly<Record<string, string>>
  readonly token?: string
}

function act(kind: Kind, ip: string, { method, path, body, token }: Wish, learn: (reply: Reply) => void = () => {}): Act {
  const headers = { 'CF-Connecting-IP': ip, ...(token !== undefined && { Authorization: `Bearer ${token}` }) }
  return {
    kind,
    question: { method, path: PATH + path, headers, ...(body && { body: JSON.stringify(body) }) },
    take(reply, mayBeBusy) {
      const { status, headers, text } = reply
      if (status === 200) learn(reply)
      const mustSayWhen = status === 429 || status === 503
      if (mustSayWhen && !/^[1-9]\d*$/.test(headers['retry-after'] ?? '')) return `${kind}: ${status} without Retry-After`
      const isRight = RIGHT_ANSWERS[kind].includes(status) || (mayBeBusy && status === 503)
      return isRight ? null : `${kind}: ${status} ${text.slice(0, 200)}`
    },
  }
}
