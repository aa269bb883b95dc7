// One attempt to prove who one is, from the limiter to the verdict, whatever the credential: what is asked side by side,
// what is given back when something fails, and that every wrong attempt costs the same.

import { DEFAULT_LIMIT_POLICY, type Refusal } from '../../objects/login-limiter/limit-rules.ts'
import type { Begun } from '../../objects/login-limiter/login-limits.ts'
import type { SigningKey } from '../../platform/crypto/jwt.ts'
import type { Checkpoint } from '../../platform/hashing/checkpoint.ts'
import { clientBucket } from '../../platform/identifiers/client-address.ts'
import { newUserId } from '../../platform/identifiers/user-id.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Credentialed } from '../../stores/accounts/credentials.ts'
import { type Act, describeAct, logEvent, record, recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { hashInTurn, requireHashRoom } from './hash-room.ts'
import { type OpenAttempt, type Settled, withAttempt } from './with-attempt.ts'

/** An account that proved itself, and what signs for it. */
export interface ProvenAccount {
  readonly user: Account
  readonly key: SigningKey
}

/** What comes of the proof. It settles the attempt. */
export type GoOn<T> = (proven: ProvenAccount, attempt: OpenAttempt) => Promise<readonly [T, Settled]>

/** The same for those that may see what the account was proven by. */
type GoOnWith<T, Stored> = (proven: ProvenAccount & { readonly stored: Stored }, attempt: OpenAttempt) => ReturnType<GoOn<T>>

export interface Credential<Stored> {
  /** What the record calls an attempt that fails. */
  readonly what: 'sign_in' | 'password_check'
  /** Asks the limiter, before anything is judged. */
  begin(): Promise<Begun>
  /** The same for somebody who has proved the account from this address before; absent where nobody is exempt. */
  beginExempt?(): Promise<Begun>
  find(): Promise<Credentialed<Stored> | null>
  /** One hash, whether anything is stored or not: time must not tell who has an account. Nothing stored is never right. */
  verify(stored: Stored | null, checkpoint: Checkpoint, account: Account | null): Promise<boolean>
}

/** @throws AuthError `rate_limited`, `invalid_credentials`, and what `goOn` throws @throws Unavailable */
export async function judgeAttempt<T, Stored>(
  deps: Deps,
  client: Client,
  credential: Credential<Stored>,
  goOn: GoOnWith<T, Stored>,
): Promise<T> {
  requireHashRoom(deps)
  // Limiter, user and signing key side by side: one round trip.
  const [asked, found, key] = await Promise.allSettled([credential.begin(), credential.find(), deps.signingKeys.current()])
  if (asked.status === 'rejected') throw asked.reason
  const userId = found.status === 'fulfilled' ? (found.value?.account.id ?? null) : null
  const begun = asked.value.allowed ? asked.value : await insist(deps, client, credential, asked.value, userId)
  if (!begun.allowed)
    noteRefusal(deps, client, { ...attempted(credential), outcome: 'refused', reason: `limit ${begun.policy}`, userId })
  return withAttempt(deps, begun, async (attempt) => {
    if (found.status === 'rejected') throw found.reason
    if (key.status === 'rejected') throw key.reason
    const { account: user, stored } = found.value ?? { account: null, stored: null }
    const isRight = await hashInTurn(deps, (checkpoint) => credential.verify(stored, checkpoint, user))
    if (user && stored !== null && isRight) return goOn({ user, key: key.value, stored }, attempt)
    const reason = user ? 'wrong credential' : 'no such account'
    recordAct(deps, client, { ...attempted(credential), outcome: 'failure', reason, userId })
    throw new AuthError('invalid_credentials', reason)
  })
}

/**
 * What strangers tried keeps nobody waiting who has proved the account from this address, under whatever name. An account that does
 * not exist is asked about in the same way.
 */
async function insist(
  deps: Deps,
  client: Client,
  { beginExempt }: Pick<Credential<unknown>, 'beginExempt'>,
  refusal: Refusal,
  userId: string | null,
): Promise<Begun> {
  if (refusal.policy !== 'account' || !beginExempt) return refusal
  const since = deps.clock() - DEFAULT_LIMIT_POLICY.exemptForSeconds
  const isKnown = await deps.ledgers.knows(userId ?? newUserId(deps.random), clientBucket(client), since)
  return isKnown && userId !== null ? beginExempt() : refusal
}

/**
 * Nothing was judged, and whoever is refused goes on for free: a line in the log each time, and one row an hour, or nobody who looks at
 * the account could say from where it was asked for.
 */
function noteRefusal(deps: Deps, client: Client, act: Act): void {
  const event = describeAct(deps, client, act)
  if (deps.refusals.note(`${act.userId} ${act.what} ${clientBucket(client)}`, deps.clock())) record(deps, event)
  else logEvent(deps, event)
}

function attempted({ what }: Pick<Credential<unknown>, 'what'>): Pick<Act, 'what' | 'actor'> {
  return { what, actor: what === 'sign_in' ? 'anonymous' : 'user' }
}
