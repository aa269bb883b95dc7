// A person who uses the server while it is killed, and keeps account of what it has acknowledged. Whatever is under way when the
// answer is lost is noted as unsure before it is asked for, so that only an acknowledgement can be lost.
import type { Chance } from '../chance.ts'
import type { Reply, Server } from './server.ts'

/** `unsure`: asked for, and no answer. */
export type Account = 'none' | 'unsure' | 'registered' | 'confirmed' | 'deletion unsure' | 'deleted'

export interface Session {
  state: 'live' | 'unsure' | 'ended'
  readonly id: string
  readonly access: string
  /** Oldest first; one more with each refresh that was acknowledged. */
  readonly refresh: string[]
}

export interface Person {
  readonly email: string
  readonly username: string
  readonly ip: string
  readonly guessingIp: string
  account: Account
  /** Those of which one counts: one alone when it is acknowledged. */
  passwords: string[]
  readonly formerPasswords: string[]
  readonly sessions: Session[]
  /** Wrong passwords that were judged. */
  guesses: number
  /** Epoch milliseconds of the first of them; before it was asked. */
  guessedSince: number | null
  acknowledged: number
}

type Ask = Server['ask']

const V1 = '/api/v1/auth'
const ACTS_OF_A_LIFE = 14

export function createPerson(number: number): Person {
  const [high, low] = [Math.floor(number / 250) % 250, number % 250]
  return {
    email: `person${number}@example.com`,
    username: `person${number}`,
    ip: `10.1.${high}.${low}`,
    guessingIp: `10.2.${high}.${low}`,
    account: 'none',
    passwords: ['correct horse battery 0'],
    formerPasswords: [],
    sessions: [],
    guesses: 0,
    guessedSince: null,
    acknowledged: 0,
  }
}

/** Goes on until the life is over. @throws AnswerLost when the server dies, and an Error when it says what it must not */
export async function live(person: Person, ask: Ask, chance: Chance): Promise<void> {
  await register(person, ask)
  await confirm(person, ask)
  for (let count = 0; count < 3; count += 1) await signIn(person, ask)
  for (let count = 0; count < ACTS_OF_A_LIFE; count += 1) {
    const act = chance.oneOf([refresh, refresh, refresh, guess, guess, changePassword, signOut, revokeOne, signIn])
    await act(person, ask, chance)
  }
  await chance.oneOf([revokeAll, deleteAccount, signOut])(person, ask, chance)
}

export async function findLink(person: Person, ask: Ask): Promise<string | null> {
  const { body } = await ask('GET', `/dev/mailbox?to=${encodeURIComponent(person.email)}`, { ip: person.ip })
  const texts: string[] = body.messages.map(({ text }: { text: string }) => text)
  return texts.map((text) => /verify-email\?token=([0-9a-f]{64})/.exec(text)?.[1]).find((token) => token !== undefined) ?? null
}

export function trySignIn({ email }: Person, ask: Ask, password: string, ip: string): Promise<Reply> {
  return ask('POST', `${V1}/login`, { body: { email, password }, ip })
}

async function register(person: Person, ask: Ask): Promise<void> {
  const { email, username, ip, passwords } = person
  person.account = 'unsure'
  expectStatus(await ask('POST', `${V1}/register`, { body: { email, username, password: passwords[0] }, ip }), 201)
  acknowledge(person, () => {
    person.account = 'registered'
  })
}

async function confirm(person: Person, ask: Ask): Promise<void> {
  const link = await findLink(person, ask)
  if (link === null) throw new Error(`${person.email} was sent no link`)
  expectStatus(await ask('GET', `${V1}/verify-email?token=${link}`, { ip: person.ip }), 200)
  acknowledge(person, () => {
    person.account = 'confirmed'
  })
}

async function signIn(person: Person, ask: Ask): Promise<void> {
  const reply = await trySignIn(person, ask, person.passwords[0] ?? '', person.ip)
  expectStatus(reply, 200)
  const { access_token: access, refresh_token: token } = reply.body
  const id = JSON.parse(Buffer.from(access.split('.')[1], 'base64url').toString()).sid
  acknowledge(person, () => person.sessions.push({ state: 'live', id, access, refresh: [token] }))
}

async function refresh(person: Person, ask: Ask, chance: Chance): Promise<void> {
  const session = pickLive(person, chance)
  if (!session) return
  const reply = await ask('POST', `${V1}/refresh`, { body: { refresh_token: session.refresh.at(-1) }, ip: person.ip })
  expectStatus(reply, 200)
  acknowledge(person, () => session.refresh.push(reply.body.refresh_token))
}

/** @returns whether it was judged, rather than told to wait */
export async function guess(person: Person, ask: Ask): Promise<boolean> {
  person.guessedSince ??= Date.now()
  const { status } = await trySignIn(person, ask, 'wrong horse', person.guessingIp)
  if (status === 401) acknowledge(person, () => (person.guesses += 1))
  else if (status !== 429) throw new Error(`A guess was answered ${status}`)
  return status === 401
}

async function changePassword(person: Person, ask: Ask, chance: Chance): Promise<void> {
  const session = pickLive(person, chance)
  const current = person.passwords[0]
  if (!session || current === undefined) return
  const next = `correct horse battery ${person.formerPasswords.length + 1}`
  person.passwords = [current, next]
  mark(person, 'unsure')
  const body = { current_password: current, new_password: next }
  expectStatus(await ask('POST', `${V1}/change-password`, { body, token: session.access, ip: person.ip }), 200)
  acknowledge(person, () => {
    person.passwords = [next]
    person.formerPasswords.push(current)
    mark(person, 'ended')
    session.state = 'live'
  })
}

async function signOut(person: Person, ask: Ask, chance: Chance): Promise<void> {
  const session = pickLive(person, chance)
  if (!session) return
  session.state = 'unsure'
  expectStatus(await ask('POST', `${V1}/logout`, { token: session.access, ip: person.ip }), 200)
  acknowledge(person, () => {
    session.state = 'ended'
  })
}

async function revokeOne(person: Person, ask: Ask, chance: Chance): Promise<void> {
  const [session, other] = [pickLive(person, chance), pickLive(person, chance)]
  if (!session || !other || session === other) return
  other.state = 'unsure'
  expectStatus(await ask('DELETE', `${V1}/sessions/${other.id}`, { token: session.access, ip: person.ip }), 200)
  acknowledge(person, () => {
    other.state = 'ended'
  })
}

async function revokeAll(person: Person, ask: Ask, chance: Chance): Promise<void> {
  const session = pickLive(person, chance)
  if (!session) return
  mark(person, 'unsure')
  expectStatus(await ask('POST', `${V1}/revoke-all`, { token: session.access, ip: person.ip }), 200)
  acknowledge(person, () => mark(person, 'ended'))
}

async function deleteAccount(person: Person, ask: Ask, chance: Chance): Promise<void> {
  const session = pickLive(person, chance)
  if (!session) return
  person.account = 'deletion unsure'
  mark(person, 'unsure')
  const body = { password: person.passwords[0] }
  expectStatus(await ask('DELETE', `${V1}/me`, { body, token: session.access, ip: person.ip }), 200)
  acknowledge(person, () => {
    person.account = 'deleted'
    mark(person, 'ended')
  })
}

function acknowledge(person: Person, note: () => unknown): void {
  note()
  person.acknowledged += 1
}

function mark({ sessions }: Person, state: 'unsure' | 'ended'): void {
  for (const session of sessions) if (session.state !== 'ended') session.state = state
}

function pickLive({ sessions }: Person, chance: Chance): Session | null {
  const [first, ...others] = sessions.filter(({ state }) => state === 'live')
  return first ? chance.oneOf([first, ...others]) : null
}

function expectStatus({ status, body }: Reply, expected: number): void {
  if (status !== expected) throw new Error(`Answered ${status} instead of ${expected}: ${JSON.stringify(body)}`)
}
