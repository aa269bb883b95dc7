// The link in the mail to the old address: whoever changed the address is put out, and the mailbox of before is the only way
// back in, by a new password.
import { decoyHash, SALT_BYTES } from '../platform/password-hash.ts'
import type { AccountLink } from '../stores/account-links.ts'
import { sealAccountMail } from './account-mail.ts'
import { describeAct, logEvent } from './audit.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { endSessionsBefore } from './end-sessions-before.ts'
import { AuthError } from './errors.ts'
import { RESET_TTL_SECONDS } from './link-rules.ts'
import { mailedLink } from './mails.ts'
import { createOneTimeToken, hashOneTimeToken } from './one-time-token.ts'

export interface EmailUndo {
  /** The address that comes back. */
  readonly email: string
  readonly isDone: boolean
}

/** Changes nothing. @throws AuthError `invalid_link` @throws Unavailable */
export async function describeEmailUndo(deps: Deps, token: string | undefined): Promise<EmailUndo> {
  const { link } = await requireLink(deps, token)
  return { email: link.email, isDone: link.isSpent }
}

/** Done once, and told the same when asked again within the token's life. @throws AuthError `invalid_link` @throws Unavailable */
export async function undoEmailChange(deps: Deps, token: string | undefined, client: Client): Promise<void> {
  const { link, hash } = await requireLink(deps, token)
  if (link.isSpent) return
  const { settings, random } = deps
  const reset = await createOneTimeToken(random)
  const mail = await sealAccountMail(deps, { ...link.user, email: link.email }, client, {
    kind: 'reset_password',
    link: mailedLink(settings.publicUrl, 'reset-password', reset.token),
    ttlSeconds: RESET_TTL_SECONDS,
  })
  const event = describeAct(deps, client, { what: 'email_change_undone', userId: link.user.id })
  const now = deps.clock()
  const newReset = { tokenHash: reset.hash, expiresAt: now + RESET_TTL_SECONDS, mail, event }
  // A form that costs what every other costs, so that a sign-in does not tell what happened here.
  const passwordHash = decoyHash(settings.scrypt, random.bytes(SALT_BYTES))
  const epoch = await deps.accountLinks.undoEmailChange(hash, random.hex(16), passwordHash, newReset, now)
  if (epoch === null) throw invalidLink('address taken by another account')
  if (epoch !== 'spent') {
    logEvent(deps, event)
    await endSessionsBefore(deps, link.user.id, epoch)
  }
  deps.defer(deliverMail(deps))
}

async function requireLink(deps: Deps, token: string | undefined): Promise<{ link: AccountLink; hash: string }> {
  const hash = await hashOneTimeToken(token ?? '')
  const link = hash && (await deps.accountLinks.find(hash, 'undo_email_change', deps.clock()))
  if (!hash || !link) throw invalidLink('unknown, expired or outdone undo token')
  return { link, hash }
}

function invalidLink(reason: string): AuthError {
  return new AuthError('invalid_link', reason)
}
