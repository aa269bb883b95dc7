// Why nobody can sign in by an address or a username that no account has.
import { renderTime } from '../../../platform/runtime/rfc3339.ts'
import type { FormerOwner } from '../../../stores/accounts/recovery-points.ts'
import type { Registration } from '../../../stores/accounts/registrations.ts'
import type { MailedLink } from '../../../stores/mail/mailed-links.ts'
import { describeLinks, isDelivered } from './describe-links.ts'

export interface KnownOfAddress {
  /** That wait, newest first. */
  readonly registrations: readonly Registration[]
  /** To the address, those that count. */
  readonly links: readonly MailedLink[]
  readonly formerOwners: readonly FormerOwner[]
}

/** Spoken of; there may be more. */
const MOST_REGISTRATIONS = 3

export function explainAddress({ registrations, links, formerOwners: [owner] }: KnownOfAddress): string {
  const move = describeLinks(links.filter(({ purpose }) => purpose === 'change_email'))
  const moving = move === null ? '' : `An account asks to move to this address; ${move}.`
  const waiting = [explainRegistrations(registrations, links, owner?.isReserved), moving].filter(Boolean).join(' ')
  if (!owner) return waiting || 'Nobody has this address: there is no account, and no registration that waits.'
  const until = renderTime(owner.expiresAt)
  const gone = owner.presentEmail === null ? 'was deleted' : `has moved to ${owner.presentEmail}`
  const back = describeLinks(links.filter(({ purpose }) => purpose === 'undo_email_change'))
  const kept = owner.isReserved
    ? `The account of this address ${gone}. The address can take it back until ${until}, and is nobody else's until then; ${
        back ?? 'no link for that counts: a request for a new password mails one'
      }.`
    : `An account of this address ${gone}, and may be taken back until ${until}${back === null ? '' : `; ${back}`}.`
  return [kept, waiting].filter(Boolean).join(' ')
}

/** @param holder who keeps a username that neither an account nor a registration has */
export function explainUsername(
  registrations: readonly Registration[],
  links: readonly MailedLink[],
  holder: FormerOwner | { readonly pending: true; readonly expiresAt: number } | null,
): string {
  if (registrations.length > 0) return explainRegistrations(registrations, links)
  if (holder === null) return 'Nobody has this username: there is no account, and no registration that waits.'
  const until = renderTime(holder.expiresAt)
  if ('pending' in holder) return `Nobody has this username, which a registration that has ended keeps until ${until}.`
  if (holder.presentEmail === null) return `The account of this username was deleted, and may be taken back until ${until}.`
  const now = holder.presentUsername === null ? 'has no username now' : `is ${holder.presentUsername} now`
  return `The account of ${holder.presentEmail} gave this username up, ${now}, and keeps it from others until ${until}.`
}

function explainRegistrations(registrations: readonly Registration[], links: readonly MailedLink[], isKept = false): string {
  const more = registrations.length - MOST_REGISTRATIONS
  // Those first that can be confirmed.
  const hasLink = ({ id }: Registration) => links.some((link) => link.subject === id && isDelivered(link))
  const sorted = [...registrations.filter(hasLink), ...registrations.filter((each) => !hasLink(each))]
  return [
    ...sorted.slice(0, MOST_REGISTRATIONS).map((registration) => explainRegistration(registration, links, isKept)),
    ...(more > 0 ? [`There ${more === 1 ? 'is one more' : `are ${more} more`}.`] : []),
  ].join(' ')
}

/** @param isKept whether the address is kept for the account of before, so that no registration makes it another's */
function explainRegistration({ id, createdAt }: Registration, links: readonly MailedLink[], isKept: boolean): string {
  const registration = `The registration of ${renderTime(createdAt)} is not confirmed yet`
  if (isKept) return `${registration}; it cannot be while the address is kept.`
  const link =
    describeLinks(links.filter(({ purpose, subject }) => purpose === 'verify_email' && subject === id)) ??
    "no link was mailed for it: too much mail went to the address, or was asked for from the same place, or the address was an account's then"
  return `${registration}; ${link}.`
}
