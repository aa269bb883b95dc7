// The link in the mail to the new address: what it is about, and its confirmation. The old address gets a link that takes the account
// back, unless the new one has just done so.
import type { AccountLink } from '../../stores/accounts/account-links.ts'
import { RECOVERY_WINDOW_SECONDS } from '../../stores/accounts/recovery-points.ts'
import { describeAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { invalidLink, type OpenedLink, openMailedLink } from '../links/mailed-link.ts'
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
  const { link } = await openChange(deps, token)
  return { email: link.email, isDone: link.isSpent }
}

/** Done once, and told the same when asked again within the token's life. @throws AuthError `invalid_link` @throws Unavailable */
export async function confirmEmailChange(deps: Deps, token: string | undefined, client: Client): Promise<void> {
  const { link, hash } = await openChange(deps, token)
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

function openChange(deps: Deps, token: string | undefined): Promise<OpenedLink<AccountLink>> {
  return openMailedLink(token, async (hash) => {
    const link = await deps.accountLinks.find(hash, 'change_email', deps.clock())
    return link?.user.disabledAt === null ? link : null
  })
}
