// The whole story of somebody, for people: first why they cannot sign in.
import type { AdminMail, AdminRegistration, AdminSession, AdminStory, AdminWaits } from '../../src/client/admin-binding.ts'
import { eventLine } from '../audit/render.ts'
import { mailTable } from '../mail/render.ts'
import { renderTable } from '../operator/table.ts'

export type UserStory = AdminStory

/** Of an address without an account. */
export interface RegistrationStory {
  readonly registrations: readonly AdminRegistration[]
  readonly mails: readonly AdminMail[]
  readonly cannot_sign_in: string | null
}

export function renderStory(story: UserStory): string {
  const { user, sessions, registrations, mails, events, recovery } = story
  const facts: [string, string | null][] = [
    ['Id', user.id],
    ['Username', user.username],
    ['Name', [user.first_name, user.last_name].filter(Boolean).join(' ') || null],
    ['External id', user.external_id],
    ['Number', user.number === null ? null : String(user.number)],
    ['Address proven', user.email_verified ? 'yes' : 'no'],
    ['Disabled', user.disabled_at],
    ['Signs in by', user.credentials.join(', ') || 'nothing yet'],
    ['Had before', user.imported_factors.join(', ') || null],
    ['Permissions', user.permissions.join(', ') || null],
    ['Language', user.locale],
    ['Created', user.created_at],
    ['Changed', user.updated_at],
    ['Taken back by', recovery && `${recovery.oldest_email}, until ${recovery.ends_at}`],
    ['Waits', describeLimits(story)],
  ]
  return [
    user.email,
    story.cannot_sign_in ?? 'Nothing keeps this user from signing in.',
    '',
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(16)}${value.replaceAll('\n', '\\u000a')}`])),
    ...section('Sessions', sessions.length === 0 ? 'none is live' : renderSessions(sessions)),
    ...(registrations.length === 0 ? [] : section('Registrations', renderRegistrations(registrations))),
    ...(mails.length === 0 ? [] : section('Mails', mailTable(mails))),
    ...(events.length === 0 ? [] : section('Latest events', events.map(eventLine).join('\n'))),
  ].join('\n')
}

export function renderRegistrationStory(who: string, { registrations, mails, cannot_sign_in: why }: RegistrationStory): string {
  return [
    who,
    why ?? 'There is an account by now.',
    ...(registrations.length === 0 ? [] : section('Registrations', renderRegistrations(registrations))),
    ...(mails.length === 0 ? [] : section('Mails', mailTable(mails))),
  ].join('\n')
}

export function renderSessions(sessions: readonly AdminSession[]): string {
  if (sessions.length === 0) return 'No session is live'
  const rows = sessions.map(({ id, created_at, last_used_at, expires_at, ip, user_agent, amr }) => [
    ...[id, created_at, last_used_at, expires_at, ip, amr.join('+'), user_agent || '-'],
  ])
  return renderTable([['ID', 'SINCE', 'USED', 'ENDS', 'ADDRESS', 'BY', 'PROGRAM'], ...rows])
}

function renderRegistrations(registrations: readonly AdminRegistration[]): string {
  const rows = registrations.map(({ created_at, expires_at, username, ip, user_agent }) => [
    ...[created_at, expires_at, username ?? '-', ip, user_agent || '-'],
  ])
  return renderTable([['SINCE', 'ENDS', 'USERNAME', 'ADDRESS', 'PROGRAM'], ...rows])
}

function describeLimits({ limits: { email, username, pin, addresses } }: AdminStory): string | null {
  const parts = [
    ...describeWaits('the address', email),
    ...(username ? describeWaits('the username', username) : []),
    ...(pin ? describeWaits('the PIN', pin) : []),
    ...(pin?.is_locked ? [`the PIN is locked after ${pin.wrong_in_a_row} wrong guesses`] : []),
    ...addresses.map(({ address, wait_seconds }) => `${address} for ${wait_seconds} s, whatever it asks for`),
  ]
  return parts.join('; ') || null
}

function describeWaits(name: string, waits: AdminWaits): string[] {
  return [
    ...(waits.wait_seconds > 0 ? [`${name}: strangers for ${waits.wait_seconds} s`] : []),
    ...(waits.waiting_addresses > 0
      ? [
          `${name}: ${waits.waiting_addresses} client address${waits.waiting_addresses === 1 ? '' : 'es'} for up to ${waits.longest_wait_seconds} s`,
        ]
      : []),
  ]
}

function section(title: string, text: string): readonly string[] {
  return ['', `${title}:`, text]
}
