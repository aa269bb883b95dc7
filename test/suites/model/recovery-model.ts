// The table of docs/account-lives.md as a pure function: which address may take an account back, and what that makes of it. Held
// against the worker, so no line here may come from src/.

/** The owner has the first mailbox, a thief the others. */
export const ADDRESSES = ['owner@example.com', 'thief@example.net', 'thief.too@example.org'] as const
export type Address = (typeof ADDRESSES)[number]
export const OWNER: Address = 'owner@example.com'

export const NAMES = ['ada', 'eve', 'mallory'] as const
export type Name = (typeof NAMES)[number]

const DAY = 86_400
export const WINDOW = 7 * DAY

export interface Link {
  readonly email: Address
  readonly expiresAt: number
  readonly state: 'live' | 'spent' | 'dead'
}

export interface World {
  now: number
  /** `erased`: for good. */
  account: 'there' | 'put aside' | 'erased'
  address: Address
  name: Name
  /** Oldest first. */
  points: { email: Address; name: Name }[]
  closesAt: number
  /** In the order in which they were mailed. */
  links: Link[]
  /** Whether whoever acts has a password: lost with an undo, had again through the mailbox of the account. */
  hasPassword: boolean
}

export type Command =
  | { readonly do: 'move'; readonly to: Address }
  | { readonly do: 'rename'; readonly to: Name }
  | { readonly do: 'delete' }
  /** Counted from the newest. */
  | { readonly do: 'undo'; readonly link: number }
  /** By whoever has the mailbox of the account's address. */
  | { readonly do: 'reset' }
  | { readonly do: 'step in' }
  | { readonly do: 'pass'; readonly seconds: number }

export const newWorld = (now: number): World => ({
  now,
  account: 'there',
  address: OWNER,
  name: 'ada',
  points: [],
  closesAt: 0,
  links: [],
  hasPassword: true,
})

/** Whether it can be done at all. */
export function isPossible(world: World, command: Command): boolean {
  const isIn = world.account === 'there' && world.hasPassword
  switch (command.do) {
    case 'move':
      return isIn && command.to !== world.address
    case 'rename':
      return isIn && command.to !== world.name
    case 'delete':
      return isIn
    case 'reset':
    case 'step in':
      return world.account === 'there'
    case 'undo':
      return world.links.length > 0
    case 'pass':
      return true
  }
}

export const linkOf = ({ links }: World, fromTheEnd: number) => links.length - 1 - (fromTheEnd % links.length)

/** Which links work, and which are told as done: what the page behind each says. */
export const isGood = (world: World, { email, expiresAt, state }: Link) =>
  world.now < expiresAt && (state === 'spent' || (state === 'live' && mayTakeBack(world, email)))

function mayTakeBack(world: World, email: Address): boolean {
  return world.account !== 'erased' && world.now < world.closesAt && world.points.some((point) => point.email === email)
}

/** @returns the world after it, and whether a link worked */
export function obey(before: World, command: Command): [boolean, World] {
  const world = structuredClone(before)
  settle(world)
  const isDone = act(world, command)
  settle(world)
  return [isDone, world]
}

function act(world: World, command: Command): boolean {
  switch (command.do) {
    case 'move': {
      const returns = world.points.findIndex(({ email }) => email === command.to)
      const losing = world.address
      if (returns >= 0) close(world, returns)
      else addPoint(world)
      world.address = command.to
      extend(world)
      warn(world, losing)
      return true
    }
    case 'rename':
      addPoint(world)
      world.name = command.to
      extend(world)
      warn(world, world.address)
      return true
    case 'delete':
      if (world.points.length === 0) {
        world.account = 'erased'
        kill(world, () => true)
      } else {
        addPoint(world)
        world.account = 'put aside'
        warn(world, world.address)
      }
      return true
    case 'undo': {
      const index = linkOf(world, command.link)
      const link = world.links[index]
      if (!link || !isGood(world, link)) return false
      if (link.state === 'live') takeBack(world, index, link)
      return true
    }
    case 'reset':
      world.hasPassword = true
      return true
    case 'step in':
      world.points = []
      kill(world, () => true)
      return true
    case 'pass':
      world.now += command.seconds
      return true
  }
}

function takeBack(world: World, index: number, link: Link): void {
  const rank = world.points.findIndex(({ email }) => email === link.email)
  world.account = 'there'
  world.address = link.email
  world.name = world.points[rank]?.name ?? world.name
  world.hasPassword = false
  close(world, rank)
  world.links[index] = { ...link, state: 'spent' }
  extend(world)
  warn(world, null)
}

function addPoint(world: World): void {
  if (world.points.some(({ email }) => email === world.address)) return
  world.points.push({ email: world.address, name: world.name })
}

function close(world: World, rank: number): void {
  world.points = world.points.slice(0, rank)
  kill(world, ({ email }) => !world.points.some((point) => point.email === email))
}

function extend(world: World): void {
  if (world.points.length > 0) world.closesAt = world.now + WINDOW
}

/** The address that has just lost something, and the oldest. */
function warn(world: World, losing: Address | null): void {
  const told = new Set([losing, world.points[0]?.email ?? null])
  for (const email of told) {
    if (email && world.points.some((point) => point.email === email)) {
      world.links.push({ email, expiresAt: world.closesAt, state: 'live' })
    }
  }
}

function kill(world: World, which: (link: Link) => boolean): void {
  world.links = world.links.map((link) => (which(link) ? { ...link, state: 'dead' } : link))
}

/** A window closes by itself, and with it what was put aside is erased. */
function settle(world: World): void {
  if (world.now < world.closesAt) return
  world.points = []
  if (world.account !== 'put aside') return
  world.account = 'erased'
  kill(world, () => true)
}
