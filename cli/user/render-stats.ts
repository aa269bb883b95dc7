// How much there is and goes on, for people.
import { renderTable } from '../operator/table.ts'

export interface Stats {
  readonly accounts: { readonly all: number; readonly disabled: number; readonly unverified: number; readonly old_hashes: number }
  readonly days: readonly { readonly day: string; readonly counts: Readonly<Record<string, number>> }[]
}

const COLUMNS = [
  ['REGISTERED', 'registered_success'],
  ['SIGN-INS', 'sign_in_success'],
  ['WRONG', 'sign_in_failure'],
  ['REFUSED', 'sign_in_refused'],
  ['WAITS', 'sign_in_limited'],
  ['MAILS', 'mail_sent'],
  ['DEAD', 'mail_dead'],
] as const

export function renderStats({ accounts, days }: Stats): string {
  const { all, disabled, unverified, old_hashes: old } = accounts
  const rows = days.map(({ day, counts }) => [day, ...COLUMNS.map(([, name]) => String(counts[name] ?? 0))])
  return [
    `${all} ${all === 1 ? 'account' : 'accounts'}: ${disabled} disabled, ${unverified} not proven, ${old} with an old hash`,
    '',
    renderTable([['DAY', ...COLUMNS.map(([title]) => title)], ...rows]),
  ].join('\n')
}
