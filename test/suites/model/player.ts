// Does to the worker what the model is told, and looks at it from outside: what people hold (tokens, links, mails) and what is
// stored. Says nothing about right or wrong.

import { hashOneTimeToken } from '../../../src/core/links/one-time-token.ts'
import type { MailTransport } from '../../../src/platform/mail/mail.ts'
import { claimsOf, rows } from '../../support/fixtures.ts'
import { ADMIN_KEY, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { verifyPasswordHash } from '../../support/hasher.ts'
import { type Answer, type Command, isLive, isValid, type Password, type Person, type World } from './model.ts'
import { NO_LIMITS } from './no-limits.ts'
import { startTurns, type Turns } from './turns.ts'

export const PEOPLE: readonly Person[] = ['ada', 'bob']
export const PASSWORDS: readonly Password[] = ['first password of all', 'second choice of words', 'third time is a charm']

const emailOf = (who: Person) => `${who}@example.com`
const personOf = (email: string) => PEOPLE.find((who) => emailOf(who) === email) ?? 'ada'

const MAILS: Readonly<Record<string, World['mails'][number]['what']>> = {
  'Confirm your e-mail address': 'verify',
  'You already have an account': 'has account',
  'Your password was changed': 'password changed',
  'Your account was deleted': 'deleted',
}

/** What somebody holds who signed in. */
interface Held {
  readonly id: string
  readonly access: { readonly token: string; readonly until: number }[]
  readonly refresh: Map<number, string>
}

export type Player = Awaited<ReturnType<typeof startPlayer>>

/** A worker that nobody has used yet, and people who hold nothing yet. */
export async function startPlayer() {
  const turns = startTurns()
  const mails: { to: Person; what: string; token: string | undefined }[] = []
  const mail: MailTransport = {
    keepsMail: false,
    async send({ to, subject, text }) {
      mails.push({ to: personOf(to), what: MAILS[subject] ?? subject, token: /token=([0-9a-f]{64})/.exec(text)?.[1] })
    },
  }
  const app = await startApp({ vars: NO_LIMITS, bindings: turns.bindings, mail })
  const held = new Map<string, Held>()
  /** Which registration has which id: the links of two at once are told apart by it. */
  const registrations = new Map<string, string>()
  const links = new Map<string, string>()

  async function collectLinks(): Promise<void> {
    for (const { token } of mails) {
      const [row] = await rows<{ subject: string }>(
        'SELECT subject FROM one_time_tokens WHERE hash = ?',
        await hashOneTimeToken(token ?? ''),
      )
      const name = row && registrations.get(row.subject)
      if (name && token) links.set(name, token)
    }
  }

  /** @returns the answers in the order of the batch */
  async function play(batch: readonly Command[], order: Turns | null): Promise<Answer[]> {
    const asked = batch.map((command) => async () => read(command, await ask(app, command, held, links)))
    const answers = await (order ? turns.take(order, asked) : Promise.all(asked.map((one) => one())))
    await app.settle()
    await collectLinks()
    return answers
  }

  function read(command: Command, { status, body }: Reply): Answer {
    if (status >= 400) return { status, code: body.code }
    if (command.do === 'register') registrations.set(body.user.id, command.name)
    if (command.do === 'revoke all') return { status, revoked: body.revoked }
    if (command.do !== 'login' && command.do !== 'refresh') return { status }
    const { sid, exp } = claimsOf(body.access_token)
    const { ctr: counter } = claimsOf(body.refresh_token)
    const name = command.do === 'login' ? command.name : command.session
    const mine: Held = held.get(name) ?? { id: sid, access: [], refresh: new Map() }
    held.set(name, mine)
    if (mine.id !== sid) throw new Error(`${name} is answered with a token of another session`)
    mine.access.push({ token: body.access_token, until: exp })
    mine.refresh.set(counter, body.refresh_token)
    return { status, counter, until: exp }
  }

  return { play, held, links, observe: () => observe(app, held, mails.splice(0)), now: () => app.clock.now }
}

const NOTHING: Reply = { status: 200, headers: new Headers(), body: {}, text: '' }

function ask(app: TestApp, command: Command, held: ReadonlyMap<string, Held>, links: ReadonlyMap<string, string>): Promise<Reply> {
  const tokenOf = ({ session, token }: { session: string; token: number }) =>
    held.get(session)?.access.find(({ until }) => until === token)?.token ?? 'none'
  switch (command.do) {
    case 'register':
      return app.v1('POST', '/register', { body: { email: emailOf(command.who), password: command.password } })
    case 'verify':
      return app.v1('GET', `/verify-email?token=${links.get(command.link)}`)
    case 'login':
      return app.v1('POST', '/login', { body: { email: emailOf(command.who), password: command.password } })
    case 'refresh':
      return app.v1('POST', '/refresh', { body: { refresh_token: held.get(command.session)?.refresh.get(command.counter) } })
    case 'logout':
      return app.v1('POST', '/logout', { token: tokenOf(command) })
    case 'revoke all':
      return app.v1('POST', '/revoke-all', { token: tokenOf(command) })
    case 'change password': {
      const body = { current_password: command.from, new_password: command.to }
      return app.v1('POST', '/change-password', { token: tokenOf(command), body })
    }
    case 'delete':
      return app.v1('DELETE', '/me', { token: tokenOf(command), body: { password: command.password } })
    case 'operate':
      return operate(app, command)
    case 'pass':
      app.clock.advance(command.seconds)
      return Promise.resolve(NOTHING)
  }
}

const NOBODY = '00000000-0000-4000-8000-000000000000'

/** By whose id somebody is known before anything is done at once. */
async function operate(app: TestApp, { act, who, to }: Extract<Command, { do: 'operate' }>): Promise<Reply> {
  const [row] = await rows<{ id: string }>('SELECT id FROM users WHERE email = ?', emailOf(who))
  const path = `/api/admin/v1/users/${row?.id ?? NOBODY}`
  if (act === 'delete') return app.request('DELETE', path, { token: ADMIN_KEY })
  return app.request('POST', `${path}/${act}`, { token: ADMIN_KEY, ...(act === 'set-password' && { body: { password: to } }) })
}

/** What can be seen of the world, by people with their tokens and by whoever reads the database. */
export interface Observation {
  /** The status of /me by session: of its first access token and of its newest one. */
  readonly me: Readonly<Record<string, readonly number[]>>
  /** Which sessions are listed, to whoever is in one that lives. */
  readonly listed: Readonly<Partial<Record<Person, readonly string[]>>>
  /** Of each row of `users`, which of the passwords count. */
  readonly users: readonly (readonly [Person, readonly Password[]])[]
  /** Since it was looked at before. */
  readonly mails: readonly string[]
}

type Mails = readonly { readonly to: Person; readonly what: string }[]

async function observe(app: TestApp, held: ReadonlyMap<string, Held>, mails: Mails): Promise<Observation> {
  const me: Record<string, readonly number[]> = {}
  const listed: Partial<Record<Person, readonly string[]>> = {}
  const nameOf = new Map([...held].map(([name, { id }]) => [id, name]))
  for (const [name, { access }] of held) {
    const replies = await Promise.all(endsOf(access).map(({ token }) => app.v1('GET', '/me', { token })))
    me[name] = replies.map(({ status }) => status)
    const who = replies.at(-1)?.body.user?.email
    if (who === undefined || listed[personOf(who)]) continue
    const { body } = await app.v1('GET', '/sessions', { token: access.at(-1)?.token ?? '' })
    listed[personOf(who)] = body.sessions.map(({ id }: { id: string }) => nameOf.get(id) ?? 'unknown').sort()
  }
  const users = await rows<{ email: string; secret: string }>(
    "SELECT email, secret FROM users JOIN credentials ON user_id = users.id AND kind = 'password' ORDER BY email",
  )
  return {
    me,
    listed,
    users: await Promise.all(
      users.map(async ({ email, secret: hash }) => {
        const right = await Promise.all(PASSWORDS.map((password) => verifyPasswordHash(password, hash)))
        return [personOf(email), PASSWORDS.filter((_, index) => right[index])] as const
      }),
    ),
    mails: mails.map(({ to, what }) => `${what} to ${to}`).sort(),
  }
}

/** The same as the model has it. */
export function expectedOf(world: World, held: ReadonlyMap<string, Held>): Observation {
  const me: Record<string, readonly number[]> = {}
  const listed: Partial<Record<Person, readonly string[]>> = {}
  for (const [name, { access }] of held) {
    const session = world.sessions[name]
    const isOpen = session !== undefined && isLive(world, session)
    me[name] = endsOf(access).map(({ until }) => (isOpen && isValid(world, until) ? 200 : 401))
    if (!session || me[name].at(-1) !== 200) continue
    listed[session.who] = Object.entries(world.sessions)
      .filter(([, other]) => other.who === session.who && isLive(world, other))
      .map(([other]) => other)
      .sort()
  }
  return {
    me,
    listed,
    users: PEOPLE.flatMap((who) => (world.accounts[who] ? [[who, [world.accounts[who]]] as const] : [])),
    mails: world.mails.map(({ to, what }) => `${what} to ${to}`).sort(),
  }
}

function endsOf<T>(values: readonly T[]): readonly T[] {
  return values.length > 1 ? [...values.slice(0, 1), ...values.slice(-1)] : values
}
