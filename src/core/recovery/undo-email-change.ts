// The link in the mails to addresses that may take an account back: it ends what was done since (another address or username, a
// deletion), signs everybody out, and makes the mailbox the only way in, by a new password.
import type { UndoLink } from '../../stores/accounts/account-undo.ts'
import { RECOVERY_WINDOW_SECONDS } from '../../stores/accounts/recovery-points.ts'
import { describeAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { RESET_TTL_SECONDS } from '../links/link-rules.ts'
import { invalidLink, type OpenedLink, openMailedLink } from '../links/mailed-link.ts'
import { createOneTimeToken } from '../links/one-time-token.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { applyChange } from '../mail/apply-change.ts'
import { mailedLink } from '../mail/mails.ts'
import { prepareWarnings } from '../mailed-links/recovery-warnings.ts'
import { endSessionsBefore } from '../sessions/end-sessions-before.ts'

export interface EmailUndo {
  /** The address that comes back. */
  readonly email: string
  readonly isDone: boolean
}

/** Changes nothing. @throws AuthError `invalid_link` @throws Unavailable */
export async function describeEmailUndo(deps: Deps, token: string | undefined): Promise<EmailUndo> {
  const { link } = await openUndo(deps, token)
  return { email: link.email, isDone: link.isSpent }
}

/** Done once, and told the same when asked again within the token's life. @throws AuthError `invalid_link` @throws Unavailable */
export async function undoEmailChange(deps: Deps, token: string | undefined, client: Client): Promise<void> {
  const { link, hash } = await openUndo(deps, token)
  if (link.isSpent) return
  const { settings, random } = deps
  const { email, presentEmail, userId, locale } = link
  const reset = await createOneTimeToken(random)
  const mail = await sealAccountMail(deps, { email, locale }, client, {
    kind: 'account_taken_back',
    link: mailedLink(settings.publicUrl, 'reset-password', reset.token),
    ttlSeconds: RESET_TTL_SECONDS,
  })
  const change = { kind: 'email_changed', newEmail: email, ttlSeconds: RECOVERY_WINDOW_SECONDS } as const
  const told = { emails: [link.oldestEmail === email ? null : link.oldestEmail], locale }
  const warnings = await prepareWarnings(deps, client, told, RECOVERY_WINDOW_SECONDS, (undoLink) => ({ ...change, link: undoLink }))
  const isReleased = presentEmail !== email
  const farewell = isReleased
    ? await sealAccountMail(deps, { email: presentEmail, locale }, client, { kind: 'address_released', newEmail: email })
    : null
  const event = describeAct(deps, client, { what: 'email_change_undone', userId })
  const now = deps.clock()
  const traces = { event, warnings, farewell, reset: { tokenHash: reset.hash, expiresAt: now + RESET_TTL_SECONDS, mail } }
  // A form that costs what every other costs, so that a sign-in does not tell what happened here.
  const epoch = await applyChange(deps, { event, hasMail: true }, () =>
    deps.accountUndo.undo(hash, random.hex(16), presentEmail, traces, now),
  )
  if (epoch === null) throw invalidLink('address taken by another account, or account changed meanwhile')
  if (epoch !== 'spent') await endSessionsBefore(deps, userId, epoch)
}

function openUndo(deps: Deps, token: string | undefined): Promise<OpenedLink<UndoLink>> {
  return openMailedLink(token, (hash) => deps.accountUndo.find(hash, deps.clock()))
}
