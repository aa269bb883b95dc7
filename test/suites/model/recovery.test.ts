// The worker keeps the table of docs/account-lives.md, whatever a thief with the password does, and whatever was done: within the
// window its owner takes the account back, and nothing that the thief holds is of use after that.
import { type Arbitrary, array, asyncProperty, constantFrom, nat, oneof, record } from 'fast-check'
import { expect, it } from 'vitest'
import type { MailTransport } from '../../../src/platform/mail/mail.ts'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { NO_LIMITS } from './no-limits.ts'
import { ADDRESSES, type Command, isGood, isPossible, linkOf, NAMES, newWorld, OWNER, obey, type World } from './recovery-model.ts'
import { hold, TIMEOUT_MILLISECONDS } from './replay.ts'

const DAY = 86_400
const RUNS = 15
const NEW_PASSWORD = 'only the owner knows it'

type Acts = readonly Command[]

const move: Arbitrary<Command> = record({ do: constantFrom('move' as const), to: constantFrom(...ADDRESSES) })
const rename: Arbitrary<Command> = record({ do: constantFrom('rename' as const), to: constantFrom(...NAMES) })
const undo: Arbitrary<Command> = record({ do: constantFrom('undo' as const), link: nat(5) })
const remove: Arbitrary<Command> = constantFrom({ do: 'delete' })
const reset: Arbitrary<Command> = constantFrom({ do: 'reset' })
const stepIn: Arbitrary<Command> = constantFrom({ do: 'step in' })
const pass: Arbitrary<Command> = record({
  do: constantFrom('pass' as const),
  seconds: constantFrom(1, DAY, 6 * DAY, 7 * DAY - 1, 7 * DAY),
})

const anything = oneof(
  { weight: 6, arbitrary: move },
  { weight: 3, arbitrary: rename },
  { weight: 4, arbitrary: undo },
  { weight: 2, arbitrary: reset },
  { weight: 2, arbitrary: pass },
  { weight: 1, arbitrary: remove },
  { weight: 1, arbitrary: stepIn },
)

/** A thief has no link that was mailed to the owner, does not wait until the window closes, and is no operator. */
const thieving = oneof(
  { weight: 6, arbitrary: move },
  { weight: 3, arbitrary: rename },
  { weight: 4, arbitrary: undo },
  { weight: 2, arbitrary: reset },
  { weight: 2, arbitrary: record({ do: constantFrom('pass' as const), seconds: constantFrom(1, DAY, 6 * DAY) }) },
  { weight: 1, arbitrary: remove },
)

/** What happened in the reports that led to these rules. */
const STORIES: readonly Acts[] = [
  [
    { do: 'move', to: 'thief@example.net' },
    { do: 'move', to: OWNER },
  ],
  [{ do: 'move', to: 'thief@example.net' }, { do: 'delete' }],
  [
    { do: 'move', to: 'thief@example.net' },
    { do: 'pass', seconds: 6 * DAY },
    { do: 'move', to: 'thief.too@example.org' },
  ],
  [
    { do: 'rename', to: 'eve' },
    { do: 'move', to: 'thief@example.net' },
    { do: 'rename', to: 'mallory' },
  ],
]

async function startPlayer() {
  const mails: { to: string; token: string | undefined; page: string | undefined }[] = []
  const mail: MailTransport = {
    keepsMail: false,
    async send({ to, text }) {
      const [, page, token] = /\/([a-z-]+)\?token=([0-9a-f]{64})/.exec(text) ?? []
      mails.push({ to, token, page })
    },
  }
  const app = await startApp({ vars: { ...NO_LIMITS, ACCESS_TOKEN_TTL_SECONDS: '86400' }, mail })
  await app.v1('POST', '/register', { body: { email: OWNER, username: 'ada', password: PASSWORD } })
  await app.settle()
  await app.v1('GET', `/verify-email?token=${mails[0]?.token}`)
  const [{ id } = { id: '' }] = await rows<{ id: string }>('SELECT id FROM users')
  mails.length = 0
  const secret = { password: PASSWORD }
  /** Tokens in the order of the model's links. */
  const links: string[] = []
  const newest = (to: string, page: string) => mails.findLast((one) => one.to === to && one.page === page)?.token ?? 'none'

  const signIn = async (email: string, password: string) =>
    (await app.v1('POST', '/login', { body: { email, password } })).body.access_token ?? 'none'

  async function act(world: World, command: Command): Promise<number> {
    const { address } = world
    const { password } = secret
    switch (command.do) {
      case 'pass':
        app.clock.advance(command.seconds)
        return 200
      case 'step in':
        await BINDINGS.DB.batch([
          BINDINGS.DB.prepare('DELETE FROM one_time_tokens WHERE subject = ?').bind(id),
          BINDINGS.DB.prepare('DELETE FROM recovery_points WHERE user_id = ?').bind(id),
        ])
        return 200
      case 'undo':
        return (await app.v1('POST', '/undo-email-change', { body: { token: links[linkOf(world, command.link)] } })).status
      case 'reset': {
        await app.v1('POST', '/forgot-password', { body: { email: address } })
        await app.settle()
        const body = { token: newest(address, 'reset-password'), password: PASSWORD }
        secret.password = PASSWORD
        return (await app.v1('POST', '/reset-password', { body })).status
      }
      case 'move': {
        const token = await signIn(address, password)
        await app.v1('POST', '/change-email', { token, body: { email: command.to, password } })
        await app.settle()
        return (await app.v1('POST', '/confirm-email-change', { body: { token: newest(command.to, 'confirm-email-change') } }))
          .status
      }
      case 'rename':
        return (await app.v1('PATCH', '/me', { token: await signIn(address, password), body: { username: command.to } })).status
      case 'delete':
        return (await app.v1('DELETE', '/me', { token: await signIn(address, password), body: { password } })).status
    }
  }

  async function play(before: World, command: Command, after: World): Promise<number> {
    const seen = mails.length
    const status = await act(before, command)
    await app.settle()
    // In the model's order: mail about one act may be sent in any.
    const undoLinks = mails.slice(seen).filter(({ page }) => page === 'undo-email-change')
    for (const { email } of after.links.slice(before.links.length)) {
      const at = undoLinks.findIndex(({ to }) => to === email)
      links.push(undoLinks.splice(at, at < 0 ? 0 : 1)[0]?.token ?? 'missing')
    }
    expect(undoLinks, 'links that nobody may have').toEqual([])
    await app.auth.keepHouse()
    return status
  }

  async function observe() {
    const pages = await Promise.all(links.map((token) => app.request('GET', `/undo-email-change?token=${token}`)))
    const [user] = await rows<{ email: string; username: string }>('SELECT email, username FROM users WHERE id = ?', id)
    const [aside] = await rows('SELECT 1 FROM deleted_accounts WHERE user_id = ?', id)
    return {
      account: user ? 'there' : aside ? 'put aside' : 'erased',
      ...(user && { address: user.email, name: user.username }),
      links: pages.map(({ status }) => status === 200),
    }
  }

  /** All that was mailed but what the owner got, as tokens of any page. */
  const thiefsTokens = () =>
    mails.filter(({ to }) => to !== OWNER).flatMap(({ token, page }) => (token && page ? [{ token, page }] : []))

  return { app, id, secret, mails, links, newest, signIn, play, observe, thiefsTokens }
}

type Player = Awaited<ReturnType<typeof startPlayer>>

const expected = (world: World) => ({
  account: world.account,
  ...(world.account === 'there' && { address: world.address, name: world.name }),
  links: world.links.map((link) => isGood(world, link)),
})

async function tell(acts: Acts, player: Player, isAllowed: (world: World, command: Command) => boolean): Promise<World> {
  let world = newWorld(player.app.clock.now)
  for (const command of acts) {
    if (!isPossible(world, command) || !isAllowed(world, command)) continue
    const [isDone, after] = obey(world, command)
    const status = await player.play(world, command, after)
    expect([command, status]).toEqual([command, isDone ? 200 : 400])
    world = after
    expect(await player.observe(), `after ${JSON.stringify(command)}`).toEqual(expected(world))
  }
  return world
}

it('keeps the table of docs/account-lives.md', { timeout: TIMEOUT_MILLISECONDS }, async () => {
  const property = asyncProperty(array(anything, { maxLength: 14, size: 'max' }), async (acts) => {
    await tell(acts, await startPlayer(), () => true)
  })
  await hold(
    RUNS,
    property,
    STORIES.map((story) => [[...story]]),
  )
})

it('gives the owner the last word over a thief with the password', { timeout: TIMEOUT_MILLISECONDS }, async () => {
  const property = asyncProperty(array(thieving, { minLength: 1, maxLength: 12, size: 'max' }), async (acts) => {
    const player = await startPlayer()
    const first: Command = { do: 'move', to: 'thief@example.net' }
    const world = await tell([first, ...acts], player, isThiefs)
    await ownerTakesBack(player, world)
  })
  await hold(
    RUNS,
    property,
    STORIES.map((story) => [[...story]]),
  )
})

/** Never from or to the owner's mailbox; and the window is open as long as the thief goes on. */
function isThiefs(world: World, command: Command): boolean {
  if (command.do === 'move') return command.to !== OWNER
  if (command.do === 'undo') return world.links[linkOf(world, command.link)]?.email !== OWNER
  if (command.do === 'reset') return world.address !== OWNER
  return command.do !== 'pass' || world.now + command.seconds < world.closesAt
}

async function ownerTakesBack({ app, id, secret, newest, signIn, thiefsTokens }: Player, world: World): Promise<void> {
  const thiefsSession = await signIn(world.address, secret.password)
  const { status } = await app.v1('POST', '/undo-email-change', { body: { token: newest(OWNER, 'undo-email-change') } })
  expect(status).toBe(200)
  await app.settle()
  const body = { token: newest(OWNER, 'reset-password'), password: NEW_PASSWORD }
  expect((await app.v1('POST', '/reset-password', { body })).status).toBe(200)

  expect((await app.v1('GET', '/me', { token: thiefsSession })).status).toBe(401)
  for (const { token, page } of thiefsTokens()) {
    const path = page === 'verify-email' ? `/verify-email?token=${token}` : `/${page}`
    const reply = await app.v1(page === 'verify-email' ? 'GET' : 'POST', path, {
      ...(page !== 'verify-email' && { body: { token, password: 'a password of the thief' } }),
    })
    // A link that was spent before may be told as done; then it has changed nothing.
    expect([200, 400]).toContain(reply.status)
  }
  await app.settle()
  const { body: me } = await app.v1('GET', '/me', { token: await signIn(OWNER, NEW_PASSWORD) })
  expect(me.user).toMatchObject({ id, email: OWNER, username: 'ada' })
  for (const email of ADDRESSES.filter((each) => each !== OWNER)) {
    expect((await app.v1('POST', '/login', { body: { email, password: secret.password } })).status).toBe(401)
  }
}
