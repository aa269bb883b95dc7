// What the page behind the verification mail asks and does. The link alone proves the mailbox, not who has made the registration:
// a stranger may have, and would know its password. So the browser that registered confirms by the link alone; whoever comes
// with another one gives the password of the registration, or one that replaces it. The same goes for an account that the operator has
// brought along without proof of its address: who has chosen its password is not known either.
import type { Secret } from '../../platform/hashing/secret.ts'
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Registration } from '../../stores/accounts/registrations.ts'
import { describeAct } from '../audit/audit.ts'
import { checkPasswordOf } from '../credentials/passwords/check-current-password.ts'
import { checkRegistrationPassword } from '../credentials/passwords/check-registration-password.ts'
import { findNewPasswordProblem, hashLinkedPassword } from '../credentials/passwords/new-password.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { invalidLink, type OpenedLink, openMailedLink } from '../links/mailed-link.ts'
import { isProofOf } from '../links/registration-proofs.ts'
import { applyChange } from '../mail/apply-change.ts'
import { endSessionsBefore } from '../sessions/end-sessions-before.ts'

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
      readonly email: string
      readonly username: string | null
      /** Where a registration came from; `null` for an account. */
      readonly origin: Pick<Registration, 'ip' | 'userAgent' | 'createdAt'> | null
      /** Whether the link alone will do. */
      readonly isOwnBrowser: boolean
    }

/** What a link proves the address of. */
type Claim = { readonly registration: Registration } | { readonly account: Account }

/** `late`: another has confirmed it before, so that the password of this form is not the account's. */
export type Confirmation = 'confirmed' | 'late'

/** What the new password is called in a refusal. */
const FIELD = 'newPassword'

/** Changes nothing. @throws AuthError `invalid_link` @throws Unavailable */
export async function describeRegistration(deps: Deps, { token, proof }: RegistrationLink): Promise<DescribedRegistration> {
  const { link: claim } = await openConfirmation(deps, token)
  if (claim === 'confirmed') return { state: 'confirmed' }
  if ('account' in claim) {
    const { email, username } = claim.account
    return { state: 'pending', email, username, origin: null, isOwnBrowser: false }
  }
  const { email, username, ip, userAgent, createdAt } = claim.registration
  const isOwnBrowser = await isOwn(deps, claim.registration, proof)
  return { state: 'pending', email, username, origin: { ip, userAgent, createdAt }, isOwnBrowser }
}

/**
 * Done once; told the same when asked again within the link's life.
 * @throws AuthError `invalid_link`; none of these spends the link: `missing_credentials` where the link alone will not do,
 *   `invalid_credentials`, `invalid_request` for a new password, `rate_limited`
 * @throws Unavailable
 */
export async function confirmRegistration(deps: Deps, form: ConfirmationForm, client: Client): Promise<Confirmation> {
  const { hash, link: claim } = await openConfirmation(deps, form.token)
  const again = form.newPassword === undefined ? 'confirmed' : 'late'
  if (claim === 'confirmed') return again
  const passwordHash = await prove(deps, claim, form, client)
  const event = describeAct(deps, client, { what: 'email_verified', userId: null })
  const [nonce, now] = [deps.random.hex(16), deps.clock()]
  const confirmed = await applyChange(deps, { event, hasMail: false }, () =>
    'account' in claim
      ? deps.accountLinks.prove(hash, nonce, passwordHash, event, now)
      : deps.registrations.confirm(hash, nonce, event, now, passwordHash),
  )
  if (!confirmed) throw invalidLink('superseded by another one')
  if (confirmed === 'spent') return again
  if (passwordHash !== null) await followNewPassword(deps, claim)
  return 'confirmed'
}

/** @returns the hash of the password that is to replace the registration's, `null` where that stays */
async function prove(deps: Deps, claim: Claim, form: ConfirmationForm, client: Client): Promise<Secret | null> {
  const { proof, password, newPassword } = form
  if (newPassword !== undefined) return replacePassword(deps, ownerOf(claim), newPassword, client)
  if ('registration' in claim && (await isOwn(deps, claim.registration, proof))) return null
  if (!password) throw new AuthError('missing_credentials', 'not the browser that registered, and no password')
  await ('account' in claim
    ? checkPasswordOf(deps, claim.account, password, client)
    : checkRegistrationPassword(deps, claim.registration, password, client))
  return null
}

function ownerOf(claim: Claim): Registration | Account {
  return 'account' in claim ? claim.account : claim.registration
}

async function replacePassword(deps: Deps, owner: Registration | Account, password: string, client: Client): Promise<Secret> {
  const problem = await findNewPasswordProblem(deps, FIELD, password, owner)
  if (problem) throw new AuthError('invalid_request', 'password not acceptable', { fields: [problem] })
  return hashLinkedPassword(deps, FIELD, password, client)
}

/** Guesses at the password of before are no reason to wait, and its sessions are over. Nothing else depends on it. */
async function followNewPassword(deps: Deps, claim: Claim): Promise<void> {
  await deps.limits.clearWaits(ownerOf(claim)).catch((error: unknown) => {
    deps.log('warn', 'limits not lifted after a confirmation', { reason: reasonOf(error) })
  })
  if ('account' in claim) await endSessionsBefore(deps, claim.account.id, Math.max(claim.account.sessionEpoch + 1, deps.clock()))
}

async function isOwn(deps: Deps, registration: Registration, proof: string | null): Promise<boolean> {
  return proof !== null && isProofOf(deps.keyring, proof, registration, deps.clock())
}

function openConfirmation(deps: Deps, token: string | undefined): Promise<OpenedLink<Claim | 'confirmed'>> {
  return openMailedLink(token, async (hash) => (await findRegistration(deps, hash)) ?? (await findAccount(deps, hash)))
}

async function findRegistration({ registrations, clock }: Deps, hash: string): Promise<Claim | 'confirmed' | null> {
  const found = await registrations.findByToken(hash, clock())
  if (!found) return null
  return found.state === 'confirmed' ? 'confirmed' : { registration: found.registration }
}

async function findAccount({ accountLinks, clock }: Deps, hash: string): Promise<Claim | 'confirmed' | null> {
  const link = await accountLinks.find(hash, 'prove_email', clock())
  if (!link || link.user.disabledAt !== null || link.user.email !== link.email) return null
  return link.isSpent || link.user.emailVerifiedAt !== null ? 'confirmed' : { account: link.user }
}
