// The whole story of one account, and in one sentence why its user cannot sign in, if so.

import type { DescribedLimits } from '../../../objects/login-limiter/login-limits.ts'
import type { AccountWaits } from '../../../objects/login-limiter/sign-in-tallies.ts'
import { isLive, type SessionRecord } from '../../../objects/session-ledger/session-rules.ts'
import { hasPassword } from '../../../platform/hashing/password-hash.ts'
import { addressBucket, UNKNOWN_ADDRESS } from '../../../platform/identifiers/client-address.ts'
import type { RecoveryWindow } from '../../../stores/accounts/recovery-points.ts'
import type { Registration } from '../../../stores/accounts/registrations.ts'
import type { User } from '../../../stores/accounts/users.ts'
import type { ListedEvent, ListedMail } from '../../../stores/audit/operator-views.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { standingOf } from '../../kernel/standing.ts'
import { type OperatorProof, requireOperator } from '../operator.ts'
import { requireAccount } from '../require-account.ts'

export interface UserStory {
  readonly user: User
  /** Live ones, newest first. */
  readonly sessions: readonly SessionRecord[]
  /** Pending ones of the address, newest first. */
  readonly registrations: readonly Registration[]
  readonly limits: DescribedLimits
  /** Client addresses that the account was asked for from lately and that are refused whatever they ask for. */
  readonly addressWaits: readonly AddressInWait[]
  /** Newest first. */
  readonly mails: readonly ListedMail[]
  /** The latest, oldest first. */
  readonly events: readonly ListedEvent[]
  /** Open while an address of before may take the account back. */
  readonly recovery: RecoveryWindow | null
  readonly cannotSignIn: string | null
}

export interface AddressInWait {
  /** IPv6 by /64. */
  readonly address: string
  readonly wait: number
}

const [EVENTS, MAILS, REGISTRATIONS] = [20, 20, 20]
/** Each is a question to an object of its own. */
const ADDRESSES = 5

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function showUser(deps: Deps, proof: OperatorProof, id: string, client: Client): Promise<UserStory> {
  await requireOperator(deps, proof, 'look', client)
  const user = await requireAccount(deps, id)
  const now = deps.clock()
  const { email, usernameKey } = user
  const [found, registrations, limits, mails, events, recovery] = await Promise.all([
    deps.ledgers.list(id),
    deps.operatorViews.listRegistrations({ email }, now, REGISTRATIONS),
    deps.limits.describe({ email, usernameKey }, now),
    deps.operatorViews.listMails({ recipient: email }, MAILS),
    deps.operatorViews.listEvents({ userIds: [id], limit: EVENTS }),
    deps.recoveryPoints.findWindow(id, now),
  ])
  const sessions = found.filter((session) => isLive(session, standingOf(user), now))
  const addressWaits = await findAddressWaits(
    deps,
    [...events.toReversed().filter(({ actor }) => isTheirOwn(actor)), ...sessions].map(({ ip }) => ip),
  )
  return {
    user,
    sessions,
    registrations,
    limits,
    addressWaits,
    mails,
    events,
    recovery,
    cannotSignIn: explain(deps, user, { limits, addressWaits, mails }),
  }
}

/** The first of the reasons that is in force: who has to do something about it comes before what passes by itself. */
function explain(
  { settings }: Pick<Deps, 'settings'>,
  user: User,
  { limits: { email, username, pin }, addressWaits, mails }: Pick<UserStory, 'limits' | 'addressWaits' | 'mails'>,
): string | null {
  if (user.disabledAt !== null) return 'The account is disabled.'
  if (user.emailVerifiedAt === null && settings.unverifiedSignIn === 'refuse') {
    const last = mails.find(({ purpose }) => purpose === 'registration')
    return `The e-mail address is not proven, and sign-in is refused until it is${describeProof(last)}.`
  }
  const reset = describeReset(mails.find(({ purpose }) => purpose === 'password_reset'))
  if (!hasPassword(user.passwordHash)) {
    return `The account has no password: its user sets one by the link of a forgotten password${reset === null ? '' : `, but ${reset}`}.`
  }
  const waits = [email, ...(username ? [username] : [])]
  const accountWait = Math.max(...waits.map((each) => each.accountWait))
  if (accountWait > 0) {
    return `Too many wrong passwords: addresses that never signed in to the account wait for ${minutes(accountWait)}.`
  }
  const longest = Math.max(...waits.map((each) => each.longestWait))
  if (longest > 0) {
    const count = Math.max(...waits.map((each) => each.waitingAddresses))
    const who = count === 1 ? 'a client address waits' : `${count} client addresses wait`
    return `After wrong passwords ${who}, for up to ${minutes(longest)}.`
  }
  const [address] = addressWaits
  if (address) {
    return `The client address ${address.address} has tried too many passwords, of whatever accounts, and waits for ${minutes(address.wait)}.`
  }
  if (reset !== null) return `By password the account can be signed in to. Who has forgotten it waits for mail, but ${reset}.`
  return explainPin(user, pin)
}

/** The password opens the account; what is said is only of sign-in by PIN. */
function explainPin(user: User, pin: AccountWaits | null): string | null {
  if (user.pinHash === null) return null
  if (pin === null) return 'By password the account can be signed in to. By PIN it cannot: it has no username.'
  if (pin.isDead) return 'By password the account can be signed in to. By PIN it cannot: wrong guesses have locked the PIN.'
  const wait = Math.max(pin.accountWait, pin.longestWait)
  return wait > 0 ? `By password the account can be signed in to. By PIN not for ${minutes(wait)}, after wrong guesses.` : null
}

/** `null` where nothing is wrong with it. */
function describeReset(mail: ListedMail | undefined): string | null {
  return mail === undefined || mail.deadAt === null
    ? null
    : `the last link for a new password could not be delivered (${mail.reason ?? 'no reason given'})`
}

/** @param addresses the latest first; `null` and `unknown` are none */
async function findAddressWaits(deps: Deps, addresses: readonly (string | null)[]): Promise<readonly AddressInWait[]> {
  const buckets = new Set(addresses.flatMap((ip) => (ip === null || ip === UNKNOWN_ADDRESS ? [] : [addressBucket(ip)])))
  const waits = await Promise.all(
    [...buckets].slice(0, ADDRESSES).map(async (address) => ({
      address,
      wait: (await deps.limits.describeAddress(address, deps.clock())).wait,
    })),
  )
  return waits.filter(({ wait }) => wait > 0)
}

/** What an operator or the service does says nothing of where the user signs in from. */
function isTheirOwn(actor: string): boolean {
  return actor === 'user' || actor === 'anonymous' || actor.startsWith('worker:')
}

function describeProof(mail: ListedMail | undefined): string {
  if (mail === undefined) return '; no link has been mailed in the last days'
  if (mail.deadAt !== null) return `; the mail with the link could not be delivered (${mail.reason ?? 'no reason given'})`
  return mail.sentAt === null ? '; a mail with a link waits to be sent' : '; a link has been mailed'
}

function minutes(seconds: number): string {
  const count = Math.ceil(seconds / 60)
  return `${count} minute${count === 1 ? '' : 's'}`
}
