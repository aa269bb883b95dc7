// The whole story of one account, and why its user cannot sign in, if so.

import type { DescribedLimits } from '../../../objects/login-limiter/login-limits.ts'
import { isLive, type SessionRecord } from '../../../objects/session-ledger/session-rules.ts'
import { addressBucket, UNKNOWN_ADDRESS } from '../../../platform/identifiers/client-address.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { RecoveryWindow } from '../../../stores/accounts/recovery-points.ts'
import type { Registration } from '../../../stores/accounts/registrations.ts'
import type { ListedEvent, ListedMail } from '../../../stores/audit/operator-views.ts'
import type { Deps } from '../../kernel/deps.ts'
import { standingOf } from '../../kernel/standing.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'
import { type AddressInWait, explainAccount, PASSWORD_PROOFS } from '../reasons/explain-account.ts'
import { requireAccount } from '../require-account.ts'

export interface UserStory {
  readonly user: Account
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

const [EVENTS, MAILS, REGISTRATIONS] = [20, 20, 20]
/** Mail that people wait for. */
const EXPLAINED = ['registration', 'password_reset'] as const
/** Sign-ins by PIN, which prove no password, are among them. */
const PROOFS = 200
/** Each is a question to an object of its own. */
const ADDRESSES = 20

/** @throws AuthError as `requireOperator`, `not_found` @throws Unavailable */
export async function showUser(deps: Deps, caller: OperatorCaller, id: string): Promise<UserStory> {
  await requireOperator(deps, caller, 'look')
  const user = await requireAccount(deps, id)
  const now = deps.clock()
  const { email, usernameKey } = user
  const [found, registrations, limits, mails, lastOfPurposes, links, events, refusals, proofs, recovery] = await Promise.all([
    deps.ledgers.list(id),
    deps.operatorViews.listRegistrations({ email }, now, REGISTRATIONS),
    deps.limits.describe({ email, usernameKey }, now),
    deps.operatorViews.listMails({ recipient: email }, now, MAILS),
    Promise.all(EXPLAINED.map((purpose) => deps.operatorViews.listMails({ recipient: email, purpose }, now, 1))),
    deps.mailedLinks.list(email, now),
    deps.operatorViews.listEvents({ userIds: [id], limit: EVENTS }),
    deps.operatorViews.listEvents({ userIds: [id], acts: ['sign_in', 'password_check'], outcome: 'refused', limit: EVENTS }),
    deps.operatorViews.listEvents({ userIds: [id], acts: PASSWORD_PROOFS, outcome: 'success', limit: PROOFS }),
    deps.recoveryPoints.findWindow(id, now),
  ])
  const sessions = found.filter((session) => isLive(session, standingOf(user), now))
  const addressWaits = await findAddressWaits(
    deps,
    [...[...events, ...refusals].toReversed().filter(({ actor }) => isTheirOwn(actor)), ...sessions].map(({ ip }) => ip),
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
    cannotSignIn: explainAccount(deps, user, {
      limits,
      addressWaits,
      mails: lastOfPurposes.flat(),
      links,
      provenAt: proofs.findLast(isByPassword)?.at ?? 0,
    }),
  }
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

/** On the cookie face people sign in by PIN alone. */
function isByPassword({ what, face }: ListedEvent): boolean {
  return what !== 'sign_in' || face !== 'cookie'
}

/** What an operator or the service does says nothing of where the user signs in from. */
function isTheirOwn(actor: string): boolean {
  return actor === 'user' || actor === 'anonymous' || actor.startsWith('worker:')
}
