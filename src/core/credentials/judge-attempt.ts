// One attempt to prove who one is, from the limiter to the verdict, whatever the credential: what is asked side by side,
// what is given back when something fails, and that every wrong attempt costs the same.
import { DEFAULT_LIMIT_POLICY, type Refusal } from '../../objects/login-limiter/limit-rules.ts'
import type { Begun, CountedAttempt } from '../../objects/login-limiter/login-limits.ts'
import type { SigningKey } from '../../platform/crypto/jwt.ts'
import type { Checkpoint } from '../../platform/hashing/checkpoint.ts'
import { clientBucket } from '../../platform/identifiers/client-address.ts'
import type { User } from '../../stores/accounts/users.ts'
import { type Act, describeAct, logEvent, record, recordAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { hashInTurn, requireHashRoom } from './hash-room.ts'

/** An account that proved itself; its attempt is still counted until `startSession` settles it. */
export interface ProvenAccount {
  readonly user: User
  readonly key: SigningKey
  readonly attempt: CountedAttempt
}

interface Credential {
  /** What the record calls an attempt that fails. */
  readonly what: 'sign_in' | 'password_check'
  /** Asks the limiter, before anything is judged. */
  begin(): Promise<Begun>
  /** The same for somebody who has proved the account from this address before; absent where nobody is exempt. */
  beginExempt?(): Promise<Begun>
  find(): Promise<User | null>
  /** One hash, whether there is a user or not: time must not tell who has an account. */
  verify(user: User | null, checkpoint: Checkpoint): Promise<boolean>
}

/** @throws AuthError `rate_limited`, `invalid_credentials` @throws Unavailable */
export async function judgeAttempt(deps: Deps, client: Client, credential: Credential): Promise<ProvenAccount> {
  requireHashRoom(deps)
  const { user, key, attempt } = await admit(deps, client, credential)
  const isRight = await hashInTurn(deps, attempt, (checkpoint) => credential.verify(user, checkpoint))
  if (user && isRight) return { user, key, attempt }
  const reason = user ? 'wrong credential' : 'no such account'
  recordAct(deps, client, { ...attempted(credential), outcome: 'failure', reason, userId: user?.id ?? null })
  throw new AuthError('invalid_credentials', reason)
}

/** Limiter, user and signing key side by side: one round trip. The attempt is given back when the others fail. */
async function admit(
  deps: Deps,
  client: Client,
  credential: Credential,
): Promise<{ user: User | null; key: SigningKey; attempt: CountedAttempt }> {
  const [begun, user, key] = await Promise.allSettled([credential.begin(), credential.find(), deps.signingKeys.current()])
  if (begun.status === 'rejected') throw begun.reason
  const userId = user.status === 'fulfilled' ? (user.value?.id ?? null) : null
  const permit = begun.value.allowed ? begun.value : await insist(deps, client, credential, begun.value, userId)
  if (!permit.allowed) {
    const reason = `limit ${permit.policy}`
    noteRefusal(deps, client, { ...attempted(credential), outcome: 'refused', reason, userId })
    throw new AuthError('rate_limited', reason, { limit: permit })
  }
  const { attempt } = permit
  if (user.status === 'rejected' || key.status === 'rejected') {
    deps.defer(attempt.giveBack())
    throw user.status === 'rejected' ? user.reason : (key as PromiseRejectedResult).reason
  }
  return { user: user.value, key: key.value, attempt }
}

/**
 * What strangers tried keeps nobody waiting who has proved the account from this address, under whatever name. An account that does
 * not exist is asked about in the same way.
 */
async function insist(
  deps: Deps,
  client: Client,
  { beginExempt }: Credential,
  refusal: Refusal,
  userId: string | null,
): Promise<Begun> {
  if (refusal.policy !== 'account' || !beginExempt) return refusal
  const since = deps.clock() - DEFAULT_LIMIT_POLICY.exemptForSeconds
  const isKnown = await deps.ledgers.knows(userId ?? deps.random.uuid(), clientBucket(client), since)
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

function attempted({ what }: Credential): Pick<Act, 'what' | 'actor'> {
  return { what, actor: what === 'sign_in' ? 'anonymous' : 'user' }
}
