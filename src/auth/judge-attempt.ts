// One attempt to prove who one is, from the limiter to the verdict, whatever the credential: what is asked side by side,
// what is given back when something fails, and that every wrong attempt costs the same.
import type { Begun, CountedAttempt } from '../objects/login-limits.ts'
import type { Checkpoint } from '../platform/checkpoint.ts'
import type { SigningKey } from '../platform/jwt.ts'
import type { User } from '../stores/users.ts'
import type { Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { hashInTurn, requireHashRoom } from './hash-room.ts'

/** An account that proved itself; its attempt is still counted until `startSession` settles it. */
export interface ProvenAccount {
  readonly user: User
  readonly key: SigningKey
  readonly attempt: CountedAttempt
}

interface Credential {
  /** Asks the limiter, before anything is judged. */
  begin(): Promise<Begun>
  find(): Promise<User | null>
  /** One hash, whether there is a user or not: time must not tell who has an account. */
  verify(user: User | null, checkpoint: Checkpoint): Promise<boolean>
}

/** @throws AuthError `rate_limited`, `invalid_credentials` @throws Unavailable */
export async function judgeAttempt(deps: Deps, credential: Credential): Promise<ProvenAccount> {
  requireHashRoom(deps)
  const { user, key, attempt } = await admit(deps, credential)
  const isRight = await hashInTurn(deps, attempt, (checkpoint) => credential.verify(user, checkpoint))
  if (!user || !isRight) throw new AuthError('invalid_credentials', user ? 'wrong credential' : 'no such account')
  return { user, key, attempt }
}

/** Limiter, user and signing key side by side: one round trip. The attempt is given back when the others fail. */
async function admit(
  deps: Deps,
  { begin, find }: Credential,
): Promise<{ user: User | null; key: SigningKey; attempt: CountedAttempt }> {
  const [permit, user, key] = await Promise.allSettled([begin(), find(), deps.signingKeys.current()])
  if (permit.status === 'rejected') throw permit.reason
  if (!permit.value.allowed) throw new AuthError('rate_limited', `limit ${permit.value.policy}`, { limit: permit.value })
  const { attempt } = permit.value
  if (user.status === 'rejected' || key.status === 'rejected') {
    deps.defer(attempt.giveBack())
    throw user.status === 'rejected' ? user.reason : (key as PromiseRejectedResult).reason
  }
  return { user: user.value, key: key.value, attempt }
}
