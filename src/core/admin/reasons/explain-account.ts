// Why the user of an account cannot sign in, in plain sentences: every reason that is in force, but for those behind the operator's own, and
// what ends it comes first where somebody has to do it.
import type { DescribedLimits } from '../../../objects/login-limiter/login-limits.ts'
import type { AccountWaits } from '../../../objects/login-limiter/sign-in-tallies.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { AuditAct } from '../../../stores/audit/audit-event.ts'
import type { ListedMail } from '../../../stores/audit/operator-views.ts'
import type { MailedLink } from '../../../stores/mail/mailed-links.ts'
import type { Deps } from '../../kernel/deps.ts'
import { describeLinks, isDelivered } from './describe-links.ts'

export interface KnownOfAccount {
  readonly limits: DescribedLimits
  readonly addressWaits: readonly AddressInWait[]
  /** To its address, newest first: at least the last one of each purpose. */
  readonly mails: readonly ListedMail[]
  /** Those to its address that count, newest first. */
  readonly links: readonly MailedLink[]
  /** When its user last showed or got a password, as far as it is on record; 0: never. */
  readonly provenAt: number
}

export interface AddressInWait {
  /** IPv6 by /64. */
  readonly address: string
  readonly wait: number
}

/** What shows that a user has no need of a link for a new password any more. */
export const PASSWORD_PROOFS: readonly AuditAct[] = ['sign_in', 'reauthenticated', 'password_changed', 'password_reset']

/** @returns `null` where nothing is in the way */
export function explainAccount({ settings }: Pick<Deps, 'settings'>, user: Account, known: KnownOfAccount): string | null {
  if (user.disabledAt !== null) return 'The account is disabled.'
  const waits = describeWaits(known)
  const reset = describeReset(known)
  if (user.emailVerifiedAt === null && settings.unverifiedSignIn === 'refuse') {
    const unproven = 'The e-mail address is not proven, and sign-in is refused until it is'
    return join(`${unproven}; ${describeProof(user, known, reset)}.`, ...waits)
  }
  const pin = describePin(user, known.limits.pin)
  const isOpen = waits.length === 0
  if (!user.hasPassword) {
    const cure = `its user sets one by the link of a forgotten password${reset === null ? '' : `, but ${reset}`}`
    return user.pinName !== null && pin === null && isOpen
      ? join('By PIN the account can be signed in to.', `By password it cannot: ${cure}.`)
      : join(`The account has no password: ${cure}.`, ...waits, pin)
  }
  return join(
    ...waits,
    isOpen && (reset !== null || pin !== null) ? 'By password the account can be signed in to.' : null,
    reset === null ? null : `Who has forgotten it waits for mail, but ${reset}.`,
    pin,
  )
}

function join(...sentences: readonly (string | null)[]): string | null {
  return sentences.filter((sentence) => sentence !== null).join(' ') || null
}

function describeProof({ hasPassword }: Account, { links, mails }: KnownOfAccount, reset: string | null): string {
  const live = describeLinks(links.filter(({ purpose }) => purpose === 'prove_email'))
  if (live !== null) return live
  if (links.some((link) => link.purpose === 'reset_password' && isDelivered(link))) {
    return 'a link for a new password was mailed, counts, and proves it'
  }
  const last = mails.find(({ purpose }) => purpose === 'registration')
  if (last && last.deadAt !== null) return `the last mail with a link could not be delivered (${last.reason ?? 'no reason given'})`
  if (!hasPassword) return `the link of a forgotten password proves it${reset === null ? '' : `, but ${reset}`}`
  return 'no link counts: the next sign-in with the right password mails one, within the limits on mail'
}

/** Of what is counted for the address and the username; guesses of the PIN are counted apart. */
function describeWaits({ limits: { email, username }, addressWaits: [address] }: KnownOfAccount): readonly string[] {
  const waits = [email, ...(username ? [username] : [])]
  const accountWait = Math.max(...waits.map((each) => each.accountWait))
  const longest = Math.max(...waits.map((each) => each.longestWait))
  const count = Math.max(...waits.map((each) => each.waitingAddresses))
  const [byEmail, byUsername] = [email.longestWait > 0, (username?.longestWait ?? 0) > 0]
  const byWhich = !username || byEmail === byUsername ? '' : `, where it signs in by the ${byEmail ? 'e-mail address' : 'username'}`
  const who = count === 1 ? 'a client address waits' : `${count} client addresses wait`
  return [
    ...(accountWait > 0
      ? [`Too many wrong passwords: addresses that never signed in to the account wait for ${minutes(accountWait)}.`]
      : []),
    ...(longest > 0 ? [`After wrong passwords ${who}, for up to ${minutes(longest)}${byWhich}.`] : []),
    ...(address
      ? [
          `The client address ${address.address} has tried too many passwords, of whatever accounts, and waits for ${minutes(address.wait)}.`,
        ]
      : []),
  ]
}

/** `null` where no PIN is set, or it opens the account. */
function describePin({ pinName }: Account, pin: AccountWaits | null): string | null {
  if (pinName === null) return null
  if (pin === null) return 'By PIN it cannot: it has no username.'
  if (pin.isDead) return 'By PIN it cannot: wrong guesses have locked the PIN.'
  const wait = Math.max(pin.accountWait, pin.longestWait)
  return wait > 0 ? `By PIN not for ${minutes(wait)}, after wrong guesses.` : null
}

/** `null` where a link has gone out, or there is no need of one. */
function describeReset({ links, mails, provenAt }: KnownOfAccount): string | null {
  const live = links.filter(({ purpose }) => purpose === 'reset_password')
  if (live.some(isDelivered)) return null
  // Whatever mail carries it: the one after an account was taken back does, too.
  const [newest] = live
  const last = newest?.mail
    ? { ...newest.mail, createdAt: newest.createdAt }
    : mails.find(({ purpose }) => purpose === 'password_reset')
  if (!last || last.sentAt !== null || last.createdAt < provenAt) return null
  if (last.deadAt !== null) return `the last link for a new password could not be delivered (${last.reason ?? 'no reason given'})`
  return last.reason === null ? null : `the last link for a new password waits to be sent, after ${last.reason}`
}

function minutes(seconds: number): string {
  const count = Math.ceil(seconds / 60)
  return `${count} minute${count === 1 ? '' : 's'}`
}
