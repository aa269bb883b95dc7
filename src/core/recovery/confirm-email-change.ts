// The link in the mail to the new address: what it is about, and its confirmation. The old address gets a link that takes the account
// back, unless the new one has just done so.
import type { AccountLink } from '../../stores/accounts/account-links.ts'
import { RECOVERY_WINDOW_SECONDS } from '../../stores/accounts/recovery-points.ts'
import { describeAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { hashOneTimeToken } from '../links/one-time-token.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { applyChange } from '../mail/apply-change.ts'
import { prepareWarnings } from '../mailed-links/recovery-warnings.ts'

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
  const changed = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountLinks.changeEmail(hash, deps.random.hex(16), user.email, { event, warnings, farewell }, now),
  )
  if (!changed) throw invalidLink('address taken, or account changed meanwhile')
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
