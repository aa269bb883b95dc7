// The link in the mail to the new address: what it is about, and its confirmation. The old address gets a link that takes the account
// back, unless the new one has just done so.
import type { AccountLink } from '../stores/account-links.ts'
import { RECOVERY_WINDOW_SECONDS } from '../stores/recovery-points.ts'
import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { hashOneTimeToken } from './one-time-token.ts'
import { prepareWarnings } from './recovery-warnings.ts'

export interface EmailChange {
  /** The address to come. */
  readonly email: string
  readonly isDone: boolean
}

/** Changes nothing. @throws AuthError `invalid_link` @throws Unavailable */
export async function describeEmailChange(deps: Deps, token: string | undefined): Promise<EmailChange> {
  const { link } = await requireLink(deps, token)
  return { email: link.email, isDone: link.isSpent }
}

/** Done once, and told the same when asked again within the token's life. @throws AuthError `invalid_link` @throws Unavailable */
export async function confirmEmailChange(deps: Deps, token: string | undefined, client: Client): Promise<void> {
  const { link, hash } = await requireLink(deps, token)
  if (link.isSpent) return
  const { user, email: newEmail } = link
  const now = deps.clock()
  const window = await deps.recoveryPoints.findWindow(user.id, now)
  const told = { emails: [user.email, window?.oldestEmail ?? null], locale: user.locale }
  const warnings = await prepareWarnings(deps, client, told, RECOVERY_WINDOW_SECONDS, (undoLink) => ({
    kind: 'email_changed',
    newEmail,
    link: undoLink,
    ttlSeconds: RECOVERY_WINDOW_SECONDS,
  }))
  const farewell = await sealAccountMail(deps, user, client, { kind: 'address_released', newEmail })
  const event = describeAct(deps, client, { what: 'email_changed', userId: user.id })
  const changed = await deps.accountLinks.changeEmail(hash, deps.random.hex(16), user.email, { event, warnings, farewell }, now)
  if (!changed) throw invalidLink('address taken, or account changed meanwhile')
  if (changed !== 'spent') logEvent(deps, event)
  deps.defer(deliverMail(deps))
}

async function requireLink(deps: Deps, token: string | undefined): Promise<{ link: AccountLink; hash: string }> {
  const hash = await hashOneTimeToken(token ?? '')
  const link = hash && (await deps.accountLinks.find(hash, 'change_email', deps.clock()))
  if (!hash || !link || link.user.disabledAt !== null) throw invalidLink('unknown or expired token, or account disabled')
  return { link, hash }
}

function invalidLink(reason: string): AuthError {
  return new AuthError('invalid_link', reason)
}
