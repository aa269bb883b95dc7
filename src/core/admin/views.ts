// What an operator is shown, as plain values under the names of the admin API: the same over HTTP and over a binding. No hash, no
// sealed text and no token is in any of them.

import type { AccountWaits } from '../../objects/login-limiter/sign-in-tallies.ts'
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderTime, renderTimeOrNull } from '../../platform/runtime/rfc3339.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Registration } from '../../stores/accounts/registrations.ts'
import type { ListedEvent, ListedMail, MailState } from '../../stores/audit/operator-views.ts'
import { viewSession } from '../tokens/session-view.ts'
import { viewUser } from '../tokens/user-view.ts'
import type { EventsPage } from './overview/list-events.ts'
import type { PendingRegistrations } from './overview/list-pending-registrations.ts'
import type { Stats } from './overview/read-stats.ts'
import { importedFactorsOf } from './transfer/imported-user.ts'
import type { UsersPage } from './users/list-users.ts'
import type { UserStory } from './users/show-user.ts'

export function viewUsers({ users, next }: UsersPage) {
  return { users: users.map(viewAccount), next }
}

export function viewEvents({ events, next, previous }: EventsPage) {
  return { events: events.map(viewEvent), next, previous }
}

export function viewStats({ accounts: { oldHashes: old_hashes, ...accounts }, days }: Stats) {
  return {
    accounts: { ...accounts, old_hashes },
    days: days.map(({ day, counts }) => ({ day: renderTime(day).slice(0, 10), counts: { ...counts } })),
  }
}

export function viewAccount(user: Account) {
  return {
    ...viewUser(user),
    disabled_at: renderTimeOrNull(user.disabledAt),
    updated_at: renderTime(user.updatedAt),
    number: user.number,
    external_id: user.externalId,
    locale: user.locale,
    credentials: credentialsOf(user),
    imported_factors: importedFactorsOf(user),
  }
}

export function viewOperatorSession(session: SessionRecord) {
  return { ...viewSession(session), amr: [...session.amr] }
}

export function viewRegistration(registration: Registration) {
  const { id, email, username, ip, userAgent, createdAt, expiresAt } = registration
  const times = { created_at: renderTime(createdAt), expires_at: renderTime(expiresAt) }
  return { id, email, username, ip, user_agent: printable(userAgent), ...times }
}

export function viewPendingRegistrations({ registrations, mails, cannotSignIn }: PendingRegistrations) {
  return {
    registrations: registrations.map(viewRegistration),
    mails: mails.map(viewMail),
    cannot_sign_in: cannotSignIn,
  }
}

export function viewMail(mail: ListedMail) {
  const { id, recipient: to, purpose, attempts, reason, sentAt, deadAt, expiresAt } = mail
  const isOver = sentAt !== null || deadAt !== null
  return {
    id,
    state: stateOf(mail),
    to,
    purpose,
    attempts,
    reason,
    queued_at: renderTime(mail.createdAt),
    sent_at: renderTimeOrNull(sentAt),
    dead_at: renderTimeOrNull(deadAt),
    next_attempt_at: isOver ? null : renderTime(mail.nextAttemptAt),
    expires_at: renderTimeOrNull(expiresAt),
    can_retry: mail.canRetry,
  }
}

export function viewEvent(event: ListedEvent) {
  const { id, what, outcome, reason, email, actor, ip, face } = event
  const user_agent = event.userAgent === null ? null : printable(event.userAgent)
  const ids = { user_id: event.userId, session_id: event.sessionId }
  return { id, at: renderTime(event.at), what, outcome, reason, ...ids, email, actor, ip, user_agent, face }
}

export function viewStory(story: UserStory) {
  const { limits, recovery } = story
  return {
    user: viewAccount(story.user),
    cannot_sign_in: story.cannotSignIn,
    sessions: story.sessions.map(viewOperatorSession),
    registrations: story.registrations.map(viewRegistration),
    limits: {
      email: viewWaits(limits.email),
      username: limits.username && viewWaits(limits.username),
      addresses: story.addressWaits.map(({ address, wait }) => ({ address, wait_seconds: wait })),
      pin: limits.pin && { ...viewWaits(limits.pin), wrong_in_a_row: limits.pin.streak, is_locked: limits.pin.isDead },
    },
    recovery: recovery && { oldest_email: recovery.oldestEmail, ends_at: renderTime(recovery.expiresAt) },
    mails: story.mails.map(viewMail),
    events: story.events.map(viewEvent),
  }
}

function viewWaits({ failures, accountWait, waitingAddresses, longestWait }: AccountWaits) {
  return { failures, wait_seconds: accountWait, waiting_addresses: waitingAddresses, longest_wait_seconds: longestWait }
}

/** What there is to sign in by. */
function credentialsOf({ hasPassword, pinName }: Account): ('password' | 'pin')[] {
  return [...(hasPassword ? (['password'] as const) : []), ...(pinName === null ? [] : (['pin'] as const))]
}

function stateOf({ sentAt, deadAt }: ListedMail): MailState {
  if (sentAt !== null) return 'sent'
  return deadAt === null ? 'waiting' : 'dead'
}
