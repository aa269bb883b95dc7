// Mails in a list: what became of each, never what is in it.
import type { AdminMail } from '../../src/client/admin-binding.ts'
import { renderTable } from '../operator/table.ts'

const HEADER = ['ID', 'STATE', 'TO', 'PURPOSE', 'QUEUED', 'ATTEMPTS', 'REASON', 'RETRY']

export function mailTable(mails: readonly AdminMail[]): string {
  const rows = mails.map((mail) => [
    mail.id,
    mail.state,
    mail.to,
    mail.purpose,
    mail.queued_at,
    String(mail.attempts),
    mail.reason ?? '-',
    mail.state !== 'dead' ? '-' : mail.can_retry ? 'can be' : 'too late',
  ])
  return renderTable([HEADER, ...rows])
}
