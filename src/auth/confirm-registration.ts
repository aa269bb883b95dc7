// What the page behind the verification mail asks and does. The link alone proves the mailbox, not who has made the registration:
// a stranger may have, and would know its password. So the browser that registered confirms by the link alone; whoever comes
// with another one gives the password of the registration, or one that replaces it.
import { addressBucket } from '../platform/client-address.ts'
import { reasonOf } from '../platform/log.ts'
import type { Confirmable, Registration } from '../stores/registrations.ts'
import { describeAct, logEvent } from './audit.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { hashInTurn, requireHashRoom } from './hash-room.ts'
import { findNewPasswordProblem, hashNewPassword } from './new-password.ts'
import { hashOneTimeToken } from './one-time-token.ts'
import { isProofOf } from './registration-proofs.ts'

export interface RegistrationLink {
  readonly token?: string | undefined
  /** What the browser was given when it registered; `null` where it has nothing to show. */
  readonly proof: string | null
}

export interface ConfirmationForm extends RegistrationLink {
  /** The registration's. */
  readonly password?: string | undefined
  /** To replace it. Counts where both are given. */
  readonly newPassword?: string | undefined
}

export type DescribedRegistration =
  | { readonly state: 'confirmed' }
  | {
      readonly state: 'pending'
      readonly registration: Registration
      /** Whether the link alone will do. */
      readonly isOwnBrowser: boolean
    }

/** `late`: another has confirmed it before, so that the password of this form is not the account's. */
export type Confirmation = 'confirmed' | 'late'

/** What the new password is called in a refusal. */
const FIELD = 'new_password'

/** Changes nothing. @throws AuthError `invalid_link` @throws Unavailable */
export async function describeRegistration(deps: Deps, { token, proof }: RegistrationLink): Promise<DescribedRegistration> {
  const { found } = await requireLink(deps, token)
  if (found.state === 'confirmed') return { state: 'confirmed' }
  return { ...found, isOwnBrowser: await isOwn(deps, found.registration, proof) }
}

/**
 * Done once; told the same when asked again within the link's life.
 * @throws AuthError `invalid_link`; none of these spends the link: `missing_credentials` where the link alone will not do,
 *   `invalid_credentials`, `invalid_request` for a new password, `rate_limited`
 * @throws Unavailable
 */
export async function confirmRegistration(deps: Deps, form: ConfirmationForm, client: Client): Promise<Confirmation> {
  const { hash, found } = await requireLink(deps, form.token)
  const again = form.newPassword === undefined ? 'confirmed' : 'late'
  if (found.state === 'confirmed') return again
  const passwordHash = await prove(deps, found.registration, form, client)
  const event = describeAct(deps, client, { what: 'email_verified', userId: null })
  const confirmed = await deps.registrations.confirm(hash, deps.random.hex(16), event, deps.clock(), passwordHash)
  if (!confirmed) throw invalidLink()
  if (confirmed === 'spent') return again
  logEvent(deps, event, confirmed.userId)
  if (passwordHash !== null) await liftWait(deps, found.registration, client)
  return 'confirmed'
}

/** @returns the hash of the password that is to replace the registration's, `null` where that stays */
async function prove(deps: Deps, registration: Registration, form: ConfirmationForm, client: Client): Promise<string | null> {
  const { proof, password, newPassword } = form
  if (newPassword !== undefined) return replacePassword(deps, registration, newPassword, client)
  if (await isOwn(deps, registration, proof)) return null
  if (!password) throw new AuthError('missing_credentials', 'not the browser that registered, and no password')
  await checkPassword(deps, registration, password, client)
  return null
}

async function replacePassword(deps: Deps, registration: Registration, password: string, client: Client): Promise<string> {
  const problem = await findNewPasswordProblem(deps, FIELD, password, registration)
  if (problem) throw new AuthError('invalid_request', 'password not acceptable', { fields: [problem] })
  requireHashRoom(deps)
  const permit = await deps.limits.beginHash({ address: addressBucket(client.address) }, deps.clock())
  if (!permit.allowed) throw new AuthError('rate_limited', `limit ${permit.policy}`, { limit: permit })
  const passwordHash = await hashNewPassword(deps, FIELD, password, permit.attempt)
  // The hash stays counted; it was no failure.
  deps.defer(permit.attempt.succeed(deps.clock()))
  return passwordHash
}

/**
 * Counted like a sign-in with the address, or a link that somebody has found would let them try out what its owner uses for a
 * password. There is no account yet that an attempt could keep anybody from.
 */
async function checkPassword(deps: Deps, registration: Registration, password: string, client: Client): Promise<void> {
  requireHashRoom(deps)
  const who = { account: `email:${registration.email}`, address: addressBucket(client.address) }
  const permit = await deps.limits.beginSignIn(who, deps.clock())
  if (!permit.allowed) throw new AuthError('rate_limited', `limit ${permit.policy}`, { limit: permit })
  const { attempt } = permit
  const isRight = await hashInTurn(deps, attempt, (checkpoint) =>
    deps.hasher.verify(password, registration.passwordHash, checkpoint),
  )
  if (!isRight) {
    const reason = 'wrong password of a registration'
    // A line in the log and no row: there is no account that it could be about.
    logEvent(
      deps,
      describeAct(deps, client, { what: 'password_check', outcome: 'failure', reason, userId: null, actor: 'anonymous' }),
    )
    throw new AuthError('invalid_credentials', reason)
  }
  await attempt.succeed(deps.clock())
}

/** Whoever has guessed at the password before choosing a new one may sign in at once. Nothing else depends on it. */
async function liftWait({ limits, clock, log }: Deps, registration: Registration, { address }: Client): Promise<void> {
  await limits.clearWaits(registration, addressBucket(address), clock()).catch((error: unknown) => {
    log('warn', 'limits not lifted after a confirmation', { reason: reasonOf(error) })
  })
}

async function isOwn(deps: Deps, registration: Registration, proof: string | null): Promise<boolean> {
  return proof !== null && isProofOf(deps.keyring, proof, registration, deps.clock())
}

async function requireLink(deps: Deps, token: string | undefined): Promise<{ hash: string; found: Confirmable }> {
  const hash = await hashOneTimeToken(token ?? '')
  const found = hash && (await deps.registrations.findByToken(hash, deps.clock()))
  if (!hash || !found) throw invalidLink()
  return { hash, found }
}

function invalidLink(): AuthError {
  return new AuthError('invalid_link', 'unknown, expired or outdone verification token')
}
