// The link in the mail to the new address: what it is about, and its confirmation, of which the old address is told.
import type { AccountLink } from '../stores/account-links.ts'
import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { UNDO_TTL_SECONDS } from './link-rules.ts'
import { mailedLink } from './mails.ts'
import { createOneTimeToken, hashOneTimeToken } from './one-time-token.ts'

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
  const undo = await createOneTimeToken(deps.random)
  const notice = await sealAccountMail(deps, link.user, client, {
    kind: 'email_changed',
    newEmail: link.email,
    undoLink: mailedLink(deps.settings.publicUrl, 'undo-email-change', undo.token),
    ttlSeconds: UNDO_TTL_SECONDS,
  })
  const now = deps.clock()
  const event = describeAct(deps, client, { what: 'email_changed', userId: link.user.id })
  const newUndo = { tokenHash: undo.hash, expiresAt: now + UNDO_TTL_SECONDS, notice, event }
  const changed = await deps.accountLinks.changeEmail(hash, deps.random.hex(16), link.user.email, newUndo, now)
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
