// Reads events by the admin API, oldest first, and goes on with what is written later where that is wanted.
import type { AdminEvent, AdminRegistration, AdminUser } from '../../src/client/admin-binding.ts'
import type { AdminClient } from '../operator/admin-client.ts'
import type { UserKey } from '../user/command.ts'
import { findAccount, NoSuchUser } from '../user/find-account.ts'
import type { EventFilter } from './command.ts'

interface Page {
  readonly events: readonly AdminEvent[]
  /** What `after` has to be for what is written later. */
  readonly next: string
  readonly previous: string | null
}

type Conditions = Readonly<Record<string, string | number | null>>

const PAGE = 200

export interface Latest {
  readonly events: readonly AdminEvent[]
  readonly next: string
}

/** The latest that match. @throws Error when there is no such user, or no answer */
export async function readLatest(admin: AdminClient, filter: EventFilter): Promise<Latest> {
  const conditions = await conditionsOf(admin, filter)
  let left = filter.limit
  const first = await admin.get<Page>('/events', 'events', { ...conditions, limit: Math.min(left, PAGE) })
  let events = first.events
  left -= events.length
  for (let page = first; page.previous !== null && page.events.length === PAGE && left > 0; left -= page.events.length) {
    page = await admin.get<Page>('/events', 'events', { ...conditions, before: page.previous, limit: Math.min(left, PAGE) })
    events = [...page.events, ...events]
  }
  return { events, next: first.next }
}

/** What was written after `next`, in order: all of it. */
export async function readLater(admin: AdminClient, filter: EventFilter, next: string): Promise<Latest> {
  const conditions = await conditionsOf(admin, filter)
  const events: AdminEvent[] = []
  for (let after = next; ; ) {
    const page = await admin.get<Page>('/events', 'events', { ...conditions, after, limit: PAGE })
    events.push(...page.events)
    after = page.next
    if (page.events.length < PAGE) return { events, next: after }
  }
}

/** Of the account; of somebody who has only registered, those of the registrations. @throws NoSuchUser */
async function idsOf(admin: AdminClient, user: UserKey): Promise<string> {
  try {
    return (await (user.by === 'number' ? findByDigits(admin, user.value) : findAccount(admin, user))).id
  } catch (error) {
    if (!(error instanceof NoSuchUser)) throw error
    const { registrations } = await admin.get<{ registrations: readonly AdminRegistration[] }>('/registrations', 'registrations', {
      search: user.value,
    })
    if (registrations.length === 0) throw error
    return registrations.map(({ id }) => id).join(',')
  }
}

/** Digits are a number, or a username. @throws Error where they are both, of two accounts */
async function findByDigits(admin: AdminClient, value: string): Promise<AdminUser> {
  const found = await Promise.all(
    (['number', 'username'] as const).map((by) =>
      findAccount(admin, { by, value }).catch((error: unknown) => {
        if (error instanceof NoSuchUser) return null
        throw error
      }),
    ),
  )
  const [byNumber, byUsername] = found
  if (byNumber && byUsername && byNumber.id !== byUsername.id) {
    throw new Error(`${value} is the number of ${byNumber.email} and the username of ${byUsername.email}: name the address`)
  }
  const account = byNumber ?? byUsername
  if (!account) throw new NoSuchUser(`Cannot find a user with the number or username ${value}`)
  return account
}

/** An id need not be anybody's any more. */
async function conditionsOf(admin: AdminClient, { user, acts, outcome, since, until }: EventFilter): Promise<Conditions> {
  const ids = user === null ? null : user.by === 'id' ? user.value : await idsOf(admin, user)
  return { user: ids, what: acts.length === 0 ? null : acts.join(','), outcome, since, until }
}
