// Registration. An address that is not proven belongs to nobody, and one that has an account is told the same at the same
// cost: one hash, one row, one mail, of which only the words differ.

import type { Secret } from '../../platform/hashing/secret.ts'
import { addressBucket } from '../../platform/identifiers/client-address.ts'
import { parseEmailAddress } from '../../platform/identifiers/email-address.ts'
import { findNewUsernameProblem } from '../../platform/identifiers/new-username.ts'
import { COMMON_PASSWORD_PROBLEM, commonPasswordKey, findPasswordProblem } from '../../platform/identifiers/password-policy.ts'
import { parsePersonName } from '../../platform/identifiers/person-name.ts'
import { newUserId } from '../../platform/identifiers/user-id.ts'
import { parseUsername, type Username } from '../../platform/identifiers/username.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { ReservedAddress } from '../../stores/accounts/recovery-points.ts'
import type {
  AskedRegistration,
  FoundForRegistration,
  Registration,
  RegistrationLinkTarget,
} from '../../stores/accounts/registrations.ts'
import { describeAct } from '../audit/audit.ts'
import { requireHashRoom } from '../credentials/hash-room.ts'
import { hashNewPassword } from '../credentials/passwords/new-password.ts'
import { requireChallenge } from '../credentials/require-challenge.ts'
import { type OpenAttempt, withAttempt } from '../credentials/with-attempt.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../kernel/errors.ts'
import type { AuthSettings } from '../kernel/settings.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { issueRegistrationProof } from '../links/registration-proofs.ts'
import { applyChange } from '../mail/apply-change.ts'
import { type MailMessage, mailedLink, renderMail } from '../mail/mails.ts'
import { mailCaps, sealMail } from '../mail/queued-mail.ts'
import { wayBack } from '../mailed-links/recovery-warnings.ts'

export interface RegistrationForm {
  readonly email?: string | undefined
  readonly password?: string | undefined
  readonly username?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

interface CheckedForm {
  readonly email: string
  readonly password: string
  readonly username: Username | null
  readonly firstName: string | null
  readonly lastName: string | null
}

export interface Registered {
  /** As it would look as an account; for an address that has one already the id is invented. */
  readonly registration: Registration
  /** For the browser to keep: with it the mailed link alone confirms. An invented id has one too, or its lack would tell. */
  readonly proof: string
}

/**
 * @throws AuthError `sign_up_closed`, `invalid_request`, `challenge_failed`, `username_taken`, `rate_limited` @throws Unavailable
 */
export async function register(deps: Deps, form: RegistrationForm, client: Client): Promise<Registered> {
  if (deps.settings.signUp === 'closed') throw new AuthError('sign_up_closed', 'SIGN_UP is closed')
  const checked = checkForm(form, deps.settings)
  requireHashRoom(deps)
  await requireChallenge(deps, 'register', client)
  const now = deps.clock()
  // Limiter and look-up side by side.
  const [begun, found] = await Promise.allSettled([
    deps.limits.beginRegistration({ address: addressBucket(client.address) }, now),
    deps.registrations.lookUp(lookedUp(checked), now),
  ])
  if (begun.status === 'rejected') throw begun.reason
  return withAttempt(deps, begun.value, async (attempt) => {
    if (found.status === 'rejected') throw found.reason
    return [await make(deps, checked, requireFree(found.value, attempt), client), attempt.stand()]
  })
}

async function make(deps: Deps, checked: CheckedForm, owner: Owner, client: Client): Promise<Registered> {
  const { random, settings } = deps
  const passwordHash = await hashNewPassword(deps, 'password', checked.password)
  const now = deps.clock()
  const registration: Registration = {
    id: newUserId(random),
    email: checked.email,
    username: checked.username?.username ?? null,
    usernameKey: checked.username?.key ?? null,
    firstName: checked.firstName,
    lastName: checked.lastName,
    ip: client.address,
    requester: addressBucket(client.address),
    userAgent: client.userAgent,
    locale: client.locale ?? null,
    createdAt: now,
    expiresAt: now + settings.verificationTtlSeconds,
  }
  await store(deps, registration, passwordHash, owner, client)
  return { registration, proof: await issueRegistrationProof(deps.keyring, registration) }
}

function checkForm(form: RegistrationForm, settings: AuthSettings): CheckedForm {
  const problems: FieldProblem[] = []
  const refuse = (field: string, message: string) => void problems.push({ field, message })

  const email = form.email ? parseEmailAddress(form.email) : null
  if (!email) refuse('email', form.email ? 'must be an e-mail address' : 'is required')
  const username = form.username === undefined ? null : parseUsername(form.username)
  if (form.username !== undefined && !username) {
    refuse('username', 'must be 1 to 64 letters, digits, spaces inside, or any of . _ -')
  }
  const usernameProblem = username && findNewUsernameProblem(username, settings.reservedUsernames)
  if (usernameProblem) refuse('username', usernameProblem)
  const password = form.password ?? ''
  const own = [form.email, form.username, email?.split('@')[0]].filter((text) => text !== undefined)
  const passwordProblem = password === '' ? 'is required' : findPasswordProblem(password, settings.password, own)
  if (passwordProblem) refuse('password', passwordProblem)
  const firstName = checkName(form.firstName, () => refuse('firstName', 'must be 1 to 100 characters of text on one line'))
  const lastName = checkName(form.lastName, () => refuse('lastName', 'must be 1 to 100 characters of text on one line'))

  if (!email || problems.length > 0) throw new AuthError('invalid_request', 'form not acceptable', { fields: problems })
  return { email, password, username, firstName, lastName }
}

/** An empty name counts as none: that is what an empty form field sends. */
function checkName(text: string | undefined, refuse: () => void): string | null {
  if (text === undefined || text === '') return null
  const name = parsePersonName(text)
  if (name === null) refuse()
  return name
}

/** Whose the address is, if anybody's: an account's, or kept for one that it may take back. */
interface Owner {
  readonly account: Account | null
  readonly reserved: ReservedAddress | null
}

function lookedUp({ email, username, password }: CheckedForm): AskedRegistration {
  return { email, usernameKey: username?.key ?? null, passwordKey: commonPasswordKey(password) }
}

/** What cannot become a registration is told before anything is hashed. */
function requireFree({ passwordIsCommon, usernameTaken: isTaken, ...owner }: FoundForRegistration, attempt: OpenAttempt): Owner {
  if (passwordIsCommon) {
    // Not counted, like whatever else is refused for its form, and told first: it says nothing of the address or the name.
    attempt.giveBack()
    throw new AuthError('invalid_request', 'common password', { fields: [{ field: 'password', message: COMMON_PASSWORD_PROBLEM }] })
  }
  // Stays counted, so that usernames cannot be tried out for free.
  if (isTaken) throw usernameTaken()
  return owner
}

async function store(deps: Deps, registration: Registration, passwordHash: Secret, owner: Owner, client: Client): Promise<void> {
  const { settings } = deps
  const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
  const context = { publicUrl: settings.publicUrl, requestedAt: registration.createdAt, ip: registration.ip }
  const { message, link } = chooseMail(deps, registration, owner, token)
  const mail = await sealMail(
    deps,
    {
      recipient: registration.email,
      purpose: 'registration',
      requesterIp: addressBucket(registration.ip),
      // Word that there is an account carries no link.
      expiresAt: message.kind === 'already_registered' ? null : link.expiresAt,
    },
    // The owner's language, not the one of whoever registers the address once more.
    renderMail(message, context, (owner.account ?? owner.reserved ?? registration).locale ?? settings.defaultLocale),
  )
  const event = describeAct(deps, client, { what: 'registered', userId: registration.id, actor: 'anonymous' })
  const isStored = await applyChange(deps, { event, hasMail: true }, () =>
    deps.registrations.create(registration, passwordHash, { tokenHash, ...link }, mail, event, mailCaps(settings)),
  )
  if (!isStored) throw usernameTaken()
}

/** What the owner of the address is to learn, and what the link in that mail does. */
function chooseMail(
  { settings }: Pick<Deps, 'settings'>,
  { id, createdAt, expiresAt }: Registration,
  { account, reserved }: Owner,
  token: string,
): { message: MailMessage; link: Omit<RegistrationLinkTarget, 'tokenHash'> } {
  const { publicUrl, verificationTtlSeconds: ttlSeconds } = settings
  if (reserved) {
    const link = { purpose: 'undo_email_change', subject: reserved.userId, expiresAt: reserved.expiresAt } as const
    return { message: wayBack(publicUrl, reserved, token, createdAt), link }
  }
  const confirmation = mailedLink(publicUrl, 'verify-email', token)
  // Whoever has the mailbox may prove the address of an account that has not, or choose a new password for it.
  if (account && account.emailVerifiedAt === null) {
    return {
      message: { kind: 'prove_email', link: confirmation, ttlSeconds },
      link: { purpose: 'prove_email', subject: account.id, expiresAt },
    }
  }
  const link = { purpose: 'verify_email', subject: id, expiresAt } as const
  // Of an address with an account the link is in no mail and confirms nothing: the same work all the same.
  if (account) return { message: { kind: 'already_registered' }, link }
  return { message: { kind: 'verify_email', link: confirmation, ttlSeconds }, link }
}

function usernameTaken(): AuthError {
  return new AuthError('username_taken', 'username held by somebody else', {
    fields: [{ field: 'username', message: 'is taken' }],
  })
}
